"""What a server does before it serves: bring in the voices its settings name."""

import asyncio
from pathlib import Path

from application.opening import Opening
from entrypoints.settings import Settings, SettingsError

_LARGEST_FILE = 64 * 2**20
_KINDS = frozenset({".wav", ".mp3", ".flac", ".ogg", ".opus", ".webm", ".m4a", ".aac", ".rhapsode"})


async def open_house(opening: Opening, settings: Settings) -> None:
    """Clone the default voice, bring in the folder of voices, and have the favourites ready."""
    if settings.default_voice_wav is not None:
        recording = await asyncio.to_thread(_read, settings.default_voice_wav)
        name = settings.default_voice or settings.default_voice_wav.stem
        await opening.default_voice(name, recording)
    elif settings.default_voice is not None:
        await opening.preload([settings.default_voice])
    if settings.voices_dir is not None:
        await opening.bring_in(await asyncio.to_thread(_folder, settings.voices_dir))
    await opening.preload(settings.preload_voices)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"default_voice_wav: cannot read {path} ({error.strerror})"
        raise SettingsError(msg) from error


def _folder(folder: Path) -> dict[str, bytes]:
    """Return the voice files of a folder that is there; a missing folder holds none."""
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in _KINDS)
    return {
        path.name: path.read_bytes()
        for path in found
        if path.is_file() and path.stat().st_size <= _LARGEST_FILE
    }
