import itertools

import numpy as np
import pytest

from domain.errors import InputError, MixCountError, SettingOutOfRangeError
from domain.mixing import Portion, blended, check_mix, portions
from domain.voice import Timbre


def timbre(seed: int, scale: float = 1.0) -> Timbre:
    noise = np.random.default_rng(seed).standard_normal(32 * 16 + 512).astype(np.float32)
    latent, embedding = noise[:-512].reshape(32, 16), noise[-512:]
    unit = embedding / np.linalg.norm(embedding) * np.float32(scale)
    return Timbre("x/1", {"gpt_cond_latent": latent, "speaker_embedding": unit})


def mixed(timbres: list[Timbre], weights: list[float]) -> Timbre:
    return Timbre("x/1", blended(portions(timbres, weights)))


def test_shares_are_ratios_whatever_the_weights_add_up_to() -> None:
    one, other = timbre(1), timbre(2)
    for weights in ([1, 3], [0.25, 0.75], [100, 300]):
        shares = {each.timbre: each.share for each in portions([one, other], weights)}
        assert shares == {one: 0.25, other: 0.75}


def test_a_timbre_named_twice_is_one_portion_and_one_of_no_weight_is_none() -> None:
    one, other = timbre(1), timbre(2)
    assert portions([one, other, timbre(1)], [1, 2, 1])[0].share == 0.5
    assert portions([one, other], [2, 0]) == (Portion(one, 1.0),)


def test_no_order_gives_another_mix() -> None:
    parts = [(timbre(seed), weight) for seed, weight in enumerate((0.1, 0.2, 0.3, 0.7))]
    mixes = {
        mixed([each for each, _ in order], [weight for _, weight in order]).sha256
        for order in itertools.permutations(parts)
    }
    assert len(mixes) == 1


def test_the_latent_is_the_weighted_mean() -> None:
    one, other = timbre(1), timbre(2)
    latent = mixed([one, other], [3, 1]).arrays["gpt_cond_latent"]
    wanted = 0.75 * one.arrays["gpt_cond_latent"] + 0.25 * other.arrays["gpt_cond_latent"]
    assert latent.dtype == np.float32
    np.testing.assert_allclose(latent, wanted, atol=1e-6)


def test_the_embedding_points_between_and_is_as_long_as_they_are_on_average() -> None:
    one, other = timbre(1, scale=1.0), timbre(2, scale=3.0)
    embedding = mixed([one, other], [1, 1]).arrays["speaker_embedding"]
    assert np.linalg.norm(embedding) == pytest.approx(2.0, rel=1e-5)
    for each in (one, other):
        theirs = each.arrays["speaker_embedding"]
        alike = float(embedding @ theirs) / (2.0 * float(np.linalg.norm(theirs)))
        assert 0.2 < alike < 0.99


def test_voices_that_cancel_one_another_out_are_refused() -> None:
    one = timbre(1)
    arrays = {**one.arrays, "speaker_embedding": -one.arrays["speaker_embedding"]}
    with pytest.raises(InputError, match="cancel"):
        mixed([one, Timbre("x/1", arrays)], [1, 1])


@pytest.mark.parametrize("count", [0, 1, 9])
def test_too_few_and_too_many_are_no_mix(count: int) -> None:
    with pytest.raises(MixCountError) as refused:
        check_mix([1.0] * count)
    assert (refused.value.count, refused.value.fewest, refused.value.most) == (count, 2, 8)


@pytest.mark.parametrize("weight", [0.0, -1.0, 1001.0, float("nan"), float("inf")])
def test_weights_that_are_none_are_refused(weight: float) -> None:
    with pytest.raises(SettingOutOfRangeError, match="weight"):
        check_mix([1.0, weight])
