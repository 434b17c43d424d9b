"""Logs: for people by default, JSON for machines; control characters never pass raw."""

import logging
import sys

import structlog
from typing_extensions import override

_UNTRUE = "ASGI callable returned without completing handshake."
"""uvicorn says so, as an error, of every handshake that was answered with a refusal."""
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure(level: str, form: str) -> None:
    """Send our log, and the libraries' through it, to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _escaped,
    ]
    as_json = [structlog.processors.JSONRenderer()]
    as_text = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    structlog.configure(
        processors=[*shared, *(as_json if form == "json" else as_text)],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Passed()], level=logging.WARNING, force=True)


class _Passed(logging.Handler):
    """Passes a library's record on to our log."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == _UNTRUE:
            return
        logger = structlog.get_logger(record.name)
        logger.log(record.levelno, record.getMessage(), exc_info=record.exc_info or None)


def _escaped(
    _logger: object,
    _method: str,
    event: structlog.typing.EventDict,
) -> structlog.typing.EventDict:
    """A text somebody sent must not write lines of its own, nor move the cursor in a trace."""
    return {
        key: _lines(value) if key == "exception" else _plain(value) for key, value in event.items()
    }


def _lines(trace: object) -> str:
    return "\n".join(str(_plain(line)) for line in str(trace).split("\n"))


def _plain(value: object) -> object:
    if not isinstance(value, str) or value.isprintable():
        return value
    return value.encode("unicode_escape").decode()
