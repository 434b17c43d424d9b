"""The use cases of jobs over fakes."""

from dataclasses import dataclass, field
from pathlib import Path

from application.bookbinding import Bookbinding
from application.drafting import Drafting
from application.job_desk import JobDesk
from application.jobs import Jobs
from application.narrating import Narrating
from application.reciting import Reciting
from domain.job import JobOrder, Manuscript
from domain.pieces import Pauses
from domain.ports import Wording
from tests.fakes.jobs import FakeBinder, FakeJobs, FakeShelf
from tests.fakes.markup import FakeMarkup
from tests.fakes.sentences import FullStopSplitter
from tests.fakes.wording import EchoWording
from tests.unit.application.house import House

TEXT = "One is here. Two is here. Three is here."


def manuscript(text: str = TEXT, **order: object) -> Manuscript:
    told: dict[str, object] = {"title": "A book"} | order
    return Manuscript(text, JobOrder(**told))  # type: ignore[arg-type]


@dataclass
class JobHouse:
    place: Path
    longest_text: int = 10_000
    longest_queue: int = 3
    at_once: int = 1
    house: House = field(default_factory=House)
    wording: Wording = field(default_factory=EchoWording)

    def __post_init__(self) -> None:
        house = self.house
        self.engine = house.engine
        self.store = FakeJobs(house.clock.now)
        self.shelf = FakeShelf(self.place)
        self.binder = FakeBinder()
        self.drafting = Drafting(
            engine=self.engine,
            splitter=FullStopSplitter(),
            markup=FakeMarkup(),
            wording=self.wording,
            pauses=Pauses(),
            longest_text=self.longest_text,
            default_language="en",
        )
        self.desk = self.new_desk()
        self.jobs = Jobs(
            store=self.store,
            shelf=self.shelf,
            sound=self.shelf,
            desk=self.desk,
            drafting=self.drafting,
            timbres=house.timbres,
            clock=house.clock,
            longest_queue=self.longest_queue,
        )

    def new_desk(self) -> JobDesk:
        """As a server that starts anew has."""
        return JobDesk(
            store=self.store,
            queue=self.store,
            archive=self.store,
            shelf=self.shelf,
            narrating=Narrating(
                queue=self.store,
                shelf=self.shelf,
                sound=self.shelf,
                reciting=Reciting(
                    engine=self.engine,
                    timbres=self.house.timbres,
                    turns=self.house.turns,
                    first_rest_s=0.0001,
                ),
                bookbinding=Bookbinding(sound=self.shelf, binder=self.binder, marked=True),
                clock=self.house.clock,
            ),
            at_once=self.at_once,
            keep_days=30,
            look_s=0.01,
        )

    @property
    def spoken(self) -> list[str]:
        return [line.text for line in self.engine.spoken]
