"""Fetching a whole model: what is asked, refused and checked around its two gigabytes."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path

from adapters.xtts.files import CONFIG, SPEAKERS, VOCABULARY, WEIGHTS
from adapters.xtts.shop.hub import PUBLIC, Hub, RemoteFile
from adapters.xtts.shop.parcel import Onlooker, Parcel
from adapters.xtts.shop.receipt import MD5, Receipt, hashed, stated_md5
from domain.errors import UnavailableError

# The weights come last: a folder that was left half-way is then never taken for a model.
_NAMES = (CONFIG, VOCABULARY, SPEAKERS, "LICENSE.txt", MD5, WEIGHTS)
_NEEDED = frozenset({CONFIG, VOCABULARY, WEIGHTS})
_LOOK_AGAIN_S = 0.2
_GIB = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to fetch, whereto, and how its licence was accepted; `sha256` is of the weights."""

    folder: Path
    accepted: str
    revision: str = "main"
    sha256: str | None = None


def download(order: Order, onlooker: Onlooker, hub: Hub | None = None) -> Receipt:
    """Fetch what is missing and check all of it; blocks, and may be repeated after any failure."""
    hub = hub or Hub(os.environ.get("HF_ENDPOINT") or PUBLIC, tell=onlooker.says)
    folder = order.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone_in(folder, onlooker):
            return _download(order, onlooker, hub)
    except OSError as error:
        full = error.errno == ENOSPC
        way_out = "make room, then try again" if full else "choose another folder"
        msg = f"The model cannot be kept in {folder} ({error.strerror}); {way_out}."
        raise UnavailableError(msg) from error


def _download(order: Order, onlooker: Onlooker, hub: Hub) -> Receipt:
    parcels = [Parcel(file, order.folder) for file in _wanted(order, hub)]
    missing = [parcel for parcel in parcels if not parcel.is_there]
    _keep_what_is_not_ours(order.folder, missing)
    _find_room(order.folder, sum(parcel.file.size - parcel.have for parcel in missing))
    there = [parcel for parcel in parcels if parcel not in missing]
    receipt = _receipt(order, hub, parcels[0].file.commit, there)
    receipt.keep(order.folder)
    for parcel in missing:
        parcel.fetch(hub, onlooker)
        receipt = receipt.with_file(parcel.place)
        receipt.keep(order.folder)
    _compare_md5(order.folder, onlooker)
    return receipt


def _receipt(order: Order, hub: Hub, commit: str, there: list[Parcel]) -> Receipt:
    """Begin with what is there; what was fetched before stays ours until it is replaced."""
    before = Receipt.of(order.folder)
    sure = {each.file.name: each.file.sha256 or hashed(each.place) for each in there}
    return Receipt(
        repository=hub.repository,
        commit=commit,
        host=hub.host,
        accepted=order.accepted,
        fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        files={**(before.files if before else {}), **sure},
    )


def _wanted(order: Order, hub: Hub) -> Iterator[RemoteFile]:
    """Ask for every file at the commit of the first one: the revision may move meanwhile."""
    revision = order.revision
    for name in _NAMES:
        file = hub.look(name, revision)
        if file is not None:
            revision = file.commit
            yield _checkable(file, order, hub)
        elif name in _NEEDED:
            msg = f"{hub.repository} on {hub.host} has no {name} at revision {revision!r}."
            raise UnavailableError(msg)


def _checkable(file: RemoteFile, order: Order, hub: Hub) -> RemoteFile:
    if not (file.sha256 or file.git_sha1):
        msg = f"{hub.host} gives no hash to check {file.name} by; choose another HF_ENDPOINT."
        raise UnavailableError(msg)
    if file.name == WEIGHTS and order.sha256 and file.sha256 != order.sha256:
        msg = f"{hub.host} has a {WEIGHTS} of SHA-256 {file.tag}, not the model_sha256 asked for."
        raise UnavailableError(msg)
    return file


def _keep_what_is_not_ours(folder: Path, missing: list[Parcel]) -> None:
    """A file that differs may be somebody's own work, unless it was fetched before."""
    receipt = Receipt.of(folder)
    fetched = receipt.files if receipt else {}
    for parcel in missing:
        if parcel.place.exists() and parcel.file.name not in fetched:
            msg = (
                f"{parcel.place} is another file than the server's; move it away, or choose"
                " another folder with --to."
            )
            raise UnavailableError(msg)


def _find_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        msg = (
            f"{folder} needs {needed / _GIB:.1f} GiB more and has {free / _GIB:.1f} GiB free;"
            " make room, or choose another folder with --to."
        )
        raise UnavailableError(msg)


def _compare_md5(folder: Path, onlooker: Onlooker) -> None:
    """A second opinion: the first one, the server's own hash, has been checked by now."""
    stated = stated_md5(folder)
    if stated and stated != hashed(folder / WEIGHTS, "md5"):
        onlooker.says(f"{MD5} tells of another {WEIGHTS}; the server's own hash of it is right")


@contextmanager
def _alone_in(folder: Path, onlooker: Onlooker) -> Iterator[None]:
    """Let one download at a time into a folder; the lock ends with its process."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        told = False
        while not _locked(handle):
            if not told:
                onlooker.says(f"another download into {folder} is under way; waiting for its end")
            told = True
            time.sleep(_LOOK_AGAIN_S)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
