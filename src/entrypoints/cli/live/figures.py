"""What a listener's patience is measured by: moments and packets in, figures out."""

from dataclasses import dataclass

from domain.formats import AudioFormat
from domain.framing import Framer

_BUFFERED_S = 0.06
_ROUNDING_S = 1e-6


@dataclass(slots=True)
class Playback:
    """A listener who starts with the first sound, so much later, and hears it in real time.

    Sound that comes after all before it was heard is an underrun; the listener goes on with it.
    """

    buffer_s: float = 0.0
    underruns: int = 0
    _until_s: float | None = None

    def heard(self, at_s: float, seconds: float) -> None:
        """Take sound; what lasts no time, such as a header, changes nothing."""
        if seconds <= 0:
            return
        if self._until_s is None:
            self._until_s = at_s + self.buffer_s
        elif at_s > self._until_s + _ROUNDING_S:
            self.underruns += 1
            self._until_s = at_s
        self._until_s += seconds


class Lengths:
    """Tells how long packets of a format last; a frame counts when it is whole."""

    def __init__(self, to: AudioFormat) -> None:
        self._bytes_a_second = to.bytes_a_second
        self._framer = Framer(to)

    def of(self, data: bytes) -> float:
        """Return the seconds that a packet adds."""
        if self._bytes_a_second:
            return len(data) / self._bytes_a_second
        return sum(frame.seconds for frame in self._framer.feed(data))

    def rest(self) -> float:
        """Return the seconds of a last frame, which only the end makes whole."""
        return sum(frame.seconds for frame in self._framer.end())


class Figures:
    """Counts one speech; moments may be of any clock that only goes forward."""

    def __init__(self, to: AudioFormat) -> None:
        self.packets = 0
        self.audio_s = 0.0
        self._lengths = Lengths(to)
        self._at_once, self._buffered = Playback(), Playback(_BUFFERED_S)
        self._sent_s: float | None = None
        self._first_s: float | None = None
        self._flushed_s: float | None = None
        self._after_flush_s: float | None = None

    @property
    def first_packet_s(self) -> float | None:
        """From the first words sent to the first sound."""
        return _between(self._sent_s, self._first_s)

    @property
    def after_flush_s(self) -> float | None:
        """From the first flush to the sound that came next; None if none did."""
        return _between(self._flushed_s, self._after_flush_s)

    @property
    def underruns(self) -> tuple[int, int]:
        """How often a listener without a buffer, and one with 60 ms, would have heard a gap."""
        return self._at_once.underruns, self._buffered.underruns

    def sent(self, at_s: float, *, words: bool, flushes: bool) -> None:
        """Words went out, or a flush; only the first of each is timed."""
        if words and self._sent_s is None:
            self._sent_s = at_s
        if flushes and self._flushed_s is None:
            self._flushed_s = at_s

    def heard(self, at_s: float, data: bytes) -> None:
        """A packet came in."""
        self.packets += 1
        if self._first_s is None:
            self._first_s = at_s
        if self._after_flush_s is None and self._flushed_s is not None:
            self._after_flush_s = at_s
        seconds = self._lengths.of(data)
        self.audio_s += seconds
        for playback in (self._at_once, self._buffered):
            playback.heard(at_s, seconds)

    def report(self) -> str:
        """Return all of it, a line each; nothing is heard any more."""
        at_once, buffered = self.underruns
        rows = {
            "first packet": _ms(self.first_packet_s),
            "after the flush": _ms(self.after_flush_s),
            "packets": str(self.packets),
            "audio": f"{self.audio_s + self._lengths.rest():.2f} s",
            "underruns": f"{at_once} ({buffered} with 60 ms buffered)",
        }
        return "".join(f"{name:<16}{value}\n" for name, value in rows.items())


def _between(begin_s: float | None, end_s: float | None) -> float | None:
    return None if begin_s is None or end_s is None else end_s - begin_s


def _ms(seconds: float | None) -> str:
    return "none" if seconds is None else f"{seconds * 1000:.1f} ms"
