"""How soon each dialect answers, beside the house's own API at the same format.

`python -m bench.dialects [--runs 40]`: one server with the embedded engine and no audio cache.
Calls go one after another over kept connections, in an order thrown anew each time, each with words
of its own, so that a slow moment hits all alike. A stream is timed from the request to the first
byte of its body, a whole file likewise; the difference is that of the medians.
"""

import argparse
import itertools
import random
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import httpx

from bench.listening import percentile
from bench.serving import machine, server

Call = tuple[str, str, dict[str, Any]]

_TEXT = "Number {} of the long trains that leave the old station every day is late again."


def _calls(text: str) -> Mapping[str, Mapping[str, Call]]:
    """Group by what is compared: the first of each group is the house's own."""
    body: dict[str, Any] = {"text": text, "language": "en"}
    openai = {"model": "tts-1", "voice": "espeak", "input": text}
    eleven = "/v1/text-to-speech/espeak"
    form = {"INPUT_TEXT": text, "LOCALE": "en", "AUDIO": "WAVE_FILE", "OUTPUT_TYPE": "AUDIO"}
    query = {"text": text, "speaker_wav": "espeak", "language": "en"}
    return {
        "wav_24000, streamed": {
            "native": _json("/api/v1/speech/stream", body | {"output_format": "wav_24000"}),
            "streaming server, coqui": _json("/tts_stream", body),
            "sentiric": _json("/api/tts", body | {"stream": True}),
            "xtts-api-server": ("GET", "/tts_stream", {"params": query}),
            "openai": _json("/v1/audio/speech", openai | {"response_format": "wav"}),
        },
        "pcm_24000, streamed": {
            "native": _json("/api/v1/speech/stream", body | {"output_format": "pcm_24000"}),
            "openai": _json("/v1/audio/speech", openai | {"response_format": "pcm"}),
            "elevenlabs": _json(f"{eleven}/stream?output_format=pcm_24000", {"text": text}),
        },
        "mp3_44100_128, streamed": {
            "native": _json("/api/v1/speech/stream", body | {"output_format": "mp3_44100_128"}),
            "elevenlabs": _json(f"{eleven}/stream?output_format=mp3_44100_128", {"text": text}),
        },
        "wav_24000, whole": {
            "native": _json("/api/v1/speech", body | {"output_format": "wav_24000"}),
            "streaming server": _json("/tts", body | {"speaker_id": "espeak"}),
            "sentiric": _json("/api/tts", body),
            "coqui tts-server": ("GET", "/api/tts", {"params": {"text": text}}),
            "xtts-api-server": _json("/tts_to_audio/", query),
            "marytts": ("POST", "/process", {"data": form}),
            "leibniz": _json("/api/v1/synthesize", body),
        },
    }


def _json(path: str, body: dict[str, Any]) -> Call:
    return "POST", path, {"json": body}


def _first_byte_ms(http: httpx.Client, call: Call) -> float:
    method, path, given = call
    began_s = time.perf_counter()
    with http.stream(method, path, **given) as reply:
        pieces = reply.iter_raw()
        next(pieces)
        took_s = time.perf_counter() - began_s
        if reply.status_code != httpx.codes.OK:
            msg = f"{method} {path} answered {reply.status_code}"
            raise RuntimeError(msg)
        for _ in pieces:
            pass
    return 1000 * took_s


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    runs = parser.parse_args().runs
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    words = itertools.count()
    with server() as port, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        for run in range(runs + 3):
            turns = [(group, dialect) for group, calls in _calls("").items() for dialect in calls]
            # what came just before is felt by what comes next
            random.Random(run).shuffle(turns)  # noqa: S311 - an order, no secret
            for group, dialect in turns:
                call = _calls(_TEXT.format(next(words)))[group][dialect]
                took_ms = _first_byte_ms(http, call)
                if run >= 3:
                    taken[group, dialect].append(took_ms)
    print(f"{machine()}\n")
    print("| format | dialect | first byte p50 ms | p95 ms | beside native ms |")
    print("| --- | --- | --- | --- | --- |")
    every = [(group, dialect) for group, calls in _calls("").items() for dialect in calls]
    for group, dialect in every:
        times = taken[group, dialect]
        p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
        beside = p50 - percentile(taken[group, "native"], 0.5)
        print(f"| {group} | {dialect} | {p50:.1f} | {p95:.1f} | {beside:+.1f} |")


if __name__ == "__main__":
    main()
