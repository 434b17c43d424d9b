"""Where something stands in a document, counted as an editor counts."""

from typing import NamedTuple

from domain.errors import MarkupError


class Place(NamedTuple):
    """A line and a column, both from 1."""

    line: int = 1
    column: int = 1

    def after(self, text: str) -> "Place":
        """Return the place behind a text that begins here."""
        lines = text.count("\n")
        if not lines:
            return Place(self.line, self.column + len(text))
        return Place(self.line + lines, len(text) - text.rfind("\n"))

    def wrong(self, reason: str) -> MarkupError:
        """Return the error that says what is wrong here."""
        return MarkupError(reason, self.line, self.column)


def shown(text: str, most: int = 40) -> str:
    """Quote what a client wrote: short, and without characters that hide or turn others."""
    return repr(text if len(text) <= most else text[:most] + "…")
