import numpy as np
import pytest

from adapters.espeak.ear import Heard
from adapters.espeak.timbre import Character, character, read
from domain.errors import LatentsForeignError

SPEAKERS = ("espeak", "Annie", "f4")


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (Heard(0.0, 0.0), Character(0)),
        (Heard(0.0, 5.0), Character(0)),
        (Heard(100.0, 4.9), Character(0, 100.0, 1.0)),
        (Heard(220.0, 4.9), Character(2, 220.0, 1.0)),
        (Heard(100.0, 49.0), Character(0, 100.0, 1.6)),
        (Heard(100.0, 0.1), Character(0, 100.0, 0.6)),
        (Heard(100.0, 0.0), Character(0, 100.0)),
    ],
)
def test_a_speaker_is_chosen_by_pitch_and_its_pace_is_kept_sane(
    heard: Heard, expected: Character
) -> None:
    assert character(heard, SPEAKERS) == expected


def test_a_character_survives_its_arrays() -> None:
    arrays = Character(2, 187.5, 1.25).timbre("espeak-ng/x/1").arrays
    assert read(arrays, "espeak", 3) == Character(2, 187.5, 1.25)


@pytest.mark.parametrize(
    ("index", "value"),
    [
        *((0, 0.0), (2, 9.0), (3, np.nan), (3, 5000.0), (3, -1.0)),
        *((4, np.inf), (4, 9.0), (5, 3.0), (5, 0.5), (5, -1.0)),
    ],
)
def test_damaged_arrays_are_refused(index: int, value: float) -> None:
    arrays = Character(1, 187.5, 1.25).timbre("espeak-ng/x/1").arrays
    damaged = arrays["speaker_embedding"].copy()
    damaged[index] = value
    with pytest.raises(LatentsForeignError):
        read({**arrays, "speaker_embedding": damaged}, "espeak", 3)


@pytest.mark.parametrize("missing", ["gpt_cond_latent", "speaker_embedding"])
def test_both_arrays_are_needed(missing: str) -> None:
    arrays = Character(1).timbre("espeak-ng/x/1").arrays
    rest = {name: array for name, array in arrays.items() if name != missing}
    with pytest.raises(LatentsForeignError, match="both needed"):
        read(rest, "espeak", 3)
