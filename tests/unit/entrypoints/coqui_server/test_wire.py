import json

import numpy as np
import pytest

from domain.errors import InputError
from domain.loudness import Target
from domain.voice import Timbre
from entrypoints.coqui_server import wire


def test_what_the_page_leaves_empty_is_left_to_the_server() -> None:
    fields = {"text": "Hi", "speaker_id": "", "style_wav": "", "language_id": ""}
    asked = wire.decode_tts(fields)
    request = wire.speech_request(asked, Target(), "house")
    assert (request.voice, request.language, asked.remarks) == (None, None, [])
    assert (request.finish.to.name, request.finish.whole) == ("wav_24000", True)


def test_a_speaker_and_a_language_are_named() -> None:
    asked = wire.decode_tts({"text": "Hi", "speaker_id": "Ana", "language_id": "de"})
    request = wire.speech_request(asked, Target(), "house")
    assert (request.voice, request.language) == ("Ana", "de")


def test_a_style_has_no_effect_and_says_so() -> None:
    assert "style_wav" in wire.decode_tts({"text": "Hi", "style_wav": "a.wav"}).remarks[0]


def test_a_query_without_text_is_refused() -> None:
    with pytest.raises(InputError, match="text"):
        wire.decode_tts({"speaker_id": "Ana"})


def test_a_speaker_is_a_name_and_its_exact_latents() -> None:
    rng = np.random.default_rng(1)
    arrays = {
        "gpt_cond_latent": rng.normal(size=(32, 1024)).astype(np.float32),
        "speaker_embedding": rng.normal(size=512).astype(np.float32),
    }
    read = json.loads(b"{" + wire.speaker('A "quoted" name', Timbre("e", arrays)) + b"}")
    (latents,) = read.values()
    assert list(read) == ['A "quoted" name']
    for name, array in arrays.items():
        assert np.array_equal(np.asarray(latents[name], dtype=np.float32), array)
