import pytest

from domain.known_names import USUAL, KnownNames


def test_no_name_and_no_id_stands_in_two_rows() -> None:
    keys = [each.casefold() for known in USUAL for each in (known.name, known.id) if each]
    assert len(keys) == len(set(keys))


def test_openais_thirteen_voices_and_what_litellm_makes_of_them_are_known() -> None:
    names = KnownNames()
    litellm = {
        "21m00Tcm4TlvDq8ikWAM": "Rachel",
        "5Q0t7uMcjvnagumLfvZi": "Paul",
        "AZnzlk1XvdvUeBnXmlld": "Domi",
        "D38z5RcWu1voky8WS1ja": "Fin",
        "2EiwWnXFnvU5JabPnv8n": "Clyde",
        "9BWtsMINqrJLrRacOk9x": "Aria",
        "EXAVITQu4vr4xnSDxMaL": "Sarah",
        "29vD33N1CtxCmqQRPOHJ": "Drew",
        "CwhRBWXzGAHq8TQ4Fs17": "Roger",
        "CYw3kZ02Hs0563khs1Fj": "Dave",
    }
    openai = {known.name for known in USUAL if known.service == "openai"}
    assert openai == {
        *("alloy", "ash", "ballad", "coral", "echo", "fable", "nova"),
        *("onyx", "sage", "shimmer", "verse", "marin", "cedar"),
    }
    found = {id_: known.name for id_ in litellm if (known := names.find(id_))}
    assert found == litellm


@pytest.mark.parametrize("wanted", ["rachel", "RACHEL", "21M00tcm4tlvdq8ikwam"])
def test_case_does_not_matter(wanted: str) -> None:
    known = KnownNames().find(wanted)
    assert known is not None
    assert known.name == "Rachel"


def test_an_operator_adds_names_and_sets_others_otherwise_by_name_or_id() -> None:
    names = KnownNames(
        [("Alloy", "ana"), ("21m00Tcm4TlvDq8ikWAM", "ruth"), ("Narrator", "Royston Min")]
    )
    set_to = {known.name: known.voice for known in names.all if known.voice}
    assert set_to == {"alloy": "ana", "Rachel": "ruth", "Narrator": "Royston Min"}
    added = names.find("narrator")
    assert added is not None
    assert (added.name, added.service, added.voice) == ("Narrator", "settings", "Royston Min")
    assert len(names.all) == len(USUAL) + 1


def test_an_unknown_name_is_none() -> None:
    assert KnownNames().find("nobody") is None
