"""The use cases over fakes, as a small house to test in."""

from dataclasses import dataclass, field

import numpy as np

from application.sessions import Sessions
from application.speaking import Speaking
from application.stream import SpeechStream
from application.voices import Voices
from domain.audio import Samples, gathered
from domain.events import Event
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine, sound_of
from tests.fakes.events import HeardEvents
from tests.fakes.sentences import FullStopSplitter
from tests.fakes.studio import FakeStudio
from tests.fakes.voices import FakeVoices


@dataclass
class House:
    engine: FakeEngine = field(default_factory=FakeEngine)
    store: FakeVoices = field(default_factory=FakeVoices)
    studio: FakeStudio = field(default_factory=FakeStudio)
    bus: HeardEvents = field(default_factory=HeardEvents)
    clock: FakeClock = field(default_factory=FakeClock)
    longest_text: int = 1000

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.engine, self.clock, remembered=3)
        self.voices = Voices(
            store=self.store,
            timbres=self.store,
            engine=self.engine,
            studio=self.studio,
            bus=self.bus,
            clock=self.clock,
            longest_clip_s=60,
        )
        self.speaking = Speaking(
            engine=self.engine,
            voices=self.voices,
            sessions=self.sessions,
            splitter=FullStopSplitter(),
            bus=self.bus,
            clock=self.clock,
            longest_text=self.longest_text,
        )

    def events(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.bus.heard if isinstance(event, kinds)]


async def hear(stream: SpeechStream) -> Samples:
    return gathered([pcm async for pcm in stream], stream.rate_hz).samples


def expected(*parts: str | float) -> Samples:
    """Texts as the fake engine speaks them, numbers as seconds of silence."""
    return np.concatenate(
        [
            sound_of(part) if isinstance(part, str) else np.zeros(round(part * 24_000), np.float32)
            for part in parts
        ],
    )
