"""What can go wrong with jobs; the tree they hang in stands in `domain.errors`."""

from domain.errors import ConflictError, NotFoundError, SpeechError, UnavailableError


class JobUnknownError(NotFoundError):
    """No job has this id, or it ended too long ago to be kept."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"There is no job {job_id[:80]!r}; the list of jobs shows which are.")
        self.job_id = job_id


class JobUnfinishedError(ConflictError):
    """The job is there, its sound is not."""

    def __init__(self, job_id: str, state: str) -> None:
        super().__init__(
            f"The job {job_id[:80]!r} is {state}: its sound is there once it is done.",
        )
        self.job_id = job_id
        self.state = state


class JobStateError(ConflictError):
    """The job stands where this step cannot follow."""

    def __init__(self, job_id: str, state: str, step: str) -> None:
        super().__init__(f"The job {job_id[:80]!r} is {state} and cannot be {step}.")
        self.job_id = job_id
        self.state = state


class JobDamagedError(SpeechError):
    """The folder of a job is gone, or its files are not what was written."""

    def __init__(self, job_id: str, part: str) -> None:
        super().__init__(
            f"What was kept of the job {job_id[:80]!r} is damaged ({part});"
            " delete it and submit the text again.",
        )
        self.job_id = job_id
        self.part = part


class JobsFullError(UnavailableError):
    """So many jobs wait that another one would not be spoken for long."""

    retry_after_s = 60.0

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit:,} jobs wait already; submit this one when some of them are done.",
        )
        self.limit = limit
