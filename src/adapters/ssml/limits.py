"""How large a document may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond any of these a document is refused, where it passes them."""

    size_bytes: int = 65_536
    depth: int = 32
    nodes: int = 10_000
    """Elements and the stretches of text between them."""
