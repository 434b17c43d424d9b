"""Both ends of an open socket: one thread says the text, the other hears the sound."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import Condition, Lock, Thread
from time import monotonic

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from domain.errors import InputError, SpeechError, UnavailableError
from entrypoints.cli.live.figures import Figures
from entrypoints.cli.live.talk import Said, Talk

_PATIENCE_S = 60.0
_MOST_UNHEARD = 5_000
"""Letters; servers take only so much text ahead of its sound, ours by default 20,000 characters."""
_QUIET_S = 35.0
"""Whoever makes no sound for longer than an engine may be busy waits for more text."""
_ENDED = 1000


class Exchange:
    """Carries one talk over one socket."""

    def __init__(
        self,
        socket: ClientConnection,
        talk: Talk,
        figures: Figures,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._socket = socket
        self._talk = talk
        self._figures = figures
        self._patience_s = patience_s
        self._turn = Lock()
        self._unheard = 0
        self._heard_more = Condition()
        self._said_all = False
        self._unread: OSError | None = None

    def run(self, text: Iterable[str], write: Callable[[bytes], object]) -> None:
        """Say the text while its sound is written, until all of it was heard."""
        Thread(target=self._say, args=(text,), daemon=True).start()
        try:
            while not self._talk.over:
                self._hear(write)
        except ConnectionClosed as error:
            if not self._ended_well(error):
                raise self._told(error) from error

    def _say(self, text: Iterable[str]) -> None:
        """Say everything; whoever hears notices on his own that the socket is gone."""
        try:
            self._send(self._talk.opening())
            for piece in text:
                with self._turn:
                    said = self._talk.says(piece)
                for each in said:
                    self._hold_back()
                    self._send((each,))
            with self._turn:
                said = self._talk.ends()
            self._said_all = True
            self._send(said)
            if self._talk.over:
                self._socket.close()
        except ConnectionClosed:
            return
        except OSError as error:
            self._unread = error
            self._socket.close()

    def _hold_back(self) -> None:
        """Wait while too much text is unheard; a server that falls silent waits for more of it."""
        with self._heard_more:
            while self._unheard > _MOST_UNHEARD and self._heard_more.wait(_QUIET_S):
                continue

    def _hear(self, write: Callable[[bytes], object]) -> None:
        try:
            data = self._socket.recv(self._patience_s)
        except TimeoutError as error:
            if not self._said_all:
                return
            msg = f"The server has said nothing for {self._patience_s:g} s."
            raise UnavailableError(msg) from error
        at_s = monotonic()
        with self._turn:
            heard = self._talk.hears(data)
        with self._heard_more:
            self._unheard = max(0, self._unheard - heard.letters)
            self._heard_more.notify()
        if heard.sound:
            self._figures.heard(at_s, heard.sound)
            write(heard.sound)
        with suppress(ConnectionClosed):
            self._send(heard.then)

    def _send(self, messages: Sequence[Said]) -> None:
        for said in messages:
            with self._heard_more:
                self._unheard += said.letters
            self._figures.sent(monotonic(), words=said.letters > 0, flushes=said.flushes)
            self._socket.send(said.data)

    def _ended_well(self, closed: ConnectionClosed) -> bool:
        by_server = closed.rcvd is not None and closed.rcvd.code == _ENDED
        return self._talk.over or (by_server and self._said_all and self._unread is None)

    def _told(self, closed: ConnectionClosed) -> SpeechError:
        if self._unread is not None:
            return InputError(f"The text cannot be read to its end ({self._unread.strerror}).")
        if closed.rcvd is None:
            return UnavailableError("The connection broke off before the speech was over.")
        reason = f": {closed.rcvd.reason}" if closed.rcvd.reason else " and gave no reason"
        return InputError(f"The server closed the socket with {closed.rcvd.code}{reason}")
