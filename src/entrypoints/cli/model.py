"""`rhapsode model`: fetch the XTTS-v2 model, check its files, tell what it is."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrypoints.progress import Bar, Lines
from entrypoints.settings import Loaded

if TYPE_CHECKING:
    from entrypoints.container import Container

Work = Callable[[argparse.Namespace, "Container"], None]


def add(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Describe the commands."""
    parser = commands.add_parser("model", help="fetch, check and describe the XTTS-v2 model")
    kinds = parser.add_subparsers(required=True, metavar="WHAT")

    def command(name: str, work: Work, about: str) -> argparse.ArgumentParser:
        child: argparse.ArgumentParser = kinds.add_parser(name, parents=parents, help=about)
        child.set_defaults(run=lambda chosen, loaded: _run(work, chosen, loaded))
        return child

    fetching = command("download", _download, "fetch it from Hugging Face, or from HF_ENDPOINT")
    fetching.add_argument(
        "--accept-license",
        action="store_true",
        help="accept the CPML, https://coqui.ai/cpml (or COQUI_TOS_AGREED=1)",
    )
    fetching.add_argument("--to", type=Path, metavar="DIR", help="where to (data/models/xtts-v2)")
    fetching.add_argument("--revision", default="main", help="branch, tag or commit (main)")
    for name, work, about in (
        ("verify", _verify, "compare its files with the hashes recorded of them"),
        ("info", _info, "show its files, licence, languages and speakers"),
    ):
        command(name, work, about).add_argument(
            "--model-dir", metavar="DIR", help="folder of an XTTS-v2 checkpoint"
        )


def _run(work: Work, chosen: argparse.Namespace, loaded: Loaded) -> int:
    from entrypoints.container import Container

    work(chosen, Container(settings=loaded.settings))
    return 0


def _download(chosen: argparse.Namespace, container: "Container") -> None:
    from entrypoints.model import accepted_by_variable, licence_refused

    shop = container.model_shop()
    accepted = "--accept-license" if chosen.accept_license else accepted_by_variable()
    if accepted is None:
        raise licence_refused(shop.licence, "say --accept-license or set COQUI_TOS_AGREED=1")
    onlooker = Bar(sys.stdout) if sys.stdout.isatty() else Lines(_say)
    try:
        folder, receipt = shop.fetch(accepted, onlooker, folder=chosen.to, revision=chosen.revision)
    finally:
        onlooker.close()
    _say(f"the model is in {folder}, whole and checked (commit {receipt.commit})")
    _warn_of_another(container, folder)


def _warn_of_another(container: "Container", folder: Path) -> None:
    named = container.settings().model_dir
    usual = container.settings().data_dir / "models" / "xtts-v2"
    if (named or usual).resolve() != folder.resolve():
        _say(f"to speak with it, say --model-dir {folder} or set RHAPSODE_MODEL_DIR")


def _verify(_chosen: argparse.Namespace, container: "Container") -> None:
    for part in container.model_shop().verify():
        _say(f"{part.name:18} right  {part.sha256}")


def _info(_chosen: argparse.Namespace, container: "Container") -> None:
    model = container.model_shop().describe()
    _fact("folder", model.folder)
    for part in model.parts:
        _fact(part.name, f"{part.size:,} bytes, SHA-256 {part.sha256}")
        if part.path.parent != model.folder:
            _fact("", part.path)
    _fact("licence", model.licence)
    if model.origin:
        _fact("from", model.origin)
    _fact("languages", ", ".join(model.languages))
    _fact("hears at", f"{model.heard_hz:,} Hz")
    _fact("speaks at", f"{model.spoken_hz:,} Hz")
    if model.speakers:
        _fact("speakers", f"{len(model.speakers)} built in")


def _fact(name: str, value: object) -> None:
    _say(f"{name:18} {value}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
