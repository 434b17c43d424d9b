"""Sessions: what every stream is doing, and the way to stop one; each owner sees their own."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from domain.errors import HouseClosingError, SessionExistsError, SessionUnknownError
from domain.ports import Clock, Pulse, SpeechEngine
from domain.session import Session, SessionState, session_id

Cancel = Callable[[], Awaitable[None]]
_Key = tuple[str, str]


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
        self._living: dict[_Key, tuple[Session, Cancel]] = {}
        self._ended: OrderedDict[_Key, Session] = OrderedDict()

    @property
    def active(self) -> int:
        """How many streams live."""
        return len(self._living)

    def close_doors(self) -> None:
        """Begin no session any more; those that live go on to their end."""
        self.closing = True

    def open(self, owner: str, wanted: str | None, characters: int, cancel: Cancel) -> Session:
        """Begin a session under the wanted id; the id of the owner's living ones is refused."""
        if self.closing:
            raise HouseClosingError
        new_id = session_id(wanted)
        key = owner, new_id
        if key in self._living:
            raise SessionExistsError(new_id)
        session = Session(new_id, characters, self._clock.monotonic(), owner)
        self._ended.pop(key, None)
        self._living[key] = (session, cancel)
        return session

    def close(self, session: Session, state: SessionState) -> bool:
        """End a session; return False when it had ended before."""
        if not session.end(state, self._clock.monotonic()):
            return False
        key = session.owner, session.id
        self._living.pop(key, None)
        self._ended[key] = session
        while len(self._ended) > self._remembered:
            self._ended.popitem(last=False)
        return True

    async def status(self, owner: str, wanted: str) -> SessionStatus:
        """Tell how far a session is, and where it stands in the engine's line (0: not waiting)."""
        return self._seen(self._find(owner, wanted), await self._engine.pulse())

    async def lately(self, owner: str, most: int) -> tuple[SessionStatus, ...]:
        """Tell of an owner's living sessions, then of those that ended, the latest first."""
        living = [session for session, _ in reversed(self._living.values())]
        every = [*living, *reversed(self._ended.values())]
        theirs = [session for session in every if session.owner == owner][:most]
        pulse = await self._engine.pulse()
        return tuple(self._seen(session, pulse) for session in theirs)

    async def cancel(self, owner: str, wanted: str) -> Session:
        """Stop a stream; one that has ended already is left as it is."""
        session = self._find(owner, wanted)
        if (owner, wanted) in self._living:
            await self._living[owner, wanted][1]()
        return session

    def _seen(self, session: Session, pulse: Pulse) -> SessionStatus:
        queued = session.state is SessionState.QUEUED and session.stream in pulse.waiting
        return SessionStatus(
            session=session,
            queue_position=pulse.waiting.index(session.stream) + 1 if queued else 0,
            wait_s=session.wait_s(self._clock.monotonic()),
        )

    def _find(self, owner: str, wanted: str) -> Session:
        key = owner, wanted
        if key in self._living:
            return self._living[key][0]
        if key in self._ended:
            return self._ended[key]
        raise SessionUnknownError(wanted)
