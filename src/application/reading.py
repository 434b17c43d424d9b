"""What a stream is to speak, and how: passages, voices, and the touches behind them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from domain.finisher import Manner
from domain.levelling import Leveller
from domain.loudness import Learnt, Target
from domain.passages import Passage, Plan
from domain.ports import EngineCard, SpokenLine
from domain.speech import Finish, SpeechSettings
from domain.voice import Timbre


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan whose voices are found; `levellers` has one for each timbre that speaks."""

    plan: Plan
    timbres: Mapping[str | None, Timbre]
    settings: SpeechSettings
    finish: Finish
    card: EngineCard
    levellers: Mapping[str, Leveller]
    warnings: tuple[str, ...] = ()
    characters: int = field(init=False)

    def __post_init__(self) -> None:
        """Count how much there is to speak."""
        count = sum(len(passage.text) for passage in self.plan.passages)
        object.__setattr__(self, "characters", count)

    @property
    def passages(self) -> tuple[str, ...]:
        """What is spoken, as it is: without markup, and in words where that was asked for."""
        return tuple(passage.text for passage in self.plan.passages)

    @property
    def text(self) -> str:
        """The passages as one text."""
        return " ".join(self.passages)

    @property
    def target(self) -> Target:
        """What is asked of the sound; peaks are left alone where nothing was made louder.

        A whole sound gets its loudness at the end: a volume that all of it has moves that.
        """
        asked = self.finish.target
        volumes = {passage.prosody.volume for passage in self.plan.passages}
        if asked.lufs is None:
            return asked if max(volumes) > 1 else Target(None, math.inf)
        common = volumes.pop() if len(volumes) == 1 else 1.0
        if not self.finish.whole or not common:
            return asked
        return replace(asked, lufs=asked.lufs + 20 * math.log10(common))

    def timbre(self, passage: Passage) -> Timbre:
        """Whose voice speaks a passage."""
        return self.timbres[passage.voice]

    def leveller(self, passage: Passage) -> Leveller:
        """What brings a passage to its loudness."""
        return self.levellers[self.timbre(passage).sha256]

    def manner(self, passage: Passage) -> Manner:
        """How a passage reaches its rate and pitch."""
        return Manner.of(passage.prosody, self.settings.speed, self.card)

    def lines(self, stream: str) -> tuple[SpokenLine, ...]:
        """Return the passages as lines for the engine."""
        return tuple(
            SpokenLine(
                stream=stream,
                index=index,
                text=passage.text,
                language=passage.language,
                timbre=self.timbre(passage),
                rate=self.manner(passage).rate,
                pronunciations=passage.pronunciations,
                settings=self.settings,
            )
            for index, passage in enumerate(self.plan.passages)
        )

    def learnt(self) -> Iterator[tuple[Timbre, Learnt]]:
        """What was learnt of how loud each voice is."""
        if self.finish.streamed.lufs is None:
            return
        for timbre in {each.sha256: each for each in self.timbres.values()}.values():
            learnt = self.levellers[timbre.sha256].learnt
            if learnt is not None:
                yield timbre, learnt
