"""Arrays of this engine, and those of others."""

import numpy as np
import pytest

from adapters.espeak.timbre import Character
from adapters.xtts.latents import checked, width_of
from domain.audio import Samples
from domain.errors import LatentsForeignError
from tests.fakes.xtts_worker import WIDTH, card


def arrays(
    latent: tuple[int, ...] = (32, WIDTH), embedding: tuple[int, ...] = (512,)
) -> dict[str, Samples]:
    chance = np.random.default_rng(1)
    return {
        "gpt_cond_latent": chance.standard_normal(latent).astype(np.float32),
        "speaker_embedding": chance.standard_normal(embedding).astype(np.float32),
    }


@pytest.mark.parametrize("latent", [(32, WIDTH), (1, 32, WIDTH)])
@pytest.mark.parametrize("embedding", [(512,), (1, 512, 1)])
def test_both_shapes_that_clients_know_are_taken(
    latent: tuple[int, ...], embedding: tuple[int, ...]
) -> None:
    given = arrays(latent, embedding)
    taken = checked(given, "xtts", WIDTH)
    assert {name: array.shape for name, array in taken.items()} == {
        "gpt_cond_latent": (32, WIDTH),
        "speaker_embedding": (512,),
    }
    assert all(taken[name].tobytes() == given[name].tobytes() for name in taken)


@pytest.mark.parametrize(
    ("latent", "embedding"),
    [
        ((32, 1024), (512,)),
        ((31, WIDTH), (512,)),
        ((2, 32, WIDTH), (512,)),
        ((WIDTH, 32), (512,)),
        ((), (512,)),
        ((0,), (512,)),
        ((32, WIDTH), (511,)),
        ((32, WIDTH), (512, 1)),
    ],
)
def test_other_shapes_are_refused(latent: tuple[int, ...], embedding: tuple[int, ...]) -> None:
    with pytest.raises(LatentsForeignError, match="has the shape"):
        checked(arrays(latent, embedding), "xtts", WIDTH)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1001.0, -20_110.0])
@pytest.mark.parametrize("name", ["gpt_cond_latent", "speaker_embedding"])
def test_values_that_no_network_makes_are_refused(name: str, value: float) -> None:
    given = arrays()
    given[name].flat[7] = value
    with pytest.raises(LatentsForeignError, match="no network makes"):
        checked(given, "xtts", WIDTH)


def test_what_the_embedded_engine_made_is_refused() -> None:
    with pytest.raises(LatentsForeignError):
        checked(Character(3).timbre("espeak-ng").arrays, "xtts", 1024)


@pytest.mark.parametrize("name", ["gpt_cond_latent", "speaker_embedding"])
def test_one_array_alone_is_refused(name: str) -> None:
    with pytest.raises(LatentsForeignError, match="both needed"):
        checked({name: arrays()[name]}, "xtts", WIDTH)


def test_where_no_width_is_known_any_is_taken() -> None:
    assert checked(arrays((32, 77)), "xtts", None)["gpt_cond_latent"].shape == (32, 77)


def test_the_width_is_that_of_the_speakers() -> None:
    assert width_of(card(1)) == WIDTH
