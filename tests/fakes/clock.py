"""A clock that a test turns."""

from datetime import UTC, datetime, timedelta

from typing_extensions import override

from domain.ports import Clock


class FakeClock(Clock):
    def __init__(self) -> None:
        self.passed_s = 0.0

    def turn(self, seconds: float) -> None:
        self.passed_s += seconds

    @override
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.passed_s)

    @override
    def monotonic(self) -> float:
        return self.passed_s
