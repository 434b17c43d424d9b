"""`rhapsode serve`: the server, with a word on where to go next."""

import argparse
from typing import Any

import structlog

from entrypoints.logs import configure
from entrypoints.settings import Loaded, Settings, refuse_open_door

log = structlog.get_logger()

_WELCOME = """
  Rhapsode listens on {url} and speaks through the {engine} engine.

    the page        {url}/
    health          {url}/health
    sockets         {sockets}/v1/text-to-speech/{{voice}}/stream-input
    first words     curl -X POST {url}/tts_stream -H 'content-type: application/json' \\
                      -d '{{"text":"Hello.","language":"en"}}' -o hello.wav
"""


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = commands.add_parser("serve", parents=parents, help="serve speech over HTTP")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (8000)")
    parser.add_argument("--tls-cert", help="certificate, as PEM: speak https and wss alone")
    parser.add_argument("--tls-key", help="private key of the certificate, as PEM")
    parser.add_argument(
        "--insecure",
        action="store_true",
        default=None,
        help="serve beyond this machine without keys",
    )
    parser.set_defaults(run=_serve)


def _serve(_chosen: argparse.Namespace, loaded: Loaded) -> int:
    from entrypoints.container import Container
    from entrypoints.model import bring_model
    from entrypoints.server import run

    settings = loaded.settings
    refuse_open_door(settings)
    configure(settings.log_level, settings.log_format)
    for warning in loaded.warnings:
        log.warning(warning)
    container = Container(settings=settings)
    bring_model(container, log.info)
    run(container, lambda port: welcome(settings, port, container.engine().card.name))
    return 0


def welcome(settings: Settings, port: int, engine: str) -> None:
    """Tell the operator where the server answers, and what to try first."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"{'https' if settings.tls else 'http'}://{host}:{port}"
    log.info("speaking", engine=engine, url=url)
    if settings.log_format == "text":
        sockets = url.replace("http", "ws", 1)
        told = _WELCOME.format(url=url, sockets=sockets, engine=engine)
        print(told, flush=True)  # noqa: T201 - for the operator
