import numpy as np

from domain.audio import Samples, join
from domain.gain import Volume
from tests.sounds import cut, noise

RATE = 24_000
ONES = np.ones(4_800, dtype=np.float32)


def test_at_full_volume_samples_keep_their_bits() -> None:
    samples = noise(0.1, RATE)
    assert Volume(RATE).feed(samples, 1.0) is samples


def test_the_first_line_begins_at_its_own_gain() -> None:
    assert np.array_equal(Volume(RATE).feed(ONES, 0.3), ONES * np.float32(0.3))


def test_a_change_takes_five_to_ten_milliseconds_and_settles_exactly() -> None:
    volume = Volume(RATE)
    volume.feed(ONES, 1.0)
    made = volume.feed(ONES, 0.25)
    settled = int(np.argmax(made == np.float32(0.25)))
    assert made[0] == 1.0
    assert 0.005 <= settled / RATE <= 0.01
    assert (made[settled:] == np.float32(0.25)).all()
    assert (np.diff(made) <= 0).all()


def test_no_change_steps() -> None:
    volume = Volume(RATE)
    made = join(*(volume.feed(ONES, gain) for gain in (1.0, 0.0, 2.0, 0.5)))
    assert np.abs(np.diff(made)).max() < 0.02


def test_a_gain_that_changes_within_a_change_goes_on_from_where_it_was() -> None:
    volume = Volume(RATE)
    made = join(volume.feed(ONES, 1.0), volume.feed(ONES[:50], 0.0), volume.feed(ONES, 1.0))
    assert np.abs(np.diff(made)).max() < 0.02
    assert made[-1] == 1.0


def test_any_chunking_gives_the_same_bits() -> None:
    samples = noise(0.2, RATE)
    volume, rng = Volume(RATE), np.random.default_rng(2)
    parts: list[Samples] = []
    for gain in (0.5, 1.0, 0.0, 1.5):
        parts += [volume.feed(chunk, gain) for chunk in cut(samples, rng, 90)]
    whole = Volume(RATE)
    expected = join(*(whole.feed(samples, gain) for gain in (0.5, 1.0, 0.0, 1.5)))
    assert join(*parts).tobytes() == expected.tobytes()
    assert expected.dtype == np.float32


def test_nothing_gives_nothing_and_begins_nothing() -> None:
    volume = Volume(RATE)
    assert len(volume.feed(ONES[:0], 1.0)) == 0
    assert volume.feed(ONES, 0.5)[0] == np.float32(0.5)
