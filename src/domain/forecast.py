"""How much sound lies between what was heard last and a line that is still to come."""

from collections.abc import Sequence

from domain.passages import Passage
from domain.pieces import Piece

_USUAL_S_PER_CHARACTER = 1 / 15


class Forecast:
    """Guesses from characters; each line that was heard to its end makes the next guess better."""

    def __init__(self, pieces: Sequence[Piece | Passage], rate: float) -> None:
        self._pieces = pieces
        self._usual_s = _USUAL_S_PER_CHARACTER / rate
        self._index = 0
        self._heard_s = 0.0
        self._whole_s = 0.0
        self._whole_characters = 0

    def hear(self, seconds: float, *, last: bool) -> float:
        """Count sound of the line being heard; returns it with the pause behind a line's end."""
        self._heard_s += seconds
        if not last:
            return seconds
        piece = self._pieces[self._index]
        self._whole_s += self._heard_s
        self._whole_characters += len(piece.text)
        self._heard_s = 0.0
        self._index += 1
        return seconds + piece.pause_s

    def until_s(self, index: int) -> float:
        """Return the sound, pauses included, that is not heard yet and comes before a line."""
        between = self._pieces[self._index : index]
        if not between:
            return 0.0
        # a line that lasts longer than was guessed owes nothing to those behind it
        rest_s = max(0.0, self._guess_s(between[0]) - self._heard_s)
        others_s = sum(self._guess_s(piece) for piece in between[1:])
        before_s = sum(_silence_s(piece) for piece in self._pieces[self._index + 1 : index + 1])
        return rest_s + others_s + before_s + sum(piece.pause_s for piece in between)

    def _guess_s(self, piece: Piece | Passage) -> float:
        known = self._whole_characters
        return len(piece.text) * (self._whole_s / known if known else self._usual_s)


def _silence_s(piece: Piece | Passage) -> float:
    return piece.silence_before_s if isinstance(piece, Passage) else 0.0
