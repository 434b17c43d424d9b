import pytest

from domain.errors import InputError
from domain.loudness import Target
from entrypoints.leibniz.wire import synthesize as wire


def test_a_request_becomes_whole_samples_at_24_khz() -> None:
    body = wire.decode_synthesize(
        b'{"text": "Hi", "voice": "support", "language": "en", "session_id": "abc", "x": 1}'
    )
    request = wire.speech_request(body, Target(), "header", "house")
    assert (request.text, request.voice, request.language) == ("Hi", "support", "en")
    assert (request.session_id, request.owner) == ("abc", "house")
    assert (request.finish.to.name, request.finish.whole) == ("pcm_24000", True)


def test_what_is_left_empty_is_left_to_the_server() -> None:
    body = wire.decode_synthesize(b'{"text": "Hi", "voice": "", "language": ""}')
    request = wire.speech_request(body, Target(), "header", "house")
    assert (request.voice, request.language, request.session_id) == (None, None, "header")


def test_a_request_without_text_is_refused() -> None:
    with pytest.raises(InputError, match="text"):
        wire.decode_synthesize(b"{}")


def test_each_field_is_documented() -> None:
    assert set(wire.ABOUT) == set(wire.SynthesizeBody.__struct_fields__)
