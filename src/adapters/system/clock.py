"""The machine's clocks."""

import time
from datetime import UTC, datetime

from typing_extensions import override

from domain.ports import Clock


class SystemClock(Clock):
    """Wall time in UTC and the monotonic clock."""

    @override
    def now(self) -> datetime:
        return datetime.now(UTC)

    @override
    def monotonic(self) -> float:
        return time.monotonic()
