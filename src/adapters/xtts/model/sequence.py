"""One line while it is spoken: how far it is, and what it needs next. It never sees a tensor."""

from dataclasses import dataclass, field

from adapters.xtts.model.chunks import wanted_latents
from adapters.xtts.model.guards import Fault
from domain.ports import SpokenLine


@dataclass(slots=True, eq=False)
class Sequence:
    """What the scheduler knows of a line; only the model's own thread touches it."""

    ticket: int
    line: SpokenLine
    most_tokens: int
    most_ahead: int
    """Samples that may wait for their listener before the line is parked."""
    chunk_tokens: int | None = None
    slot: int = -1
    seed: int = 0
    tokens: list[int] = field(default_factory=list)
    voiced: int = 0
    """Latents that have become sound."""
    chunks: int = 0
    sent: int = 0
    taken: int = 0
    ended: bool = False
    """Whether the last token has been drawn."""
    fault: Fault | None = None
    tried_again: bool = False

    @property
    def begun(self) -> bool:
        """Whether its text has been read."""
        return self.slot >= 0

    @property
    def latents(self) -> int:
        """How many latents there are: one a token, that of the last one included."""
        return len(self.tokens)

    @property
    def parked(self) -> bool:
        """Whether its listener has enough in hand."""
        return self.sent - self.taken >= self.most_ahead

    @property
    def hungry(self) -> bool:
        """Whether the next token should be drawn."""
        return self.begun and not self.ended and not self.parked and not self.due

    @property
    def due(self) -> bool:
        """Whether the next chunk should become sound."""
        enough = self.ended or self.latents - self.voiced >= self._next_chunk()
        return self.begun and enough and not self.parked

    @property
    def lead(self) -> int:
        """Samples its listener has in hand; who has the fewest comes first."""
        return self.sent - self.taken

    def restart(self, seed: int) -> None:
        """Go on with other dice behind what has become sound."""
        del self.tokens[self.voiced :]
        self.most_tokens += len(self.tokens) // 4
        self.seed = seed
        self.ended = False
        self.fault = None
        self.tried_again = True

    def _next_chunk(self) -> int:
        return wanted_latents(self.chunks, self.line.rate, self.chunk_tokens)
