from pathlib import Path

import pytest

from adapters.files.ledger import Totals, held


def counted() -> Totals:
    return Totals(7, 700)


def never() -> Totals:
    msg = "the ledger was not believed"
    raise AssertionError(msg)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger"


def test_totals_are_carried_from_one_holder_to_the_next(ledger: Path) -> None:
    with held(ledger, Totals) as totals:
        totals.add(100)
        totals.add(20)
        totals.subtract(100)
    with held(ledger, never) as totals:
        assert totals == Totals(1, 20)


@pytest.mark.parametrize(
    "line",
    ["", "!", "1 2", "x" * 42, f"{1:041d}\n", f"{-1:020d} {5:020d}\n", f"{1:020d} {5:020d}\n\n"],
)
def test_a_ledger_that_does_not_speak_clearly_is_counted_anew(ledger: Path, line: str) -> None:
    ledger.write_text(line)
    with held(ledger, counted) as totals:
        assert totals == Totals(7, 700)
    with held(ledger, never) as totals:
        assert totals == Totals(7, 700)


def test_after_a_holder_that_failed_it_is_counted_anew(ledger: Path) -> None:
    with held(ledger, Totals) as totals:
        totals.add(1)

    def fail() -> None:
        with held(ledger, never) as totals:
            totals.add(1)
            raise TimeoutError

    with pytest.raises(TimeoutError):
        fail()
    with held(ledger, counted) as totals:
        assert totals == Totals(7, 700)


def test_it_is_held_by_one_at_a_time(ledger: Path) -> None:
    with held(ledger, Totals):
        with pytest.raises(BlockingIOError), held(ledger, never):
            pass
    with held(ledger, never) as totals:
        assert totals == Totals()
