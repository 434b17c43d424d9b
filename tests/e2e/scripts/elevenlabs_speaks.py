"""What people do with ElevenLabs' own package: prints what it understood, as JSON."""

import base64
import io
import json
import sys
from pathlib import Path
from typing import Any

from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.types import VoiceSettings

URL, KEY, CLIP = sys.argv[1:4]
TEXT = "Hello there, my friend. I paid $5 for apples & pears!"
client = ElevenLabs(api_key=KEY, base_url=URL)
tts = client.text_to_speech


def speaking() -> dict[str, Any]:
    settings = VoiceSettings(stability=0.4, similarity_boost=0.8, style=0.0, speed=1.1)
    whole = b"".join(tts.convert("Mr-serious", text=TEXT, voice_settings=settings, seed=3))
    streamed = b"".join(
        tts.stream("Mr serious", text=TEXT, output_format="pcm_24000", language_code="en")
    )
    known = b"".join(tts.convert("21m00Tcm4TlvDq8ikWAM", text="Hi.", output_format="ulaw_8000"))
    timed = tts.convert_with_timestamps(
        "Annie", text=TEXT, output_format="pcm_24000", apply_text_normalization="on"
    )
    lines = list(tts.stream_with_timestamps("Annie", text=TEXT, output_format="pcm_24000"))
    return {
        "convert": whole[:3].hex(),
        "convert_bytes": len(whole),
        "stream_bytes": len(streamed),
        "known_bytes": len(known),
        "timed_text": "".join(timed.alignment.characters),
        "timed_spoken": "".join(timed.normalized_alignment.characters),
        "timed_end_s": timed.alignment.character_end_times_seconds[-1],
        "timed_s": len(base64.b64decode(timed.audio_base_64)) / 48_000,
        "lines": len(lines),
        "lines_text": "".join("".join(x.alignment.characters) for x in lines if x.alignment),
        "lines_s": sum(len(base64.b64decode(x.audio_base_64)) for x in lines) / 48_000,
    }


def cloning() -> dict[str, Any]:
    clip = Path(CLIP).read_bytes()
    voices = client.voices
    added = voices.ivc.create(name="Ana", files=[io.BytesIO(clip)], description="warm")
    with Path(CLIP).open("rb") as file:
        labelled = voices.ivc.create(
            name="Eva", files=[file], labels={"accent": "soft"}, remove_background_noise=True
        )
    voices.update(added.voice_id, name="Ana Maria")
    shown = voices.get(added.voice_id)
    found = voices.search(search="maria")
    paged = voices.search(page_size=1, category="cloned", sort="name", sort_direction="asc")
    second = voices.search(
        page_size=1,
        category="cloned",
        sort="name",
        sort_direction="asc",
        next_page_token=paged.next_page_token,
    )
    spoken = b"".join(tts.convert(added.voice_id, text="Hello."))
    told = {
        "requires_verification": added.requires_verification,
        "shown": [shown.name, shown.category, shown.description, len(shown.samples or [])],
        "labels": voices.get(labelled.voice_id).labels,
        "cleaned": voices.get(labelled.voice_id).samples[0].remove_background_noise,
        "found": [each.name for each in found.voices],
        "pages": [[each.name for each in page.voices] for page in (paged, second)],
        "more": [paged.has_more, second.has_more, paged.total_count],
        "every": sorted({each.category for each in voices.get_all().voices}),
        "names": [each.name for each in voices.get_all().voices],
        "settings": voices.settings.get(added.voice_id).stability,
        "default_settings": voices.settings.get_default().speed,
        "spoken": len(spoken),
        "slots": client.user.subscription.get().voice_slots_used,
    }
    told["deleted"] = [voices.delete(each).status for each in (added.voice_id, labelled.voice_id)]
    return told


def account() -> dict[str, Any]:
    return {
        "models": [each.model_id for each in client.models.list()],
        "user": client.user.get().subscription.status,
        "open_invoices": client.user.subscription.get().open_invoices,
    }


def failure(call: Any) -> dict[str, Any]:
    try:
        call()
    except ApiError as error:
        detail = error.body["detail"]
        word = detail[0]["loc"] if isinstance(detail, list) else detail["status"]
        return {"class": type(error).__name__, "status": error.status_code, "told": word}
    return {"class": None}


def failures() -> dict[str, Any]:
    stranger = ElevenLabs(api_key="nobody's", base_url=URL)
    voices = client.voices
    return {
        "key": failure(stranger.voices.get_all),
        "voice": failure(lambda: b"".join(tts.convert("nobody", text="Hi."))),
        "voice streamed": failure(lambda: b"".join(tts.stream("nobody", text="Hi."))),
        "empty": failure(lambda: b"".join(tts.convert("Annie", text=""))),
        "long": failure(lambda: b"".join(tts.convert("Annie", text="a " * 10_001))),
        "format": failure(lambda: b"".join(tts.convert("Annie", text="a", output_format="x"))),
        "language": failure(
            lambda: tts.convert_with_timestamps("Annie", text="a", language_code="zz")
        ),
        "speed": failure(
            lambda: list(
                tts.stream_with_timestamps("Annie", text="a", voice_settings=VoiceSettings(speed=9))
            )
        ),
        "markup": failure(lambda: b"".join(tts.convert("Annie", text="<speak><a"))),
        "gone": failure(lambda: voices.delete("nobody")),
        "built in": failure(lambda: voices.update("Annie", name="Mine")),
        "noise": failure(lambda: voices.ivc.create(name="A", files=[io.BytesIO(b"no sound")])),
        "page": failure(lambda: voices.search(page_size=0)),
    }


print(
    json.dumps(
        {
            "speaking": speaking(),
            "cloning": cloning(),
            "account": account(),
            "failures": failures(),
        }
    )
)
