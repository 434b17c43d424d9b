"""What clients of jobs send and get."""

from datetime import UTC, datetime

import pytest

from domain.errors import FormatUnknownError, InputError, SettingOutOfRangeError
from domain.job import (
    Binding,
    Bound,
    Chapter,
    Fault,
    Job,
    JobOrder,
    JobState,
    Progress,
)
from domain.loudness import Target
from entrypoints.native.wire import jobs as wire

MAY = datetime(2026, 5, 17, tzinfo=UTC)


def job(**other: object) -> Job:
    told = {
        "id": "0" * 32,
        "owner": "o",
        "order": JobOrder("My book"),
        "state": JobState.DONE,
        "progress": Progress(2, 40, 2, 40, 3.5),
        "chapters": (Chapter("One", 0, 0.0), Chapter("Two", 1, 1.25)),
        "shelf": "s",
        "created_at": MAY,
        "updated_at": MAY,
        "bound": Bound(1000, 3.5, -16.0, -1.5),
    }
    return Job(**(told | other))  # type: ignore[arg-type]


def test_json_and_a_bare_text_with_a_query_ask_for_the_same() -> None:
    fields = '{"text": "Héllo.", "title": "T", "speed": 1.5, "format": "mp3", "normalize": true}'
    query = {"title": "T", "speed": "1.5", "format": "mp3", "normalize": "true"}
    bare = wire.decode_job("\ufeffHéllo.".encode(), "text/markdown", query)
    assert bare == wire.decode_job(fields.encode(), "application/json", {})


def test_a_text_that_is_not_utf8_is_refused_with_the_place() -> None:
    with pytest.raises(InputError, match="byte 3"):
        wire.decode_job(b"abc\xff", "text/plain", {})


def test_an_order_is_made_of_the_body() -> None:
    body = wire.JobBody("Hi.", title=" A\n\x07 book ", voice="ana", speed=2.0, loudness="off")
    made = wire.manuscript(body, Target(), "owner")
    assert made.order.title == "A book"
    assert made.order.settings.speed == 2.0
    assert made.order.target == Target(None, -1.5)
    assert (made.order.to, made.owner, made.text) == (Binding.M4B, "owner", "Hi.")


def test_what_is_out_of_range_is_refused() -> None:
    with pytest.raises(SettingOutOfRangeError, match="pitch"):
        wire.manuscript(wire.JobBody("Hi.", pitch=3.0), Target(), "o")
    with pytest.raises(FormatUnknownError, match="m4b"):
        wire.manuscript(wire.JobBody("Hi.", format="aiff"), Target(), "o")
    with pytest.raises(InputError, match="queued, speaking"):
        wire.decode_states("done,nonsense")


def test_states_are_told_with_commas() -> None:
    assert wire.decode_states("done, FAILED") == {JobState.DONE, JobState.FAILED}
    assert wire.decode_states("") == set(JobState)


def test_a_job_that_is_done_tells_where_its_files_are() -> None:
    told = wire.told(job())
    assert told["result"]["audio"] == f"/api/v1/jobs/{'0' * 32}/audio"
    assert told["error"] is None
    assert told["progress"]["share"] == 1.0


def test_a_job_that_failed_tells_why() -> None:
    told = wire.told(job(state=JobState.FAILED, bound=None, fault=Fault("storage_full", "Full.")))
    assert told["result"] is None
    assert told["error"] == {"kind": "storage_full", "detail": "Full."}


def test_chapters_end_where_the_next_begins() -> None:
    assert wire.chapters(job())["chapters"] == [
        {"title": "One", "start_ms": 0, "end_ms": 1250},
        {"title": "Two", "start_ms": 1250, "end_ms": 3500},
    ]
    unspoken = job(chapters=(Chapter("One", 0),), bound=None, state=JobState.QUEUED)
    assert wire.chapters(unspoken)["chapters"] == [
        {"title": "One", "start_ms": None, "end_ms": None}
    ]


def test_the_schema_describes_every_field() -> None:
    properties = wire.schema()["properties"]
    assert properties.keys() == wire.ABOUT.keys()
    assert properties["speed"]["maximum"] == 4.0
