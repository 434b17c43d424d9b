"""How much of a line becomes sound at a time, counted in latents."""

import pytest

from adapters.xtts.model.chunks import SIZES, first, least, most


def test_the_first_chunk_grows_with_the_company_up_to_24_and_is_of_a_size_there_is() -> None:
    assert [least(0, 1.0, None, company) for company in range(6)] == [6, 12, 16, 24, 24, 24]


@pytest.mark.parametrize("rate", [0.25, 0.7, 1.0, 1.3, 4.0])
def test_all_that_a_first_chunk_waits_for_is_taken(rate: float) -> None:
    for company in range(20):
        waited_for = least(0, rate, None, company)
        assert first(waited_for, rate) == waited_for


def test_a_first_chunk_takes_no_more_than_24_however_many_wait() -> None:
    assert [first(waiting, 1.0) for waiting in (6, 15, 24, 31, 32, 60)] == [6, 12, 24, 24, 24, 24]
    assert first(200, 2.0) == 48


def test_a_cap_never_delays_the_first_chunk_and_holds_for_the_others() -> None:
    for cap in (1, 5, 20, 100):
        assert least(0, 1.0, cap, company=0) == 6
        assert all(least(chunk, 1.0, cap, company=3) <= cap for chunk in range(1, 10))
        assert all(most(waiting, 1.0, cap, 9.0) <= cap for waiting in range(1, 60))


def test_fast_speech_takes_more_latents_and_slow_speech_fewer() -> None:
    assert least(0, 2.0, None, company=0) == 12
    assert least(0, 0.5, None, company=0) == 3
    assert least(9, 0.25, None, company=0) == 6


def test_chunks_have_few_sizes_and_no_latent_is_left_over() -> None:
    taken = [most(waiting, 1.0, None, 9.0) for waiting in range(1, 60)]
    assert set(taken) == {1, 2, 3, *SIZES}
    assert all(size <= waiting for waiting, size in enumerate(taken, start=1))


def test_no_chunk_after_the_first_lasts_longer_than_what_its_listener_has() -> None:
    assert [most(60, 1.0, None, lead_s) for lead_s in (-1.0, 0.3, 0.6, 1.2, 9.0)] == [
        8,
        8,
        12,
        24,
        32,
    ]
