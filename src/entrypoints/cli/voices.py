"""`rhapsode voices`: the registry from the command line."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from application.voices import Draft, Voices
from domain.access import HOUSE
from domain.ports import VoiceSearch
from domain.voice import Voice
from entrypoints.logs import configure
from entrypoints.settings import Loaded, SettingsError

_PAGE = 500

Work = Callable[[argparse.Namespace, Voices], Awaitable[None]]


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Describe the commands."""
    parser = commands.add_parser("voices", help="list, add, change and move saved voices")
    kinds = parser.add_subparsers(required=True, metavar="WHAT")

    def command(name: str, work: Work, about: str) -> argparse.ArgumentParser:
        child: argparse.ArgumentParser = kinds.add_parser(name, parents=parents, help=about)
        child.set_defaults(run=lambda chosen, loaded: _run(work, chosen, loaded))
        return child

    listing = command("list", _list, "list the saved voices")
    listing.add_argument("--search", default="", help="only those with this in id, name or text")
    adding = command("add", _add, "clone a voice from recordings")
    adding.add_argument("clips", nargs="+", type=Path, metavar="CLIP")
    adding.add_argument("--id", dest="voice", help="the id to save it under")
    adding.add_argument("--name", default="")
    adding.add_argument("--description", default="")
    command("show", _show, "show one voice").add_argument("voice", metavar="ID")
    renaming = command("rename", _rename, "give a voice another name")
    renaming.add_argument("voice", metavar="ID")
    renaming.add_argument("name", metavar="NAME")
    command("delete", _delete, "forget a voice").add_argument("voice", metavar="ID")
    exporting = command("export", _export, "write a voice to one file")
    exporting.add_argument("voice", metavar="ID")
    exporting.add_argument("--out", type=Path, required=True, metavar="FILE")
    importing = command("import", _import, "save a voice that was exported")
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--id", dest="voice", help="save it under another id")


def _run(work: Work, chosen: argparse.Namespace, loaded: Loaded) -> int:
    from entrypoints.container import Container, entered

    configure("warning", "text")

    async def run() -> None:
        async with entered(Container(settings=loaded.settings)) as container:
            await work(chosen, container.voices())

    asyncio.run(run())
    return 0


async def _list(chosen: argparse.Namespace, voices: Voices) -> None:
    search = VoiceSearch(HOUSE, text=chosen.search, limit=_PAGE)
    while True:
        page = await voices.find(search)
        for voice in page.voices:
            _say(f"{voice.id}\t{voice.name}\t{voice.created_at:%Y-%m-%d %H:%M}")
        if page.next is None:
            return
        search = replace(search, after=page.next)


async def _add(chosen: argparse.Namespace, voices: Voices) -> None:
    clone = await voices.clone([_read(clip) for clip in chosen.clips])
    for warning in clone.warnings:
        sys.stderr.write(f"{warning}\n")
    draft = Draft(id=chosen.voice, name=chosen.name, description=chosen.description)
    _say((await voices.save(clone, draft)).id)


async def _show(chosen: argparse.Namespace, voices: Voices) -> None:
    for name, value in _facts(await voices.get(HOUSE, chosen.voice)).items():
        _say(f"{name:12} {value}")


async def _rename(chosen: argparse.Namespace, voices: Voices) -> None:
    voice = await voices.get(HOUSE, chosen.voice)
    await voices.change(replace(voice, name=chosen.name))


async def _delete(chosen: argparse.Namespace, voices: Voices) -> None:
    await voices.delete(HOUSE, chosen.voice)


async def _export(chosen: argparse.Namespace, voices: Voices) -> None:
    data = await voices.take_out(HOUSE, chosen.voice)
    try:
        chosen.out.write_bytes(data)
    except OSError as error:
        msg = f"cannot write {chosen.out} ({error.strerror})"
        raise SettingsError(msg) from error


async def _import(chosen: argparse.Namespace, voices: Voices) -> None:
    _say((await voices.bring_in(_read(chosen.file), Draft(id=chosen.voice))).id)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"cannot read {path} ({error.strerror})"
        raise SettingsError(msg) from error


def _facts(voice: Voice) -> dict[str, object]:
    return {
        "id": voice.id,
        "name": voice.name,
        "description": voice.description or "-",
        "language": voice.language or "-",
        "labels": ", ".join(f"{name}={value}" for name, value in voice.labels.items()) or "-",
        "consent": f"by {voice.consent.by}" if voice.consent else "-",
        "version": voice.version,
        "created": voice.created_at.isoformat(),
        "updated": (voice.updated_at or voice.created_at).isoformat(),
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
