"""A job's states, names and measures."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.errors import FormatUnknownError
from domain.job import (
    CANCEL,
    ENDED,
    FAIL,
    PAUSE,
    RESUME,
    Binding,
    Job,
    JobOrder,
    JobState,
    Progress,
    binding_named,
    is_job_id,
    new_job_id,
)

MAY = datetime(2026, 5, 17, tzinfo=UTC)
JOB = Job("0" * 32, "o", JobOrder("t"), JobState.SPEAKING, Progress(4, 80), (), "s", MAY, MAY)


def test_ids_are_new_each_time_and_never_a_path() -> None:
    made = {new_job_id() for _ in range(100)}
    assert len(made) == 100
    assert all(map(is_job_id, made))
    assert not any(map(is_job_id, ("", "..", "a" * 31, "A" * 32, "0" * 31 + "/", "0" * 33)))


def test_what_has_ended_can_be_neither_paused_nor_cancelled() -> None:
    assert not ENDED & PAUSE.begins
    assert not ENDED & CANCEL.begins
    assert RESUME.begins == {JobState.PAUSED, JobState.FAILED}
    assert FAIL.begins == {JobState.SPEAKING}


def test_a_job_that_was_spoken_to_its_end_is_being_finished() -> None:
    assert JOB.stage == "speaking"
    spoken = replace(JOB, progress=replace(JOB.progress, spoken_passages=4))
    assert spoken.stage == "finishing"
    assert replace(spoken, state=JobState.PAUSED).stage == "paused"


def test_the_share_is_of_the_characters() -> None:
    assert replace(JOB.progress, spoken_characters=20).share == 0.25
    assert Progress(0, 0).share == 0.0


def test_files_are_named_without_regard_to_case_and_unknown_ones_are_told() -> None:
    assert binding_named(" MP3 ") is Binding.MP3
    assert all(kind.media_type.startswith("audio/") for kind in Binding)
    with pytest.raises(FormatUnknownError, match="m4b, mp3, opus"):
        binding_named("aiff")
