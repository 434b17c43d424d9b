"""What the server and the child say to each other: plain data, pickled on its way."""

from dataclasses import dataclass, field

from adapters.xtts.files import ModelFiles
from domain.audio import Pcm
from domain.errors import EngineFailedError, InputError, UnavailableError
from domain.ports import Chunk, EngineCard, SpokenLine
from domain.voice import Timbre


@dataclass(frozen=True, slots=True)
class Conditioning:
    """How much of a clip is listened to, in seconds; None leaves it to the checkpoint."""

    gpt_cond_len: int | None = None
    gpt_cond_chunk_len: int | None = None
    max_ref_len: int | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """What to load and how to run it: the first word of every child's life."""

    files: ModelFiles
    device: str = "auto"
    precision: str = "auto"
    threads: int | None = None
    slots: int | None = None
    guards: bool = True
    sha256: str | None = None
    conditioning: Conditioning = field(default_factory=Conditioning)
    chunk_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Speak:
    """Begin this line; there is a slot for it."""

    ticket: int
    line: SpokenLine


@dataclass(frozen=True, slots=True)
class Taken:
    """The listener has taken so many samples of its line, all so far."""

    ticket: int
    samples: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Nobody wants the rest of this line, or this lesson."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Learn:
    """Make a timbre of these clips; it needs no slot."""

    ticket: int
    clips: tuple[Pcm, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """The model is loaded; `width` is that of its latents, for a model without speakers."""

    card: EngineCard
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Unusable:
    """The model is not loaded, and why: the halves of a `ModelUnusableError`."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sound:
    """The next of a line; a chunk marked `last` ends it."""

    ticket: int
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class Failed:
    """A line or a lesson came to nothing; `refused` if what was sent is to blame."""

    ticket: int
    reason: str
    refused: bool = False

    @property
    def error(self) -> UnavailableError | InputError:
        """What the caller is told."""
        return InputError(self.reason) if self.refused else EngineFailedError(self.reason)


@dataclass(frozen=True, slots=True)
class Learnt:
    """The timbre of a lesson."""

    ticket: int
    timbre: Timbre


@dataclass(frozen=True, slots=True)
class Tripped:
    """A guard stopped a line that had gone astray."""

    guard: str


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life, at least one a second."""


ToChild = Setup | Speak | Taken | Leave | Learn
FromChild = Ready | Unusable | Sound | Failed | Learnt | Tripped | Beat
