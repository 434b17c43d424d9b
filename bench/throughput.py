"""Throughput: listeners at real-time pace, then open-loop arrivals up to and beyond saturation."""

import asyncio
import random
import time

from bench.listening import Listened, Listener, percentile
from bench.serving import machine, server

_STREAMS = 200
_AHEAD_S = 0.5
_STORY = "The quick brown fox jumps over the lazy dog, and then it runs away through the wood. " * 8
_SENTENCE = "The quick brown fox jumps over the lazy dog and runs away."
_RATES = (25, 50, 100, 150, 300)
_FOR_S = 5
_FIRST_AUDIO_S = 0.1


async def _at_real_time(port: int, streams: int) -> list[Listened]:
    """Start the listeners over three seconds; each plays as it hears."""
    now_s = time.monotonic() + 0.2
    return await asyncio.gather(
        *(
            Listener(port, _STORY, ahead_s=_AHEAD_S).listen(now_s + 3 * number / streams)
            for number in range(streams)
        ),
    )


async def _open_loop(port: int, rate: float) -> list[Listened]:
    random_ = random.Random(2)  # noqa: S311 - the same arrivals in every run
    due_s, listeners = time.monotonic() + 0.2, []
    end_s = due_s + _FOR_S
    while due_s < end_s:
        listeners.append(Listener(port, _SENTENCE).listen(due_s))
        due_s += random_.expovariate(rate)
    return await asyncio.gather(*listeners)


def _real_time(port: int) -> int:
    heard = asyncio.run(_at_real_time(port, _STREAMS))
    firsts = [one.first_audio_s * 1000 for one in heard]
    late = [one for one in heard if one.status != 200 or one.latest_s > 0]
    audio_s = sum(one.audio_s for one in heard)
    print(f"{_STREAMS} streams at real-time pace, {audio_s / _STREAMS:.0f} s of sound each:")
    print(f"first audio p50 {percentile(firsts, 0.5):.1f} ms, p99 {percentile(firsts, 0.99):.1f};")
    print(f"the tightest moment had {-max(one.latest_s for one in heard):.2f} s to spare;")
    print(f"streams with an underrun: {len(late)}\n")
    return len(late)


def _saturation(port: int) -> None:
    print("| arrivals/s | heard | refused | audio s/s | p50 ms | p95 ms | p99 ms | goodput |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for rate in _RATES:
        began_s = time.monotonic()
        heard = asyncio.run(_open_loop(port, rate))
        took_s = time.monotonic() - began_s
        good = [one for one in heard if one.status == 200]
        firsts = [one.first_audio_s * 1000 for one in good]
        clean = [one for one in good if one.first_audio_s < _FIRST_AUDIO_S and one.latest_s <= 0]
        p50, p95, p99 = (percentile(firsts, share) for share in (0.5, 0.95, 0.99))
        print(
            f"| {rate} | {len(good)} | {len(heard) - len(good)}"
            f" | {sum(one.audio_s for one in good) / took_s:.0f}"
            f" | {p50:.1f} | {p95:.1f} | {p99:.1f} | {len(clean) / len(heard):.1%} |",
        )


def main() -> None:
    """Print both tables; the exit code says whether every stream stayed clean."""
    print(f"Throughput over loopback, embedded engine; {machine()}\n")
    with server() as port:
        asyncio.run(_at_real_time(port, 5))
        underruns = _real_time(port)
        _saturation(port)
    raise SystemExit(underruns > 0)


if __name__ == "__main__":
    main()
