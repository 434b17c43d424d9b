"""The use cases over fakes, as a small house to test in."""

from dataclasses import dataclass, field

import numpy as np

from application.calibrating import Calibrating
from application.loudness import Loudness
from application.opening import Opening
from application.recent import Recent
from application.sessions import Sessions
from application.speaking import Speaking
from application.stream import SpeechStream
from application.timbres import Timbres
from application.turns import Turns
from application.voices import Voices
from domain.audio import Samples, join, silence
from domain.events import Event
from domain.known_names import KnownNames
from domain.pieces import Pauses
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine, sound_of
from tests.fakes.events import HeardEvents
from tests.fakes.loudness import FakeLoudness
from tests.fakes.markup import FakeMarkup
from tests.fakes.sentences import FullStopSplitter
from tests.fakes.studio import FakeStudio
from tests.fakes.voices import FakeVoices
from tests.fakes.wording import EchoWording


@dataclass
class House:
    engine: FakeEngine = field(default_factory=FakeEngine)
    store: FakeVoices = field(default_factory=FakeVoices)
    studio: FakeStudio = field(default_factory=FakeStudio)
    bus: HeardEvents = field(default_factory=HeardEvents)
    clock: FakeClock = field(default_factory=FakeClock)
    learnt: FakeLoudness = field(default_factory=FakeLoudness)
    longest_text: int = 1000
    default_voice: str | None = None
    refuse_unknown: bool = True
    require_consent: bool = False
    calibrate: bool = True
    pauses: Pauses = field(default_factory=Pauses)
    markup: FakeMarkup = field(default_factory=FakeMarkup)
    names: KnownNames = field(default_factory=KnownNames)

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.engine, self.clock, remembered=3)
        self.timbres = Timbres(
            store=self.store,
            timbres=self.store,
            engine=self.engine,
            studio=self.studio,
            bus=self.bus,
            recent=Recent(self.clock),
            default=self.default_voice,
            refuse_unknown=self.refuse_unknown,
            names=self.names,
        )
        self.loudness = Loudness(self.learnt, self.clock)
        self.calibrating = Calibrating(
            engine=self.engine,
            timbres=self.timbres,
            previews=self.store,
            loudness=self.loudness,
            studio=self.studio,
            bus=self.bus,
            default_language="en",
            wanted=self.calibrate,
        )
        self.voices = Voices(
            store=self.store,
            timbre_store=self.store,
            timbres=self.timbres,
            previews=self.store,
            loudness=self.loudness,
            calibrating=self.calibrating,
            engine=self.engine,
            studio=self.studio,
            bus=self.bus,
            clock=self.clock,
            longest_clip_s=60,
            require_consent=self.require_consent,
        )
        self.opening = Opening(self.voices, self.timbres)
        self.turns = Turns()
        self.speaking = Speaking(
            engine=self.engine,
            timbres=self.timbres,
            sessions=self.sessions,
            splitter=FullStopSplitter(),
            markup=self.markup,
            wording=EchoWording(),
            loudness=self.loudness,
            bus=self.bus,
            clock=self.clock,
            longest_text=self.longest_text,
            default_language="en",
            pauses=self.pauses,
            turns=self.turns,
        )

    def events(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.bus.heard if isinstance(event, kinds)]


async def hear(stream: SpeechStream) -> Samples:
    return join(silence(0, stream.rate_hz), *[sound.pcm.samples async for sound in stream])


def expected(*parts: str | float) -> Samples:
    """Texts as the fake engine speaks them, numbers as seconds of silence."""
    return np.concatenate(
        [
            sound_of(part) if isinstance(part, str) else np.zeros(round(part * 24_000), np.float32)
            for part in parts
        ],
    )
