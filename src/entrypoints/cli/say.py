"""`rhapsode say`: speak a text to a file or aloud, by this machine's engine or a server's."""

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from domain.errors import InputError
from domain.formats import AudioFormat, format_named
from domain.speech import Finish, SpeechRequest, SpeechSettings
from entrypoints.cli.live.address import PROTOCOLS, is_socket, read_address
from entrypoints.cli.live.source import Socket
from entrypoints.cli.live.text import Text, piped
from entrypoints.cli.playing import play
from entrypoints.cli.sources import Remote, trusting
from entrypoints.logs import configure
from entrypoints.settings import Loaded, SettingsError


class Source(Protocol):
    """Where the sound comes from, as bytes of the format asked for."""

    def whole(self, request: SpeechRequest) -> bytes:
        """Return a whole file."""
        ...

    def stream(self, request: SpeechRequest, write: Callable[[bytes], object]) -> None:
        """Write the sound as it is made."""
        ...


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("say", parents=parents, help="speak a text")
    parser.add_argument("text", help="what to say, plain or as SSML; - reads standard input")
    parser.add_argument("--voice", help="a saved voice or a speaker of the engine")
    parser.add_argument("--language", default="en", help="language tag (en)")
    parser.add_argument("--speed", type=float, default=1.0, help="0.25 to 4 (1)")
    parser.add_argument("--format", help="such as mp3_44100_128; by default what FILE's name says")
    parser.add_argument(
        "--url", help="speak by the server at this address, http:// or, while you write, ws://"
    )
    parser.add_argument(
        "--protocol", choices=PROTOCOLS, help="what a ws:// address speaks (elevenlabs)"
    )
    parser.add_argument(
        "--ca", type=Path, metavar="FILE", help="authority that vouches for the server, in PEM"
    )
    parser.add_argument("--key", help="the server's API key (the first of RHAPSODE_API_KEYS)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, metavar="FILE", help="file to write (speech.wav)")
    where.add_argument("--play", action="store_true", help="play it aloud as it is made")
    parser.set_defaults(run=_say)


def _say(chosen: argparse.Namespace, loaded: Loaded) -> int:
    configure("warning", "text")
    source = _source(chosen, loaded)
    request = SpeechRequest(
        text="" if isinstance(source, Socket) else _text(chosen),
        language=chosen.language,
        voice=chosen.voice,
        settings=SpeechSettings(speed=chosen.speed),
        finish=Finish(to=_format(chosen)),
    )
    if chosen.play:
        play(partial(source.stream, request))
    else:
        _keep(source, request, chosen.out or Path(f"speech{request.finish.to.file_suffix}"))
    return 0


def _text(chosen: argparse.Namespace) -> str:
    return sys.stdin.read() if chosen.text == "-" else str(chosen.text)


def _text_as_it_comes(chosen: argparse.Namespace) -> Text:
    if chosen.text != "-":
        return Text((chosen.text,))
    return Text(piped(sys.stdin.fileno(), sys.stdin.encoding), live=True)


def _format(chosen: argparse.Namespace) -> AudioFormat:
    if chosen.format or not chosen.out:
        return format_named(chosen.format or "wav")
    return format_named(chosen.out.suffix.lower().removeprefix(".") or "wav")


def _source(chosen: argparse.Namespace, loaded: Loaded) -> Source:
    url, trusted = chosen.url, trusting(chosen.ca)
    key = chosen.key or next(iter(loaded.settings.keys), None)
    if url and is_socket(url):
        address = read_address(url, chosen.protocol)
        text = _text_as_it_comes(chosen)
        return Socket(address, text, sys.stderr.write, key=key, trusted=trusted)
    if chosen.protocol:
        raise InputError("--protocol is for sockets: name one as --url ws://127.0.0.1:8000")
    if url:
        return Remote(url, key, trusted)
    from entrypoints.cli.local import Local

    return Local(loaded.settings)


def _keep(source: Source, request: SpeechRequest, out: Path) -> None:
    if out.is_dir() or not os.access(out if out.exists() else out.parent, os.W_OK):
        # before anything is spoken, which may take long
        msg = f"cannot write {out}; name a file in a folder that is yours"
        raise SettingsError(msg)
    data = source.whole(request)
    try:
        out.write_bytes(data)
    except OSError as error:
        msg = f"cannot write {out} ({error.strerror})"
        raise SettingsError(msg) from error
    sys.stderr.write(f"wrote {out}\n")
