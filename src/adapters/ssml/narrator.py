"""What elements within one another make of the text they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from typing_extensions import override

from adapters.ssml.attributes import read
from adapters.ssml.effects import Effect, Given
from adapters.ssml.elements import BLEEPED, ELEMENTS
from adapters.ssml.page import Manner, Page, collapsed
from adapters.ssml.places import Place
from adapters.ssml.reader import Listener
from adapters.ssml.remarks import Remarks
from adapters.ssml.scales import (
    BLEEP_S_PER_CHARACTER,
    LONGEST_BLEEP_S,
    LOUDEST,
    SHORTEST_BLEEP_S,
)
from domain.ports import Wording
from domain.script import PLAIN


@dataclass(slots=True)
class _Open:
    """An element that has not ended."""

    effect: Effect
    manner: Manner
    place: Place
    is_mute: bool = False
    held: list[str] | None = None
    """Text that is understood only when all of it is there; shared by what stands within."""
    holds: bool = False


_NONE = Effect()
# Most elements of a long document have no attributes, and then always the same effect.
_BARE = {
    name: effect
    for name, element in ELEMENTS.items()
    if element.needs is None and not (effect := element.effect(Given())).remark
}


class Narrator(Listener):
    """Writes a page from elements and text."""

    def __init__(self, wording: Wording, language: str, page: Page, remarks: Remarks) -> None:
        self._wording = wording
        self._language = language
        self._page = page
        self._remarks = remarks
        self._open = [_Open(Effect(), Manner(), Place())]

    @override
    def begin(
        self, tag: str, name: str | None, attributes: Mapping[str, str], place: Place
    ) -> None:
        outer = self._open[-1]
        effect = self._effect(tag, name, attributes, place, is_heard=not outer.is_mute)
        self._apply(effect, outer, place)
        holds = bool(effect.say_as or effect.ipa) and not outer.is_mute
        opened = _Open(
            effect,
            _within(outer.manner, effect),
            place,
            is_mute=outer.is_mute or effect.is_mute,
            held=[] if holds else outer.held,
            holds=holds,
        )
        self._open.append(opened)

    @override
    def text(self, text: str) -> None:
        self._put(text, self._open[-1])

    @override
    def end(self) -> None:
        ended = self._open.pop()
        outer = self._open[-1]
        if ended.holds and ended.held is not None:
            self._understand("".join(ended.held), ended, outer)
        if ended.effect.gap_s is not None and not outer.is_mute and outer.held is None:
            self._page.gap(ended.effect.gap_s)

    def _effect(
        self,
        tag: str,
        name: str | None,
        attributes: Mapping[str, str],
        place: Place,
        *,
        is_heard: bool,
    ) -> Effect:
        bare = None if attributes else _BARE.get(name or "")
        if bare is not None:
            return bare

        def note(told: str) -> None:
            if is_heard:
                self._remarks.note(told, place)

        element = ELEMENTS.get(name or "")
        if name is None or element is None:
            note(f"the element <{tag[:40]}> is not known; what it holds is spoken")
            return _NONE
        effect = element.effect(read(name, element, attributes, note))
        if effect.remark:
            note(effect.remark)
        return effect

    def _apply(self, effect: Effect, outer: _Open, place: Place) -> None:
        if effect.mark is not None:
            self._page.mark(effect.mark)
        if effect.instead is not None:
            self._put(effect.instead, outer)
        if outer.is_mute or (effect.gap_s is None and effect.rest_s is None):
            return
        if outer.held is not None:
            self._remarks.note("a pause within <say-as> or <phoneme> has no effect", place)
        elif effect.rest_s is not None:
            self._page.rest(effect.rest_s)
        elif effect.gap_s is not None:
            self._page.gap(effect.gap_s)

    def _put(self, text: str, into: _Open) -> None:
        if into.is_mute:
            return
        if into.held is not None:
            into.held.append(text)
        else:
            self._page.say(text, into.manner)

    def _understand(self, content: str, ended: _Open, outer: _Open) -> None:
        """Say what is whole now, with the spaces around it as they are."""
        text = collapsed(content)
        plain = text.strip(" ")
        if not plain:
            self._put(text, outer)
        elif ended.effect.ipa is not None:
            self._pronounce(text, ended.effect.ipa, ended, outer)
        elif ended.effect.say_as is not None and ended.effect.say_as.kind in BLEEPED:
            self._bleep(len(plain))
        else:
            self._put(text.replace(plain, self._words(plain, ended), 1), outer)

    def _pronounce(self, text: str, ipa: str, ended: _Open, outer: _Open) -> None:
        if outer.held is None:
            self._page.say(text, ended.manner, ipa)
        else:
            told = "a <phoneme> within <say-as> or <phoneme> has no effect; its text is spoken"
            self._remarks.note(told, ended.place)
            outer.held.append(text)

    def _bleep(self, characters: int) -> None:
        seconds = characters * BLEEP_S_PER_CHARACTER
        self._page.bleep(min(max(seconds, SHORTEST_BLEEP_S), LONGEST_BLEEP_S))

    def _words(self, plain: str, ended: _Open) -> str:
        asked = ended.effect.say_as
        if asked is None:
            return plain
        language = ended.manner.language or self._language
        words = self._wording.say_as(plain, asked.kind, asked.shape, language)
        if words is None:
            told = f"say-as {asked.kind} is not known here; its text is spoken as it is"
            self._remarks.note(told, ended.place)
        return plain if words is None else words


def _within(outer: Manner, effect: Effect) -> Manner:
    """Return the manner of what an element holds."""
    if effect.prosody is PLAIN and effect.language is None and effect.voice is None:
        return outer
    prosody = effect.prosody.within(outer.prosody)
    return Manner(
        replace(prosody, volume=min(prosody.volume, LOUDEST)),
        effect.language or outer.language,
        effect.voice or outer.voice,
    )
