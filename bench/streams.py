"""What one listener of a bench got, and when."""

from dataclasses import dataclass, field

from domain.audio import HOUSE_RATE_HZ, Samples


@dataclass(slots=True)
class Stream:
    """What one listener got, and when: seconds since all arrived."""

    came_s: list[float] = field(default_factory=list)
    chunks: list[Samples] = field(default_factory=list)
    failure: str = ""

    @property
    def heard_s(self) -> float:
        """How much sound came."""
        return sum(map(len, self.chunks)) / HOUSE_RATE_HZ

    @property
    def came_out(self) -> bool:
        """Whether it ended as it should, whatever it sounds like."""
        return bool(self.chunks) and not self.failure

    def take(self, at_s: float, samples: Samples) -> None:
        """Note a chunk."""
        if len(samples):
            self.came_s.append(at_s)
            self.chunks.append(samples)

    def silences_s(self) -> list[float]:
        """How long its playback stood still, each time that it ran dry."""
        silences, dry_s = [], self.came_s[0] if self.came_s else 0.0
        for at_s, chunk in zip(self.came_s, self.chunks, strict=True):
            if at_s > dry_s:
                silences.append(at_s - dry_s)
            dry_s = max(at_s, dry_s) + len(chunk) / HOUSE_RATE_HZ
        return silences
