"""`rhapsode say`: speak a text to a file or aloud, by this machine's engine or a server's."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from domain.errors import FormatUnknownError, InputError
from domain.formats import AudioFormat, Codec, format_named
from domain.speech import Finish, SpeechRequest, SpeechSettings
from entrypoints.cli.keeping import keep
from entrypoints.cli.live.address import PROTOCOLS, is_socket, read_address
from entrypoints.cli.live.source import Socket
from entrypoints.cli.live.text import Text, piped
from entrypoints.cli.playing import play
from entrypoints.cli.sources import Remote, trusting
from entrypoints.logs import configure
from entrypoints.settings import Loaded


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
    where.add_argument(
        "--out", type=Path, metavar="FILE", help="file to write (speech.wav); - is standard output"
    )
    where.add_argument("--play", action="store_true", help="play it aloud as it is made")
    parser.set_defaults(run=_say)


def _say(chosen: argparse.Namespace, loaded: Loaded) -> int:
    configure("warning", "text")
    to, source = _format(chosen), _source(chosen, loaded)
    request = SpeechRequest(
        text="" if isinstance(source, Socket) else _text(chosen),
        language=chosen.language,
        voice=chosen.voice,
        settings=SpeechSettings(speed=chosen.speed),
        finish=Finish(to=to),
    )
    if chosen.play:
        play(partial(source.stream, request))
    else:
        keep(partial(source.whole, request), chosen.out or Path(f"speech{to.file_suffix}"))
    return 0


def _text(chosen: argparse.Namespace) -> str:
    return sys.stdin.read() if chosen.text == "-" else str(chosen.text)


def _text_as_it_comes(chosen: argparse.Namespace) -> Text:
    if chosen.text != "-":
        return Text((chosen.text,))
    return Text(piped(sys.stdin.fileno(), sys.stdin.encoding), live=True)


def _format(chosen: argparse.Namespace) -> AudioFormat:
    if not chosen.out:
        return format_named(chosen.format or "wav")
    suffix = chosen.out.suffix.removeprefix(".")
    if not chosen.format:
        return format_named(suffix or "wav")
    to = format_named(chosen.format)
    if _codec(suffix) not in {None, to.codec}:
        fits = chosen.out.with_suffix(to.file_suffix)
        msg = f"{chosen.out} is a name for {suffix}, and --format says {to.name}: name it {fits}"
        raise InputError(msg)
    return to


def _codec(suffix: str) -> Codec | None:
    try:
        return format_named(suffix).codec
    except FormatUnknownError:
        return None


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
