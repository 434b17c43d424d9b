"""Sessions: what every stream is doing, and the way to stop one."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from domain.errors import HouseClosingError, SessionExistsError, SessionUnknownError
from domain.ports import Clock, SpeechEngine
from domain.session import Session, SessionState, session_id

Cancel = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """A session as seen at one moment."""

    session: Session
    queue_position: int
    wait_s: float


class Sessions:
    """Remembers the living sessions and the last few that ended."""

    def __init__(self, engine: SpeechEngine, clock: Clock, remembered: int = 1000) -> None:
        self._engine = engine
        self._clock = clock
        self._remembered = remembered
        self.closing = False
        self._living: dict[str, tuple[Session, Cancel]] = {}
        self._ended: OrderedDict[str, Session] = OrderedDict()

    @property
    def active(self) -> int:
        """How many streams live."""
        return len(self._living)

    def close_doors(self) -> None:
        """Begin no session any more; those that live go on to their end."""
        self.closing = True

    def open(self, wanted: str | None, characters: int, cancel: Cancel) -> Session:
        """Begin a session under the wanted id; the id of a living one is refused."""
        if self.closing:
            raise HouseClosingError
        new_id = session_id(wanted)
        if new_id in self._living:
            raise SessionExistsError(new_id)
        session = Session(new_id, characters, self._clock.monotonic())
        self._ended.pop(new_id, None)
        self._living[new_id] = (session, cancel)
        return session

    def close(self, session: Session, state: SessionState) -> bool:
        """End a session; return False when it had ended before."""
        if not session.end(state, self._clock.monotonic()):
            return False
        self._living.pop(session.id, None)
        self._ended[session.id] = session
        while len(self._ended) > self._remembered:
            self._ended.popitem(last=False)
        return True

    async def status(self, wanted: str) -> SessionStatus:
        """Tell how far a session is, and where it stands in the engine's line (0: not waiting)."""
        session = self._find(wanted)
        waiting = (await self._engine.pulse()).waiting
        queued = session.state is SessionState.QUEUED and wanted in waiting
        return SessionStatus(
            session=session,
            queue_position=waiting.index(wanted) + 1 if queued else 0,
            wait_s=session.wait_s(self._clock.monotonic()),
        )

    async def cancel(self, wanted: str) -> Session:
        """Stop a stream; one that has ended already is left as it is."""
        session = self._find(wanted)
        if wanted in self._living:
            await self._living[wanted][1]()
        return session

    def _find(self, wanted: str) -> Session:
        if wanted in self._living:
            return self._living[wanted][0]
        if wanted in self._ended:
            return self._ended[wanted]
        raise SessionUnknownError(wanted)
