"""One line while it is spoken: how far it is, and what it needs next. It never sees a tensor."""

from dataclasses import dataclass, field

from adapters.xtts.model.chunks import enough, first, least, least_in_need, most
from adapters.xtts.model.guards import Fault
from domain.audio import HOUSE_RATE_HZ
from domain.ports import SpokenLine

_NEED_S = 0.5


@dataclass(slots=True, eq=False)
class Sequence:
    """What the scheduler knows of a line; only the model's own thread touches it."""

    ticket: int
    line: SpokenLine
    most_tokens: int
    most_ahead: int
    """Samples that may wait for their listener before the line is parked."""
    needed_s: float = 0.0
    """When its listener runs dry, if nothing of it has come by then."""
    chunk_tokens: int | None = None
    slot: int = -1
    ready: bool = False
    """Whether its text has been read to the end."""
    seed: int = 0
    tokens: list[int] = field(default_factory=list)
    sounding: int = 0
    """Latents that are becoming sound right now."""
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
        """Whether it has a slot."""
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
        """Whether the next token should be drawn; nobody runs away from the vocoder."""
        return self._goes_on and not self.ended and self._waiting < enough(self.line.rate)

    def due(self, now_s: float, company: int) -> bool:
        """Whether latents should become sound, among so many others that speak or soon will."""
        if not self._goes_on or self.sounding or not self._waiting:
            return False
        rate, cap = self.line.rate, self.chunk_tokens
        worth, lead_s = least(self.chunks, rate, cap, company), self.lead_s(now_s)
        if self.chunks:
            worth = min(worth, most(worth, rate, cap, lead_s))
            if lead_s < _NEED_S:
                worth = min(worth, least_in_need(rate, cap))
        return self.ended or self._waiting >= worth

    def lead_s(self, now_s: float) -> float:
        """Sound in its listener's hand; who has the least comes first, and debts count."""
        return self.needed_s + self.sent / HOUSE_RATE_HZ - now_s

    def voice(self, now_s: float) -> bool:
        """Some latents that have no sound yet are becoming sound; True if no others will."""
        waiting, rate = self._waiting, self.line.rate
        if self.chunks:
            self.sounding = most(waiting, rate, self.chunk_tokens, self.lead_s(now_s))
        else:
            self.sounding = first(waiting, rate)
        return self.ended and self.voiced + self.sounding == self.latents

    def heard(self, samples: int, now_s: float) -> None:
        """They have; a listener who had nothing left plays on from now."""
        self.voiced += self.sounding
        self.sounding = 0
        if samples:
            self.needed_s = max(self.needed_s, now_s - self.sent / HOUSE_RATE_HZ)
            self.chunks += 1
            self.sent += samples

    def restart(self, seed: int) -> None:
        """Go on with other dice behind what has become sound."""
        del self.tokens[self.voiced :]
        self.most_tokens += len(self.tokens) // 4
        self.seed = seed
        self.ended = False
        self.fault = None
        self.tried_again = True

    @property
    def _goes_on(self) -> bool:
        return self.ready and not self.parked and self.fault is None

    @property
    def _waiting(self) -> int:
        """Latents that have no sound and are not becoming any."""
        return self.latents - self.voiced - self.sounding
