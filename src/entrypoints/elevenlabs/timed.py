"""A stream with times: one JSON object a line, each with sound and the characters heard in it."""

from typing_extensions import override

from application.delivering import Delivery
from domain.formats import AudioFormat
from domain.lettering import Captioning
from entrypoints.elevenlabs.wire import speech as wire
from entrypoints.spoken import Wrapping


class Timed(Wrapping):
    """Wraps one stream; its times count from the beginning.

    Characters come with the sound of the word they belong to. Where it cannot be told how much
    sound a number of bytes is, they come a little before it, as soon as they are known.
    """

    media_type = "application/x-ndjson"

    def __init__(self, delivery: Delivery, sent: str, to: AudioFormat, *, markup: bool) -> None:
        self._delivery = delivery
        self._captioning = Captioning(sent, delivery.stream.text, lead_s=to.lead_s, markup=markup)
        self._to = to
        self._carried = 0

    @override
    def each(self, data: bytes) -> bytes:
        self._carried += len(data)
        until_s = wire.seconds_of(self._carried, self._to)
        words = self._delivery.words() if until_s is None else self._delivery.words(until_s)
        return wire.line(data, self._captioning.hear(words, self._delivery.seconds))

    @override
    def last(self, seconds: float) -> bytes:
        """A line without sound, where there are characters that no word told of."""
        heard = self._captioning.hear(self._delivery.words(), seconds)
        rest = heard.followed_by(self._captioning.end(seconds))
        return wire.line(b"", rest) if rest.sent.text or rest.spoken.text else b""
