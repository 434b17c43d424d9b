"""The `rhapsode` command: an error is one line and exit code 2, never a traceback."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from domain.errors import SpeechError
from entrypoints.cli import config, migrate, model, say, serve, voices
from entrypoints.settings import Loaded, SettingsError, load

_LAYERED = (
    "host",
    "port",
    "tls_cert",
    "tls_key",
    "insecure",
    "engine",
    "model_dir",
    "data_dir",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code says how it went."""
    chosen = _parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen, _loaded(chosen))
    except (SettingsError, SpeechError) as error:
        sys.stderr.write(f"rhapsode: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return code


def _loaded(chosen: argparse.Namespace) -> Loaded:
    given = {key: getattr(chosen, key, None) for key in _LAYERED}
    return load(given, getattr(chosen, "config", None))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rhapsode",
        description="Text to speech, streamed, on your own machine.",
    )
    parser.add_argument("--version", action="version", version=version("rhapsode"))
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="a YAML file of settings")
    common.add_argument("--data-dir", metavar="DIR", help="where voices and caches are kept")
    engine = argparse.ArgumentParser(add_help=False)
    engine.add_argument("--engine", choices=("auto", "xtts", "espeak"), help="which engine speaks")
    engine.add_argument("--model-dir", metavar="DIR", help="folder of an XTTS-v2 checkpoint")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve.add(commands, [common, engine])
    say.add(commands, [common, engine])
    voices.add(commands, [common])
    model.add(commands, [common])
    migrate.add(commands, [common])
    config.add(commands, [common, engine])
    return parser


if __name__ == "__main__":
    sys.exit(main())
