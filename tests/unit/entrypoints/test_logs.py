import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from entrypoints.logs import configure


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def _fail(api_key: str) -> None:
    text = "PRIVATE WORDS"
    msg = f"broke \x1b[2J on {len(text)} characters"
    raise RuntimeError(msg, len(api_key))


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_trace_tells_where_and_never_what_was_sent(
    form: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("info", form)
    key = "sk-SECRET"
    try:
        _fail(key)
    except RuntimeError:
        structlog.get_logger().exception("it broke")
    told = capsys.readouterr().err
    assert "_fail" in told
    assert "RuntimeError" in told
    for private in ("sk-SECRET", "PRIVATE", "\x1b[2J"):
        assert private not in told


def test_what_uvicorn_says_of_every_refused_handshake_is_no_error_of_ours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("info", "text")
    library = logging.getLogger("uvicorn.error")
    library.error("ASGI callable returned without completing handshake.")
    assert capsys.readouterr().err == ""
    library.error("Something else is wrong.")
    assert "Something else is wrong." in capsys.readouterr().err


def test_json_is_one_line_an_event_whatever_a_text_holds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure("info", "json")
    structlog.get_logger().info("told", voice="a\nb\x00")
    structlog.get_logger().debug("unheard")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["voice"] == "a\\nb\\x00"
