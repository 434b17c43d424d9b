"""The rules of `stream-input`: one text, spoken as it comes, and an end."""

from typing_extensions import override

from domain.errors import SpeechError
from entrypoints.elevenlabs.conversation import ENDED, ONLY, Conversation, told
from entrypoints.elevenlabs.orders import Close, Order
from entrypoints.elevenlabs.wire import socket as wire
from entrypoints.elevenlabs.wire.socket import Message


class Monologue(Conversation):
    """One context; an empty text ends it, and with it the socket."""

    @override
    def failed(self, name: str | None, error: SpeechError) -> list[Order]:
        if name is None:
            return self._turned_away(error)
        word, code = told(error)
        return self.refuse(str(error), word, code)

    @override
    def finished(self, name: str, now_s: float) -> list[Order]:
        self._active_s = now_s
        if self.opened.keep_open:
            return self.heard(name, 0, now_s)
        self._over = True
        return [Close(ENDED)]

    @override
    def _heed(self, message: Message, now_s: float) -> list[Order]:
        contexts, keep_open = self.opened.contexts, self.opened.keep_open
        if self.opened.mode == "forward":
            return self._ended() if message.text == "" else []
        if ONLY not in contexts:
            contexts[ONLY] = self._context(ONLY)
        context = contexts[ONLY]
        if context.closing:
            return []
        if message.text == "":
            return context.end(message, now_s, lasts=keep_open)
        return context.hear(message, now_s)

    def _ended(self) -> list[Order]:
        """End what is relayed, wherever that stands."""
        self._over = True
        return [Close(ENDED, told=wire.final())]
