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
        word, code = told(error)
        return self.refuse(str(error), word, code)

    @override
    def finished(self, name: str, now_s: float) -> list[Order]:
        self._active_s = now_s
        if self.opened.keep_open:
            return []
        self._over = True
        return [Close(ENDED)]

    @override
    def _heed(self, message: Message, now_s: float) -> list[Order]:
        contexts = self.opened.contexts
        if self.opened.mode == "forward":
            return self._ended() if message.text == "" else []
        if ONLY not in contexts:
            contexts[ONLY] = self._context(self._manner)
        context = contexts[ONLY]
        if context.closing:
            return []
        context.batches.change(message)
        if message.text == "":
            context.closing = not self.opened.keep_open
            return self._finish(ONLY, now_s, lasts=self.opened.keep_open)
        triggered = message.try_trigger_generation
        orders = self._said(ONLY, message.text or "", now_s, triggered=triggered)
        return [*orders, *(self._flushed(ONLY, now_s) if message.flush else ())]

    def _ended(self) -> list[Order]:
        """End what is relayed, wherever that stands."""
        self._over = True
        return [Close(ENDED, told=wire.final())]
