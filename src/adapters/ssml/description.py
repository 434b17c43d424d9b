"""What is understood, told from the very tables that the parser reads by."""

from collections.abc import Mapping
from dataclasses import asdict

from adapters.ssml.elements import ELEMENTS, Element
from adapters.ssml.limits import Limits
from adapters.ssml.names import SSML


def described(limits: Limits) -> Mapping[str, object]:
    """Return elements, attributes, values and limits as plain data."""
    return {
        "namespace": SSML,
        "elements": {name: _element(element) for name, element in ELEMENTS.items()},
        "limits": asdict(limits),
    }


def _element(element: Element) -> Mapping[str, object]:
    kinds = element.attributes
    return {
        "about": element.about,
        "needs": element.needs,
        "attributes": {name: kind.described() for name, kind in kinds.items()},
    }
