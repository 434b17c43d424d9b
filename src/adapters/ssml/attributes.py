"""Reading the attributes of an element; a bad one is left out and remarked on."""

from collections.abc import Callable, Mapping

from adapters.ssml.effects import Given
from adapters.ssml.elements import Element
from adapters.ssml.places import shown


def read(
    name: str, element: Element, written: Mapping[str, str], note: Callable[[str], None]
) -> Given:
    """Return what the attributes of `<name>` come to."""
    values: dict[str, float | str] = {}
    refused: set[str] = set()
    for attribute, text in written.items():
        kind = element.attributes.get(attribute)
        if kind is None:
            if not _is_passed_over(attribute, element):
                note(f"the attribute {shown(attribute)} of <{name}> has no effect")
            continue
        value = kind.read(text)
        if value is None:
            refused.add(attribute)
            note(f"{attribute}={shown(text)} of <{name}> is not understood and has no effect")
        else:
            values[attribute] = value
    if element.needs is not None and element.needs not in written:
        note(f"a <{name}> without {element.needs} has no effect; what it holds is spoken")
    return Given(values, frozenset(refused))


def _is_passed_over(attribute: str, element: Element) -> bool:
    """Names with a prefix belong to XML or to somebody else; only a language would be missed."""
    foreign = attribute == "xmlns" or (":" in attribute and attribute != "xml:lang")
    return foreign or attribute in element.passed_over
