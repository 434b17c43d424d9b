"""Who speaks a line, and how: all of a job that can be said before espeak-ng is asked."""

from collections.abc import Mapping
from pathlib import Path

from adapters.espeak.job import Job
from adapters.espeak.languages import installed_voices, language_table
from adapters.espeak.prosody import FASTEST, SLOWEST, delivery, own_pitch_hz
from adapters.espeak.timbre import Character
from adapters.espeak.variants import Variant, read_variants
from domain.errors import EngineFailedError
from domain.ports import SpokenLine

_PLAIN = "en"


class Casting:
    """The voices of the languages, and the speakers who each can speak all of them."""

    def __init__(self, voices: Mapping[str, str], variants: tuple[Variant, ...]) -> None:
        self._voices = voices
        self.variants = variants
        self.languages = tuple(voices)
        self.speakers = tuple(variant.name for variant in variants)

    def job(self, line: SpokenLine, character: Character) -> Job:
        """What to ask the child for."""
        voice = self._voices[line.language]
        variant = self.variants[character.speaker]
        median_hz = character.median_hz or own_pitch_hz(variant, line.language)
        how = delivery(voice, character.speaker, variant, line.language, median_hz * line.pitch)
        rate = min(max(line.rate * (character.pace or 1.0), SLOWEST), FASTEST)
        return Job(line.text, voice, how, rate, line.pronunciations)

    def own_hz(self, speaker: int) -> float:
        """The median pitch of a speaker in the languages that have no melody of their own."""
        return own_pitch_hz(self.variants[speaker], _PLAIN)


def read_casting(installed: Path) -> Casting:
    """All that the installed data of espeak-ng have to offer."""
    try:
        voices = language_table(installed_voices(installed))
        return Casting(voices, read_variants(installed / "voices" / "!v"))
    except OSError as error:
        msg = f"The data of espeak-ng cannot be read ({error}); reinstall espeakng-loader."
        raise EngineFailedError(msg) from error
