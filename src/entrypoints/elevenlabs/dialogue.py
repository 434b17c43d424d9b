"""The rules of `multi-stream-input`: contexts, each begun, interrupted or finished alone."""

from typing_extensions import override

from domain.errors import InputError, SpeechError
from entrypoints.elevenlabs.conversation import ENDED, Conversation, told
from entrypoints.elevenlabs.orders import Close, Drop, Order, Tell
from entrypoints.elevenlabs.wire import socket as wire
from entrypoints.elevenlabs.wire.socket import Message

DEFAULT = "default"
MOST_CONTEXTS = 5
_AT_ONCE_S = 0.005
_SOON_S = 0.1
"""What lies between two messages that were sent as one, on a busy server or a poor line."""
_CLOSES_WITHIN_S = 2.0


class Dialogue(Conversation):
    """Contexts come to be with their first text, and go when they are closed."""

    _closes_at_s: float | None = None

    @property
    @override
    def deadline_s(self) -> float | None:
        deadline_s = super().deadline_s
        if self._closes_at_s is None or deadline_s is None:
            return deadline_s
        return min(deadline_s, self._closes_at_s)

    @override
    def tick(self, now_s: float) -> list[Order]:
        if self._closes_at_s is not None and now_s >= self._closes_at_s:
            return self._ended()
        return super().tick(now_s)

    @override
    def failed(self, name: str | None, error: SpeechError) -> list[Order]:
        word, code = told(error)
        if name is None or name not in self.opened.contexts:
            return self.refuse(str(error), word, code) if name is None else []
        del self.opened.contexts[name]
        return [Drop(name, wire.failed(str(error), word, code, name)), *self._ended_if_done()]

    @override
    def finished(self, name: str, now_s: float) -> list[Order]:
        self._active_s = now_s
        self.opened.contexts.pop(name, None)
        return self._ended_if_done()

    @override
    def _forward(self) -> list[Order]:
        if self.opened.mode != "forward":
            return []
        told = "A multi-stream-input has no forward mode; open a stream-input for each channel."
        return self.refuse(told, "invalid_input_message")

    @override
    def _heed(self, message: Message, now_s: float) -> list[Order]:
        if self._closes_at_s is not None:
            return []
        if message.close_socket:
            return self._close_socket(now_s)
        name = message.context or DEFAULT
        if name not in self.opened.contexts:
            if message.close_context or (not message.text and not message.flush):
                return []
            if len(self.opened.contexts) == MOST_CONTEXTS:
                most = f"{MOST_CONTEXTS} contexts speak already; close one of them first."
                return self.refuse(most, "max_active_conversations")
            self.opened.contexts[name] = self._context(self._manner)
        try:
            return self._heed_context(name, message, now_s)
        except InputError as error:
            return self.failed(name, error)

    def _heed_context(self, name: str, message: Message, now_s: float) -> list[Order]:
        context = self.opened.contexts[name]
        if message.close_context:
            return self._close_context(name, now_s)
        if context.closing:
            told = f"The context {name[:40]!r} is being closed; name another one."
            return [Tell(wire.failed(told, "context_closing", 1008, name))]
        context.batches.change(message)
        context.said_all = message.flush and not (message.text or "").strip()
        orders = (
            self._said(name, message.text, now_s, triggered=message.try_trigger_generation)
            if message.text
            else []
        )
        return [*orders, *(self._flushed(name, now_s) if message.flush else ())]

    def _close_context(self, name: str, now_s: float) -> list[Order]:
        """Interrupt a context that is heard; one that was just flushed is heard to its end.

        What was only gathered is never spoken. An agent whose text is over flushes nothing and
        closes in one breath, with sentences before it being heard; nobody interrupts that soon.
        """
        context = self.opened.contexts[name]
        flushed_s = context.flushed_at_s
        at_once_s = _SOON_S if context.said_all else _AT_ONCE_S
        at_once = flushed_s is not None and now_s - flushed_s < at_once_s
        if context.closing or flushed_s is None or (context.heard_since and not at_once):
            del self.opened.contexts[name]
            return [Drop(name, wire.final(name)), *self._ended_if_done()]
        context.closing = True
        return self._finish(name, now_s)

    def _close_socket(self, now_s: float) -> list[Order]:
        """Let contexts that were flushed be heard, for so long; the others go."""
        self._closes_at_s = now_s + _CLOSES_WITHIN_S
        orders: list[Order] = []
        for name, context in list(self.opened.contexts.items()):
            if context.flushed_at_s is None:
                orders.append(Drop(name, wire.final(name)))
                del self.opened.contexts[name]
            elif not context.closing:
                context.closing = True
                orders += self._finish(name, now_s)
        return [*orders, *self._ended_if_done()]

    def _ended_if_done(self) -> list[Order]:
        return self._ended() if self._closes_at_s is not None and not self.opened.contexts else []

    def _ended(self) -> list[Order]:
        self._over = True
        return [Close(ENDED)]
