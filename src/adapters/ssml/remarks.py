"""What of a document had no effect, told to whoever wrote it."""

from adapters.ssml.places import Place

MOST = 20


class Remarks:
    """Each different sentence once, with the line it was first true of, and not too many."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def note(self, sentence: str, place: Place) -> None:
        """Remember a sentence."""
        if len(self._lines) < MOST:
            self._lines.setdefault(sentence, place.line)

    def told(self) -> tuple[str, ...]:
        """Return every sentence in the order they came."""
        return tuple(f"Line {line}: {sentence}" for sentence, line in self._lines.items())
