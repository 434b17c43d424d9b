"""The rules of `multi-stream-input`: contexts, each begun, interrupted or finished alone."""

from collections.abc import Iterator

from typing_extensions import override

from domain.errors import InputError, SpeechError
from entrypoints.elevenlabs.conversation import ENDED, POLICY, Conversation, told
from entrypoints.elevenlabs.orders import Close, Drop, Order, Tell
from entrypoints.elevenlabs.wire import socket as wire
from entrypoints.elevenlabs.wire.socket import Message

DEFAULT = "default"
MOST_CONTEXTS = 5
_CLOSES_WITHIN_S = 2.0


class Dialogue(Conversation):
    """Contexts come to be with their first text, and go when they are closed."""

    _closes_at_s: float | None = None

    @override
    def tick(self, now_s: float) -> list[Order]:
        if self._closes_at_s is not None and now_s >= self._closes_at_s:
            return self._ended()
        return super().tick(now_s)

    @override
    def failed(self, name: str | None, error: SpeechError) -> list[Order]:
        if name is None or name not in self.opened.contexts:
            return self._turned_away(error) if name is None else []
        word, code = told(error)
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
    def _moments_s(self) -> Iterator[float]:
        yield from super()._moments_s()
        if self._closes_at_s is not None:
            yield self._closes_at_s

    @override
    def _heed(self, message: Message, now_s: float) -> list[Order]:
        contexts = self.opened.contexts
        if self._closes_at_s is not None:
            return []
        if message.close_socket:
            return self._close_socket(now_s)
        name = message.context or DEFAULT
        if name not in contexts:
            if message.close_context or not _begins(message):
                return []
            if len(contexts) == MOST_CONTEXTS:
                most = f"{MOST_CONTEXTS} contexts speak already; close one of them first."
                return self.refuse(most, "max_active_conversations")
            contexts[name] = self._context(name)
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
            return [Tell(wire.failed(told, "context_closing", POLICY, name))]
        return context.hear(message, now_s)

    def _close_context(self, name: str, now_s: float) -> list[Order]:
        """Interrupt a context that is heard; one that was just flushed is heard to its end."""
        context = self.opened.contexts[name]
        if not context.interrupted_by_closing(now_s):
            return context.close()
        del self.opened.contexts[name]
        return [Drop(name, wire.final(name)), *self._ended_if_done()]

    def _close_socket(self, now_s: float) -> list[Order]:
        """Let contexts that were flushed be heard, for so long; the others go."""
        self._closes_at_s = now_s + _CLOSES_WITHIN_S
        orders: list[Order] = []
        for name, context in list(self.opened.contexts.items()):
            if not context.was_flushed:
                orders.append(Drop(name, wire.final(name)))
                del self.opened.contexts[name]
            elif not context.closing:
                orders += context.close()
        return [*orders, *self._ended_if_done()]

    def _ended_if_done(self) -> list[Order]:
        return self._ended() if self._closes_at_s is not None and not self.opened.contexts else []

    def _ended(self) -> list[Order]:
        self._over = True
        return [Close(ENDED)]


def _begins(message: Message) -> bool:
    """Whether it is the first of a context; a blank for none in particular keeps a socket open."""
    named = message.context is not None
    sets = message.sets and (named or message.type != wire.INIT)
    return sets or bool(message.text if named else (message.text or "").strip())
