"""The wire of voices and problems without a server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from domain.errors import (
    EngineBusyError,
    EngineFailedError,
    InputError,
    LanguageUnknownError,
    MarkupError,
)
from domain.voice import Voice
from entrypoints.native.wire.making import CloneBody, MixBody, decode_clone, decode_mix
from entrypoints.native.wire.problems import problem
from entrypoints.native.wire.voices import changed, decode_change, search, tag
from entrypoints.schemas import schema_of

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ANA = Voice("ana", "Ana", "warm", NOW, "pt", {"a": "1", "b": "2"}, version=3)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{}", {}),
        ('{"name": "Bea"}', {"name": "Bea"}),
        ('{"language": "ZH_CN"}', {"language": "zh-cn"}),
        ('{"language": null}', {"language": None}),
        ('{"labels": {"b": null, "c": "3"}}', {"labels": {"a": "1", "c": "3"}}),
        ('{"labels": {}}', {}),
        ('{"labels": null}', {"labels": {}}),
        ('{"version": 2}', {"version": 2}),
        ('{"id": "other", "consent": {"by": "Eve"}, "owner": "eve"}', {}),
    ],
)
def test_a_change_is_a_merge_patch_of_what_may_be_changed(
    body: str, expected: dict[str, Any]
) -> None:
    assert changed(ANA, decode_change(body.encode())) == replace(ANA, **expected)


def test_another_version_and_another_voice_of_the_same_id_have_other_tags() -> None:
    anew = replace(ANA, created_at=NOW + timedelta(microseconds=1))
    assert len({tag(ANA), tag(replace(ANA, version=4)), tag(anew)}) == 3
    assert tag(ANA) == tag(replace(ANA, name="Else"))


def test_labels_of_a_search_may_hold_colons_in_their_values() -> None:
    found = search("house", "", "DE_de", ["a:b:c", "empty:"], 5, "")
    assert found.labels == {"a": "b:c", "empty": ""}
    assert (found.language, found.limit, found.after) == ("de-de", 5, None)


def test_fields_of_a_form_are_read_as_what_they_mean() -> None:
    fields = {"name": "12", "denoise": "1", "labels": '{"a": "b"}', "consent": "", "else": "x"}
    read = decode_clone(fields)
    assert (read.name, read.labels, read.consent) == ("12", {"a": "b"}, None)
    assert (read.care.denoise, read.care.trim_silence) == (True, True)


def test_weights_are_1_where_nothing_is_said() -> None:
    mix = decode_mix(b'{"voices": [{"id": "a"}, {"id": "b", "weight": "2.5"}]}')
    assert [(each.voice, each.weight) for each in mix.ingredients] == [("a", 1.0), ("b", 2.5)]
    with pytest.raises(InputError, match="weight"):
        decode_mix(b'{"voices": [{"id": "a", "weight": 1e999}]}')


def test_a_schema_holds_no_reference_to_elsewhere() -> None:
    for kind in (CloneBody, MixBody):
        assert "$ref" not in msgspec.json.encode(schema_of(kind)).decode()
    assert schema_of(MixBody)["properties"]["voices"]["items"]["properties"]["weight"]


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (
            MarkupError("an end tag is missing", 3, 7),
            422,
            {"type": "/problems/markup", "line": 3, "column": 7, "reason": "an end tag is missing"},
        ),
        (
            LanguageUnknownError("xx", ["en", "de"]),
            422,
            {"type": "/problems/language-unknown", "language": "xx", "known": ("en", "de")},
        ),
        (EngineBusyError(2.5), 503, {"type": "/problems/engine-busy", "retry_after_s": 2.5}),
        (EngineFailedError("It broke."), 503, {"type": "/problems/engine-failed"}),
        (ValueError("x"), 413, {"type": "/problems/request-entity-too-large"}),
        (ValueError("x"), 499, {"type": "/problems/client-closed-request"}),
    ],
)
def test_a_problem_carries_the_data_of_its_error(
    error: Exception, status: int, expected: dict[str, Any]
) -> None:
    told = problem(error, status, "A sentence.", "r-1")
    always = {"status": status, "detail": "A sentence.", "instance": "urn:request:r-1"}
    assert told.pop("title")
    assert told == expected | always
