"""What every test shares: a skip is a failure where everything must be there."""

import logging
import os
from collections.abc import Generator, Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from adapters.xtts.files import ModelFiles

# A busy machine takes its time over inventing examples; that says nothing of what is tested.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under REQUIRE_ALL=1 nothing may be skipped: what is missing must be installed."""
    report = yield
    if report.skipped and os.environ.get("REQUIRE_ALL") == "1" and not hasattr(report, "wasxfail"):
        reason = call.excinfo.value if call.excinfo else "skipped"
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped although REQUIRE_ALL=1: {reason}"
    return report


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """A test that sets the log up has it write to what is closed when the test has ended."""
    handlers = logging.getLogger().handlers[:]
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """A whole XTTS model of two layers, with random weights."""
    from tests.checkpoints import build, named  # noqa: PLC0415 - torch, for those who need it

    return named(build(tmp_path_factory.mktemp("small-model")))


@pytest.fixture(scope="session", autouse=True)
def _no_model_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Servers under test would take a model that coqui's own program has left here."""
    before = os.environ.get("TTS_HOME")
    os.environ["TTS_HOME"] = str(tmp_path_factory.getbasetemp() / "no-model")
    yield
    if before is None:
        del os.environ["TTS_HOME"]
    else:
        os.environ["TTS_HOME"] = before
