import pytest

from domain.errors import InputError
from entrypoints.cli.live.address import is_socket, read_address

SINGLE = "ws://h:1/v1/text-to-speech/ana/stream-input"
MULTI = "wss://h/v1/text-to-speech/ana/multi-stream-input"


@pytest.mark.parametrize(
    ("given", "protocol", "url"),
    [
        ("ws://h:1", None, "ws://h:1/v1/text-to-speech/default/stream-input"),
        ("ws://h:1/", "elevenlabs", "ws://h:1/v1/text-to-speech/default/stream-input"),
        ("wss://h/tts/", None, "wss://h/tts/v1/text-to-speech/default/stream-input"),
        ("ws://[::1]:1", "leibniz", "ws://[::1]:1/api/v1/stream"),
        ("WS://h/tts", "leibniz", "ws://h/tts/api/v1/stream"),
        ("ws://h/api/v1/stream?session_id=a", None, "ws://h/api/v1/stream?session_id=a"),
        (SINGLE, None, SINGLE),
        (MULTI + "/", "elevenlabs", MULTI),
    ],
)
def test_a_protocols_own_path_is_kept_and_put_behind_any_other(
    given: str, protocol: str | None, url: str
) -> None:
    assert read_address(given, protocol).url(None) == url


def test_a_voice_is_named_once() -> None:
    assert "/a%20b%2Fc/" in read_address("ws://h", None).url("a b/c")
    assert read_address(SINGLE, None).url("ana") == SINGLE
    with pytest.raises(InputError, match="'ana', --voice 'bea'"):
        read_address(SINGLE, None).url("bea")


def test_what_is_asked_wins_over_what_the_address_says() -> None:
    url = read_address("ws://h?seed=3&output_format=x", None).url(None, output_format="pcm_8000")
    assert url.endswith("/stream-input?seed=3&output_format=pcm_8000")


@pytest.mark.parametrize(
    ("given", "protocol", "says"),
    [
        ("ws://[", None, "no address of a socket"),
        ("ws://", None, "no address of a socket"),
        ("ws://h:99999", None, "no address of a socket"),
        ("ws://h#part", None, "no address of a socket"),
        (SINGLE, "leibniz", "speaks elevenlabs"),
        ("ws://h/api/v1/stream", "elevenlabs", "speaks leibniz"),
    ],
)
def test_what_cannot_be_reached_is_told(given: str, protocol: str | None, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_address(given, protocol)


def test_only_two_schemes_are_those_of_sockets() -> None:
    assert [is_socket(each) for each in ("ws://h", "WSS://h", "http://h", "wsx://h")] == [
        *(True, True, False, False)
    ]
