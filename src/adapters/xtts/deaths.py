"""How often the child has died in a row: whatever kills it again and again starts no storm."""

_BORNE = 3
_FIRST_REST_S = 0.5
_LONGEST_REST_S = 30.0
_SETTLED_S = 60.0


class Deaths:
    """A few in a row are borne; after those each next child waits twice as long."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def note(self, ready_s: float) -> None:
        """One more, of a child that was ready for so long."""
        if ready_s >= _SETTLED_S:
            self._in_a_row = 0
        self._in_a_row += 1

    @property
    def rest_s(self) -> float:
        """How long the next child has to wait."""
        beyond = self._in_a_row - _BORNE
        # Twenty doublings are far beyond the longest rest.
        return min(_LONGEST_REST_S, _FIRST_REST_S * 2.0 ** min(beyond - 1, 20)) if beyond > 0 else 0
