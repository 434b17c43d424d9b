"""Speech by a server's socket, as `say` wants it: a whole file, or written as it comes."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from websockets.exceptions import InvalidHandshake, InvalidMessage, InvalidStatus, InvalidURI
from websockets.sync.client import ClientConnection, connect

from domain.audio import HOUSE_RATE_HZ
from domain.errors import InputError, UnavailableError
from domain.formats import AudioFormat, Codec
from domain.speech import SpeechRequest
from domain.wav import stream_header, whole_file
from entrypoints.cli.live.address import Address
from entrypoints.cli.live.aside import Aside
from entrypoints.cli.live.elevenlabs import ElevenLabs
from entrypoints.cli.live.exchange import Exchange
from entrypoints.cli.live.figures import Figures
from entrypoints.cli.live.leibniz import Leibniz
from entrypoints.cli.live.talk import Talk
from entrypoints.cli.live.text import Text
from entrypoints.cli.sources import detail, plain_key

_LARGEST_MESSAGE = 2**24
_CLOSES_WITHIN_S = 2.0
_LONGEST_PAUSE_S = "180"


class Socket:
    """Speaks a text as it comes, and tells the figures of it; a request's own text is not read."""

    def __init__(
        self,
        address: Address,
        text: Text,
        tell: Callable[[str], object],
        *,
        key: str | None = None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._address = address
        self._text = text
        self._tell = tell
        self._key = plain_key(key)
        self._trusted = trusted

    def whole(self, request: SpeechRequest) -> bytes:
        """Return a whole file."""
        parts: list[bytes] = []
        self._speak(request, parts.append)
        sound, to = b"".join(parts), request.finish.to
        return whole_file(to.rate_hz, sound) if to.codec is Codec.WAV else sound

    def stream(self, request: SpeechRequest, write: Callable[[bytes], object]) -> None:
        """Write the sound as it arrives."""
        with Aside(write) as aside:
            if request.finish.to.codec is Codec.WAV:
                aside.write(stream_header(request.finish.to.rate_hz))
            self._speak(request, aside.write)

    def _speak(self, request: SpeechRequest, write: Callable[[bytes], object]) -> None:
        to = _sent_as(request.finish.to)
        tagged, pieces = self._text.begun()
        talk, url = self._talk(request, to, tagged=tagged)
        figures = Figures(to)
        with self._open(url) as socket:
            Exchange(socket, talk, figures).run(pieces, write)
        if not figures.packets:
            raise InputError("No sound came: the text has nothing in it that can be spoken.")
        self._tell(figures.report())

    def _talk(self, request: SpeechRequest, to: AudioFormat, *, tagged: bool) -> tuple[Talk, str]:
        address, voice, speed = self._address, request.voice, request.settings.speed
        if address.kind == "leibniz":
            _leibniz_can(to, speed)
            manner = {"voice": voice, "language": request.language}
            talk = Leibniz(**manner, patient=not self._text.live, tagged=tagged)
            return talk, address.url(None)
        asked = {
            "output_format": to.name,
            "inactivity_timeout": _LONGEST_PAUSE_S,
            "language_code": request.language or "",
            "enable_ssml_parsing": str(tagged).lower(),
            "auto_mode": str(self._text.live).lower(),
        }
        url = address.url(voice, **{name: value for name, value in asked.items() if value})
        return ElevenLabs(speed=speed, multi=address.kind == "multi"), url

    @contextmanager
    def _open(self, url: str) -> Iterator[ClientConnection]:
        try:
            socket = connect(
                url,
                additional_headers=self._door(),
                ssl=self._trusted if self._address.secure else None,
                compression=None,
                max_size=_LARGEST_MESSAGE,
                close_timeout=_CLOSES_WITHIN_S,
            )
        except InvalidStatus as error:
            raise _refused(self._address, error) from error
        except ssl.SSLCertVerificationError as error:
            raise _distrusted(self._address, error) from error
        except (InvalidHandshake, InvalidURI, OSError, EOFError) as error:
            msg = f"{self._address.server} does not answer ({error}); {_hint(self._address, error)}"
            raise UnavailableError(msg) from error
        with socket:
            yield socket

    def _door(self) -> dict[str, str]:
        if not self._key:
            return {}
        if self._address.kind == "leibniz":
            return {"Authorization": f"Bearer {self._key}"}
        return {"xi-api-key": self._key}


def _sent_as(to: AudioFormat) -> AudioFormat:
    """Return the format to ask for: a file's header is better written when its end is known."""
    return AudioFormat(Codec.PCM, to.rate_hz) if to.codec is Codec.WAV else to


def _leibniz_can(to: AudioFormat, speed: float) -> None:
    if to != AudioFormat(Codec.PCM, HOUSE_RATE_HZ):
        raise InputError(f"Leibniz's socket has no {to.name}: choose wav_24000 or pcm_24000.")
    if speed != 1:
        raise InputError("Leibniz's socket has no speed: leave --speed out, or speak elevenlabs.")


def _refused(address: Address, error: InvalidStatus) -> InputError:
    reply = error.response
    told = detail(bytes(reply.body or b""))
    answered = f"{address.server} answered {reply.status_code} {reply.reason_phrase}"
    return InputError(f"{answered}: {told}" if told else answered)


def _distrusted(address: Address, error: ssl.SSLCertVerificationError) -> UnavailableError:
    return UnavailableError(
        f"{address.server} shows a certificate that is not trusted here ({error.verify_message});"
        " name its authority with --ca FILE."
    )


def _hint(address: Address, error: Exception) -> str:
    """Say what to try: a scheme that the server does not speak shows in its own way."""
    if isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
        return "try ws://"
    if isinstance(error, InvalidMessage) and not address.secure:
        return "is the server running, or does it want wss://?"
    return "is the server running?"
