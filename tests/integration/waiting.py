"""Waiting for a condition, with the time it took."""

import asyncio
import time
from collections.abc import Callable


async def until(holds: Callable[[], bool], within_s: float = 30.0) -> float:
    """Return after how many seconds it held; fail when it never did."""
    began = time.monotonic()
    while not holds():
        waited = time.monotonic() - began
        assert waited < within_s, f"it did not hold within {within_s} s"
        await asyncio.sleep(0.001)
    return time.monotonic() - began
