"""The settings of long texts; each field's description is its documentation."""

from pydantic import BaseModel, Field


class JobFields(BaseModel):
    """How long texts are spoken as jobs."""

    jobs_at_once: int = Field(
        default=1, ge=1, le=64, description="jobs that are spoken at a time, behind all who listen"
    )
    jobs_keep_days: int = Field(
        default=30, ge=1, le=3650, description="days a job that ended is kept, with its sound"
    )
    longest_job_text: int = Field(
        default=2_000_000, ge=1, le=10_000_000, description="characters in one job"
    )
    longest_job_queue: int = Field(
        default=100, ge=1, le=100_000, description="jobs of one owner waiting to be spoken"
    )
