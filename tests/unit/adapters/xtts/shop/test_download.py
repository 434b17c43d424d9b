"""Two gigabytes over a bad line: what is fetched is whole and right, or is not there at all."""

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from adapters.xtts.shop.download import Order, download
from adapters.xtts.shop.hub import Hub
from adapters.xtts.shop.parcel import Onlooker
from adapters.xtts.shop.receipt import Receipt
from domain.errors import UnavailableError
from tests.fakes.hub import COMMIT, FakeHub, contents, serving

WEIGHTS = "model.pth"


class Watcher(Onlooker):
    """Remembers what it was told; may have had enough after so many bytes."""

    def __init__(self, enough: int | None = None) -> None:
        self.begun: list[tuple[str, int, int]] = []
        self.lines: list[str] = []
        self._enough = enough

    @override
    def begins(self, name: str, size: int, have: int) -> None:
        self.begun.append((name, size, have))

    @override
    def advances(self, have: int) -> None:
        if self._enough is not None and have >= self._enough:
            raise KeyboardInterrupt

    @override
    def says(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def server() -> Iterator[FakeHub]:
    with serving(FakeHub(contents())) as hub:
        yield hub


def _fetch(
    server: FakeHub,
    folder: Path,
    watcher: Watcher | None = None,
    *,
    revision: str = "main",
    sha256: str | None = None,
) -> Receipt:
    watcher = watcher or Watcher()
    hub = Hub(server.url, tell=watcher.says, pauses_s=(0, 0, 0), timeout_s=5)
    order = Order(folder=folder, accepted="in a test", revision=revision, sha256=sha256)
    return download(order, watcher, hub)


def _refused(server: FakeHub, folder: Path, *, sha256: str | None = None) -> str:
    with pytest.raises(UnavailableError) as refused:
        _fetch(server, folder, sha256=sha256)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def _kept(folder: Path) -> Receipt:
    receipt = Receipt.of(folder)
    assert receipt
    return receipt


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_every_file_arrives_and_is_recorded(server: FakeHub, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "xtts-v2"
    receipt = _fetch(server, folder)
    for name, data in server.files.items():
        assert (folder / name).read_bytes() == data
        assert receipt.files[name] == hashlib.sha256(data).hexdigest()
    assert _names(folder) == {*server.files, "model.json"}
    assert (receipt.commit, receipt.host) == (COMMIT, "127.0.0.1")
    assert receipt.accepted == "in a test"
    assert Receipt.of(folder) == receipt


def test_all_files_are_of_one_commit_and_the_weights_come_last(
    server: FakeHub, tmp_path: Path
) -> None:
    _fetch(server, tmp_path)
    resolved = [path for _, path in server.asked if "/resolve/" in path]
    assert resolved[0].endswith("/resolve/main/config.json")
    assert all(f"/resolve/{COMMIT}/" in path for path in resolved[1:])
    assert resolved[-1].endswith(WEIGHTS)


def test_what_is_there_is_not_fetched_again(server: FakeHub, tmp_path: Path) -> None:
    _fetch(server, tmp_path)
    watcher = Watcher()
    server.sent.clear()
    _fetch(server, tmp_path, watcher)
    assert not server.sent
    assert not watcher.begun


@pytest.mark.parametrize("resets", [False, True])
def test_a_broken_connection_is_taken_up_where_it_broke(
    server: FakeHub, tmp_path: Path, *, resets: bool
) -> None:
    server.breaks[WEIGHTS] = [700_000, 0, 500_000, 900_000]
    server.resets = resets
    watcher = Watcher()
    _fetch(server, tmp_path, watcher)
    data = server.files[WEIGHTS]
    assert (tmp_path / WEIGHTS).read_bytes() == data
    twice = server.sent[WEIGHTS] - len(data)
    assert twice == 0 if not resets else 0 <= twice < 2_100_000
    why = "Connection reset by peer" if resets else "the connection broke off"
    assert watcher.lines == [f"127.0.0.1: {why}; trying model.pth again"] * 4


def test_a_second_run_goes_on_where_the_first_was_stopped(server: FakeHub, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _fetch(server, tmp_path, Watcher(enough=1_000_000))
    assert not (tmp_path / WEIGHTS).exists()
    watcher = Watcher()
    _fetch(server, tmp_path, watcher)
    [(name, size, have)] = [begun for begun in watcher.begun if begun[0] == WEIGHTS]
    assert (name, size) == (WEIGHTS, 3_000_000)
    assert have >= 1_000_000
    assert (tmp_path / WEIGHTS).read_bytes() == server.files[WEIGHTS]
    assert _names(tmp_path) == {*server.files, "model.json"}


def test_a_server_that_vanishes_is_one_sentence_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    files = contents()
    with serving(FakeHub(files, breaks={WEIGHTS: [1_500_000, 0, 0, 0, 0]})) as server:
        said = _refused(server, tmp_path)
        first = server.sent[WEIGHTS]
    assert "does not send model.pth" in said
    assert "127.0.0.1 does not send config.json" in _refused(server, tmp_path)
    with serving(FakeHub(files)) as again:
        _fetch(again, tmp_path)
        assert first + again.sent[WEIGHTS] == len(files[WEIGHTS])
    assert (tmp_path / WEIGHTS).read_bytes() == files[WEIGHTS]


def test_a_server_that_knows_no_ranges_begins_anew(server: FakeHub, tmp_path: Path) -> None:
    server.ranges = False
    server.breaks[WEIGHTS] = [1_000_000]
    _fetch(server, tmp_path)
    assert (tmp_path / WEIGHTS).read_bytes() == server.files[WEIGHTS]
    assert server.sent[WEIGHTS] == len(server.files[WEIGHTS]) + 1_000_000


@pytest.mark.parametrize("name", [WEIGHTS, "config.json", "vocab.json"])
def test_what_does_not_match_its_hash_is_thrown_away(
    server: FakeHub, tmp_path: Path, name: str
) -> None:
    right = server.files[name]
    server.tags[name] = server.tag(name)
    server.files[name] = right[:-1] + bytes([right[-1] ^ 1])
    assert f"sent as {name} does not match" in _refused(server, tmp_path)
    assert not any(name in each for each in _names(tmp_path))
    assert name not in _kept(tmp_path).files
    server.files[name] = right
    _fetch(server, tmp_path)
    assert (tmp_path / name).read_bytes() == right


def test_more_than_was_announced_is_thrown_away(server: FakeHub, tmp_path: Path) -> None:
    server.excess = bytes(10_000_000)
    assert "does not match" in _refused(server, tmp_path)
    assert server.sent["speakers_xtts.pth"] < 9_000_000


def test_what_another_version_left_is_not_continued(server: FakeHub, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        _fetch(server, tmp_path, Watcher(enough=1_000_000))
    server.files = contents(2_000_000)
    _fetch(server, tmp_path)
    assert (tmp_path / WEIGHTS).read_bytes() == server.files[WEIGHTS]
    assert _names(tmp_path) == {*server.files, "model.json"}


@pytest.mark.parametrize("name", ["config.json", WEIGHTS])
def test_a_file_the_model_needs_must_be_there(server: FakeHub, tmp_path: Path, name: str) -> None:
    del server.files[name]
    assert f"has no {name} at revision" in _refused(server, tmp_path)
    assert not server.sent


def test_a_model_without_speakers_and_hash_is_a_model(server: FakeHub, tmp_path: Path) -> None:
    del server.files["speakers_xtts.pth"], server.files["hash.md5"]
    assert set(_fetch(server, tmp_path).files) == {"config.json", "vocab.json", WEIGHTS}


def test_a_revision_may_be_named_and_must_exist(server: FakeHub, tmp_path: Path) -> None:
    server.revisions = (*server.revisions, "v2.0/3")
    _fetch(server, tmp_path / "a", revision="v2.0/3")
    assert server.asked[0] == ("HEAD", "/coqui/XTTS-v2/resolve/v2.0%2F3/config.json")
    with pytest.raises(UnavailableError, match="has no revision 'v9'"):
        _fetch(server, tmp_path / "b", revision="v9")


def test_errors_that_pass_are_waited_for(server: FakeHub, tmp_path: Path) -> None:
    server.statuses = [500, 429, 503]
    watcher = Watcher()
    _fetch(server, tmp_path, watcher)
    assert (tmp_path / WEIGHTS).read_bytes() == server.files[WEIGHTS]
    assert [line.split("; ")[0] for line in watcher.lines] == [
        "127.0.0.1: 500 Internal Server Error",
        "127.0.0.1: 429 Too Many Requests",
        "127.0.0.1: 503 Service Unavailable",
    ]


@pytest.mark.parametrize(
    ("statuses", "says"),
    [
        ([500] * 4, "does not send config.json (500 Internal Server Error); try again later"),
        ([403], "refuses to send config.json (403 Forbidden)"),
    ],
)
def test_errors_that_stay_are_one_sentence(
    server: FakeHub, tmp_path: Path, statuses: list[int], says: str
) -> None:
    server.statuses = statuses
    assert says in _refused(server, tmp_path)


def test_a_full_disk_is_one_sentence(server: FakeHub, tmp_path: Path) -> None:
    part = tmp_path / f".{WEIGHTS}.{server.tag(WEIGHTS)[:16]}.part"
    part.symlink_to("/dev/full")
    said = _refused(server, tmp_path)
    assert "No space left on device" in said
    assert "make room" in said
    part.unlink()
    _fetch(server, tmp_path)


def test_room_is_looked_for_before_anything_is_fetched(server: FakeHub, tmp_path: Path) -> None:
    server.sizes[WEIGHTS] = 10**18
    said = _refused(server, tmp_path)
    assert "needs 931322574.6 GiB more" in said
    assert not server.sent


def test_a_folder_that_cannot_be_is_one_sentence(server: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be kept in" in _refused(server, tmp_path / "file" / "models")


def test_a_second_download_waits_for_the_first_and_fetches_nothing(
    server: FakeHub, tmp_path: Path
) -> None:
    server.gate = threading.Event()
    second = Watcher()
    threads = [
        threading.Thread(target=_fetch, args=(server, tmp_path, watcher))
        for watcher in (Watcher(), second)
    ]
    threads[0].start()
    while not server.sent:
        assert threads[0].is_alive()
    threads[1].start()
    while not second.lines:
        assert threads[1].is_alive()
    assert "another download into" in second.lines[0]
    server.gate.set()
    for thread in threads:
        thread.join(20)
    assert not second.begun
    assert server.sent[WEIGHTS] == len(server.files[WEIGHTS])


def test_somebodys_own_weights_are_not_overwritten(server: FakeHub, tmp_path: Path) -> None:
    (tmp_path / WEIGHTS).write_bytes(b"weeks of work")
    assert "move it away" in _refused(server, tmp_path)
    assert (tmp_path / WEIGHTS).read_bytes() == b"weeks of work"
    assert not server.sent


def test_a_damaged_file_that_was_fetched_here_is_replaced(server: FakeHub, tmp_path: Path) -> None:
    _fetch(server, tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"damaged")
    _fetch(server, tmp_path)
    assert (tmp_path / WEIGHTS).read_bytes() == server.files[WEIGHTS]


def test_a_hash_of_other_weights_in_the_repository_is_told(server: FakeHub, tmp_path: Path) -> None:
    watcher = Watcher()
    server.files["hash.md5"] = b"0" * 32
    _fetch(server, tmp_path, watcher)
    assert [line for line in watcher.lines if "another model.pth" in line]
    for right in (hashlib.md5(server.files[WEIGHTS], usedforsecurity=False).hexdigest(), "what?"):
        quiet = Watcher()
        server.files["hash.md5"] = right.encode()
        _fetch(server, tmp_path, quiet)
        assert quiet.lines == []


def test_other_weights_than_asked_for_are_not_fetched(server: FakeHub, tmp_path: Path) -> None:
    assert "not the model_sha256 asked for" in _refused(server, tmp_path, sha256="0" * 64)
    assert not server.sent
    _fetch(server, tmp_path, sha256=server.tag(WEIGHTS))


@pytest.mark.parametrize("tag", ["", "5f3a", "g" * 64])
def test_what_cannot_be_checked_is_not_fetched(server: FakeHub, tmp_path: Path, tag: str) -> None:
    server.tags["vocab.json"] = tag
    assert "gives no hash to check vocab.json by" in _refused(server, tmp_path)
    assert not server.sent


def test_the_server_is_named_by_a_variable_when_it_is_asked(
    server: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", f"{server.url}/")
    order = Order(folder=tmp_path, accepted="in a test")
    assert download(order, Watcher()).host == "127.0.0.1"
    for nonsense in ("huggingface", "ftp://huggingface.co", "http://[", "http://x:0"):
        monkeypatch.setenv("HF_ENDPOINT", nonsense)
        with pytest.raises(UnavailableError, match="HF_ENDPOINT is no address"):
            download(order, Watcher())


def test_a_damaged_file_stays_ours_and_wrong_until_it_is_replaced(
    server: FakeHub, tmp_path: Path
) -> None:
    right = _fetch(server, tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"damaged")
    (tmp_path / "vocab.json").unlink()
    with pytest.raises(KeyboardInterrupt):
        _fetch(server, tmp_path, Watcher(enough=1_000_000))
    assert Receipt.of(tmp_path) == replace(right, fetched_at=_kept(tmp_path).fetched_at)
    _fetch(server, tmp_path)
    assert (tmp_path / WEIGHTS).read_bytes() == server.files[WEIGHTS]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": {}}', "\0", '{"files": 1'])
def test_a_receipt_that_cannot_be_read_is_none(server: FakeHub, tmp_path: Path, text: str) -> None:
    receipt = _fetch(server, tmp_path)
    kept = json.loads((tmp_path / "model.json").read_text())
    assert kept["files"] == receipt.files
    (tmp_path / "model.json").write_text(text)
    assert Receipt.of(tmp_path) is None
    replace(receipt, files={"a": "B"}).keep(tmp_path)
    assert Receipt.of(tmp_path) == replace(receipt, files={"a": "b"})
