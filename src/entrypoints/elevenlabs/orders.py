"""What the rules of a socket have its shell do."""

from dataclasses import dataclass

from domain.speech import SpeechRequest


@dataclass(frozen=True, slots=True)
class Admit:
    """Let the caller in by this key, unless one came with the handshake."""

    key: str | None


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak a batch behind what the context says already."""

    context: str
    request: SpeechRequest
    sounds: tuple[int, ...]
    """How many chunks of the engine go into a packet; told to a context with its first batch."""


@dataclass(frozen=True, slots=True)
class Flush:
    """Hold nothing back of what the context has said so far."""

    context: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Let the context say all it has to say, then tell that it was all."""

    context: str
    lasts: bool = False
    """Whether the context goes on to be used."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Let nothing more of the context be heard, and free the engine of it."""

    context: str
    told: bytes


@dataclass(frozen=True, slots=True)
class Tell:
    """Send a message."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Forward:
    """Relay the sound of a channel, and finish behind the last of it."""

    channel: str
    finish: Finish


@dataclass(frozen=True, slots=True)
class Close:
    """End the socket, behind a last message if there is one."""

    code: int
    reason: str = ""
    told: bytes = b""


Order = Admit | Speak | Flush | Finish | Drop | Tell | Forward | Close
