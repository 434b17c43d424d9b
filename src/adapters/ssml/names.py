"""What the elements of a document are called in SSML, whatever prefixes their writer chose."""

from collections.abc import Mapping

SSML = "http://www.w3.org/2001/10/synthesis"
_USUAL_PREFIX = "ssml"


class Names:
    """Knows the namespaces of the elements that are open."""

    def __init__(self) -> None:
        self._declared: list[Mapping[str, str]] = []

    def enter(self, tag: str, attributes: Mapping[str, str]) -> str | None:
        """Return the name of an element that begins; None if its prefix is not SSML's."""
        self._declared.append(_declared(attributes) if attributes else {})
        prefix, _, name = tag.rpartition(":")
        return name if not prefix or self._is_ours(prefix) else None

    def leave(self) -> None:
        """Forget what the element that ends has declared."""
        self._declared.pop()

    def _is_ours(self, prefix: str) -> bool:
        for spaces in reversed(self._declared):
            if prefix in spaces:
                return spaces[prefix] == SSML
        return prefix == _USUAL_PREFIX


def _declared(attributes: Mapping[str, str]) -> Mapping[str, str]:
    return {
        name.removeprefix("xmlns:"): value
        for name, value in attributes.items()
        if name.startswith("xmlns:")
    }
