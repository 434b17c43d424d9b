import json

from adapters.ssml.elements import ELEMENTS
from adapters.ssml.limits import Limits
from adapters.ssml.markup import SsmlMarkup
from domain.script import Say
from tests.fakes.wording import EchoWording


def test_the_description_is_plain_data_about_every_element() -> None:
    told = json.loads(json.dumps(SsmlMarkup(EchoWording(), Limits(depth=5)).described()))
    assert list(told["elements"]) == list(ELEMENTS)
    assert told["limits"] == {"size_bytes": 65_536, "depth": 5, "nodes": 10_000}
    prosody = told["elements"]["prosody"]
    assert "160 Hz" in prosody["about"]
    assert prosody["attributes"]["rate"]["written"] == ["N%", "±N%", "N"]
    assert prosody["attributes"]["volume"]["between"] == [0.063, 15.849]
    assert told["elements"]["break"]["attributes"]["strength"]["named"]["x-strong"] == 1.25
    assert "ymd" not in told["elements"]["say-as"]["attributes"]["interpret-as"]
    assert told["elements"]["phoneme"]["attributes"]["alphabet"] == ["ipa", "x-sampa"]


def test_what_is_described_is_what_is_understood() -> None:
    markup = SsmlMarkup(EchoWording())
    elements = json.loads(json.dumps(markup.described()))["elements"]
    for kind in elements["say-as"]["attributes"]["interpret-as"]:
        assert not markup.parse(f'<say-as interpret-as="{kind}">a</say-as>', "en").warnings
    for name in ("rate", "pitch", "volume"):
        told = elements["prosody"]["attributes"][name]
        forms = [form.replace("N", "1").replace("±", "+") for form in told["written"]]
        for value in (*told["named"], *forms):
            script = markup.parse(f'<prosody {name}="{value}">a</prosody>', "en")
            assert not script.warnings
            assert isinstance(script.items[0], Say)
