"""First audio: open-loop arrivals, from the intended send to the first byte of sound."""

import asyncio
import random
import time

from bench.listening import Listener, percentile
from bench.serving import machine, server

_TEXTS = {
    "one word": "Hello.",
    "one sentence": "The quick brown fox jumps over the lazy dog and runs away.",
    "a paragraph": "The quick brown fox jumps over the lazy dog, and then it runs away. " * 8,
}
_RATES = (5, 20)
_FOR_S = 8
_TARGET_MS = 8.0
_JUDGED = frozenset({"one word", "one sentence"})
"""A paragraph asks for 37 s of sound at once: it shows the load, the floor is not for it."""


async def _arrivals(port: int, text: str, rate: float) -> list[float]:
    random_ = random.Random(1)  # noqa: S311 - the same arrivals in every run
    due_s, listeners = time.monotonic() + 0.2, []
    end_s = due_s + _FOR_S
    while due_s < end_s:
        listeners.append(Listener(port, text).listen(due_s))
        due_s += random_.expovariate(rate)
    heard = await asyncio.gather(*listeners)
    failed = [one.status for one in heard if one.status != 200]
    if failed:
        raise SystemExit(f"{len(failed)} requests failed: {sorted(set(failed))}")
    return [one.first_audio_s * 1000 for one in heard]


def main() -> None:
    """Print the table; the exit code says whether the floor was met."""
    print(f"First byte of audio over loopback, embedded engine; {machine()}\n")
    print("| text | arrivals/s | requests | p50 ms | p95 ms | p99 ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    worst = 0.0
    with server() as port:
        asyncio.run(_arrivals(port, "Warm up.", 20))
        for name, text in _TEXTS.items():
            for rate in _RATES:
                waits = asyncio.run(_arrivals(port, text, rate))
                p50, p95, p99 = (percentile(waits, share) for share in (0.5, 0.95, 0.99))
                print(f"| {name} | {rate} | {len(waits)} | {p50:.1f} | {p95:.1f} | {p99:.1f} |")
                worst = max(worst, p50 if name in _JUDGED else 0.0)
    print(f"\nFloor: p50 <= {_TARGET_MS:g} ms for a word or a sentence. Worst: {worst:.1f} ms.")
    raise SystemExit(worst > _TARGET_MS)


if __name__ == "__main__":
    main()
