"""The loudness of a stream: one gain for a voice, that learns and hardly ever moves."""

import math

import numpy as np

from domain.audio import Samples, join
from domain.limiter import Limiter
from domain.loudness import Learnt, Meter, Target
from domain.weighting import HOP_S

_AS_IT_IS = Target(None)
_MOST_DB, _LEAST_DB = 20.0, -30.0
_DB_PER_HOP = 0.5 * HOP_S
_DB_PER_LINE = 1.0
_RIGHT_DB = 0.5
_MORE_DB = (0.0, 1.0, 2.0, 4.0)
_UTTERANCE_S = 1.0
_CALIBRATED_S = 4.0
"""From so much speech on, a voice is known for itself; until then the engine's mean has a say."""
ENOUGH_S = 20.0
"""From so much speech on, nothing more is learnt."""


class Leveller:
    """Brings the lines of one voice in one stream to the target.

    The first gain is the one that what is known promises; then it follows what is heard, before
    any gain but less what the limiter takes: at most 0.5 dB in a second of speech and 1 dB from
    line to line, always along a ramp. Pauses neither move it nor teach. As many samples come out
    as went in, at once.

    To find what the limiter takes, and so to teach, costs more than all the rest: of many streams
    of a voice one `studies` it. The others follow what they hear, until the voice is known.
    """

    def __init__(
        self,
        target: Target,
        learnt: Learnt | None,
        house: Learnt | None,
        rate_hz: int,
        *,
        studies: bool = True,
    ) -> None:
        self._knowledge = _Knowledge(learnt, house)
        self._studies = studies
        self._asked = target
        self._rate_hz = rate_hz
        self._ramp = _Ramp(round(rate_hz * HOP_S))
        self._meter = Meter(rate_hz)
        self._loss = self._new_loss()
        self._shown: Learnt | None = None
        """What the line in progress had shown when its last hop ended."""
        self._hop: list[Samples] = []
        self._heard_s = 0.0
        self._begun = self._within = False

    @property
    def learnt(self) -> Learnt | None:
        """What is known of the voice by now; None if nothing was taught."""
        taught = self._studies and self._knowledge.taught
        return self._knowledge.learnt if taught else None

    def level(self, samples: Samples, *, line_ends: bool) -> Samples:
        """Return samples at the gain of their time."""
        if len(samples) and not self._within:
            self._begin_line()
        parts = [samples[:0]]
        if self._ramp.steady and self._settled():
            parts, samples = [self._ramp.feed(samples)], samples[:0]
        while len(samples):
            piece, samples = samples[: self._ramp.left], samples[self._ramp.left :]
            parts.append(self._levelled(piece))
        if line_ends:
            self._end_line()
        return join(*parts)

    def _levelled(self, piece: Samples) -> Samples:
        """Level up to where a hop ends, and decide there how to go on."""
        made = self._ramp.feed(piece)
        if self._asked.lufs is not None and not self._settled():
            self._meter.hear(piece)
            self._hop.append(piece)
        if self._ramp.ended:
            self._follow()
        return made

    def _follow(self) -> None:
        """Go on towards the target if the last hop was speech."""
        before_s, self._heard_s = self._heard_s, self._meter.seconds
        # whole hops at one gain each: however the sound is cut, the same is learnt
        heard_lufs = self._meter.lufs
        if self._hop and heard_lufs is not None and self._asked.lufs is not None:
            self._loss.hear(join(*self._hop), self._asked.lufs - heard_lufs)
        self._hop = []
        self._shown = self._lesson()
        if self._knowledge.complete_with(self._shown):
            self._knowledge.teach(self._shown)
            self._shown = None
        self._move(_DB_PER_HOP if self._heard_s > before_s else 0.0)

    def _begin_line(self) -> None:
        self._within = True
        self._move(_DB_PER_LINE if self._begun else None)
        self._begun = True

    def _end_line(self) -> None:
        self._knowledge.teach(self._lesson())
        self._meter = Meter(self._rate_hz)
        self._loss = self._new_loss()
        self._shown = None
        self._hop = []
        self._heard_s = 0.0
        self._within = False

    def _lesson(self) -> Learnt | None:
        seconds, lufs = self._meter.seconds, self._meter.lufs
        if self._knowledge.enough or lufs is None or seconds < _UTTERANCE_S:
            return None
        return Learnt(lufs - self._loss.db, seconds, 1)

    def _wanted_db(self) -> float | None:
        """The gain that would be right; None while nothing is known of the voice."""
        if self._asked.lufs is None:
            return 0.0
        lufs = self._knowledge.lufs(self._shown)
        return None if lufs is None else min(max(self._asked.lufs - lufs, _LEAST_DB), _MOST_DB)

    def _move(self, most_db: float | None) -> None:
        wanted_db = self._wanted_db()
        self._ramp.move(self._ramp.to_db if wanted_db is None else wanted_db, most_db)

    def _settled(self) -> bool:
        """Whether nothing that is heard can change the gain or teach."""
        knowledge = self._knowledge
        known = knowledge.enough or (not self._studies and knowledge.calibrated)
        return known and self._ramp.to_db == self._wanted_db()

    def _new_loss(self) -> "_Loss":
        return _Loss(self._rate_hz, self._asked if self._studies else _AS_IT_IS)


class _Knowledge:
    """How loud a voice is known to be, and what this stream added to that."""

    def __init__(self, learnt: Learnt | None, house: Learnt | None) -> None:
        self.learnt = learnt
        self.taught = False
        self._house = house

    @property
    def enough(self) -> bool:
        """Whether nothing more is to be learnt."""
        return self.learnt is not None and self.learnt.seconds >= ENOUGH_S

    @property
    def calibrated(self) -> bool:
        """Whether the voice is known for itself."""
        return self.learnt is not None and self.learnt.seconds >= _CALIBRATED_S

    def complete_with(self, lesson: Learnt | None) -> bool:
        """Whether a line in progress shows all that was still to be learnt."""
        learnt = _both(self.learnt, lesson)
        return lesson is not None and learnt is not None and learnt.seconds >= ENOUGH_S

    def teach(self, lesson: Learnt | None) -> None:
        """Keep what a line showed."""
        if lesson is not None and not self.enough:
            self.learnt = _both(self.learnt, lesson)
            self.taught = True

    def lufs(self, lesson: Learnt | None) -> float | None:
        """How loud the voice is, with what the line in progress shows."""
        learnt = _both(self.learnt, lesson)
        house = self._house
        if learnt is None or house is None or learnt.seconds >= _CALIBRATED_S:
            known = learnt or house
            return None if known is None else known.lufs
        return (learnt.utterances * learnt.lufs + house.lufs) / (learnt.utterances + 1)


class _Loss:
    """What a line needs beyond its gain, because the limiter takes some of it back.

    More gain is more for the limiter: copies of the line are limited at a few gains, and between
    them lies the one at which as much is left as is wanted.
    """

    def __init__(self, rate_hz: int, target: Target) -> None:
        limited = target.lufs is not None and math.isfinite(target.ceiling_dbtp)
        self._limiters = [Limiter(rate_hz, target.ceiling_dbtp) for _ in _MORE_DB if limited]
        self._gain_db = -math.inf
        self._forget()

    @property
    def db(self) -> float:
        """How much, as far as the line was heard."""
        if not self._after.all():
            return 0.0
        left = np.array(_MORE_DB) - 10 * np.log10(self._before / self._after)
        return float(np.interp(0.0, left, _MORE_DB))

    def hear(self, samples: Samples, gain_db: float) -> None:
        """Limit the next of the line, which is to have this gain as far as is known by now.

        What was limited at a gain that has proved wrong is forgotten.
        """
        if abs(gain_db - self._gain_db) > _RIGHT_DB:
            self._gain_db = gain_db
            self._forget()
        for at, limiter in enumerate(self._limiters):
            louder = samples * np.float32(10 ** ((gain_db + _MORE_DB[at]) / 20))
            kept = limiter.feed(louder)
            self._before[at] += np.dot(louder, louder)
            self._after[at] += np.dot(kept, kept)

    def _forget(self) -> None:
        self._before, self._after = np.zeros((2, len(_MORE_DB)))


class _Ramp:
    """A gain that goes from one value to the next within a hop, or within what is left of one."""

    def __init__(self, hop: int) -> None:
        self._rise = np.arange(1, hop + 1, dtype=np.float32) / np.float32(hop)
        self._from = self._to = np.float32(1.0)
        self._at = 0
        self._from_db = self.to_db = 0.0

    @property
    def left(self) -> int:
        """How many samples are left of the hop."""
        return len(self._rise) - self._at

    @property
    def ended(self) -> bool:
        """Whether the hop is over."""
        return not self.left

    @property
    def steady(self) -> bool:
        """Whether the gain stays as it is, for however many samples."""
        return bool(self._from == self._to)

    def move(self, to_db: float, most_db: float | None) -> None:
        """Begin a hop that ends at another gain, no further away than this; None: be there."""
        here_db = self._here_db()
        self._from, self._from_db, self._at = self._now(), here_db, 0
        if most_db is not None:
            to_db = min(max(to_db, here_db - most_db), here_db + most_db)
        self.to_db, self._to = to_db, np.float32(10 ** (to_db / 20))
        if most_db is None:
            self._from, self._from_db = self._to, to_db

    def feed(self, samples: Samples) -> Samples:
        """Return samples at their gains; where these change, no more than are left of the hop."""
        rise = self._rise[self._at : self._at + len(samples)]
        self._at += len(rise)
        if self.steady:
            return samples if self._to == 1 else samples * self._to
        return samples * (self._from + (self._to - self._from) * rise)

    def _here_db(self) -> float:
        if self.ended:
            return self.to_db
        return self._from_db + (self.to_db - self._from_db) * self._at / len(self._rise)

    def _now(self) -> np.float32:
        if not self._at:
            return self._from
        return np.float32(self._from + (self._to - self._from) * self._rise[self._at - 1])


def _both(one: Learnt | None, other: Learnt | None) -> Learnt | None:
    return one + other if one and other else one or other
