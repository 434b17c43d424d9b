import pytest

from domain import errors
from entrypoints.errors import STATUS


def status_of(kind: type[errors.SpeechError]) -> int:
    return next(status for row, status in STATUS if issubclass(kind, row))


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.TextTooLongError, 413),
        (errors.LanguageUnknownError, 422),
        (errors.ConsentMissingError, 422),
        (errors.KeyMissingError, 401),
        (errors.VoiceUnknownError, 404),
        (errors.VoiceChangedError, 409),
        (errors.OnceKeyReusedError, 409),
        (errors.EngineBusyError, 503),
        (errors.StoreUnavailableError, 503),
        (errors.StoreFullError, 507),
        (errors.VoiceDamagedError, 500),
    ],
)
def test_an_error_has_the_status_that_tells_a_client_what_to_do(
    kind: type[errors.SpeechError],
    status: int,
) -> None:
    assert status_of(kind) == status


def test_no_row_hides_another() -> None:
    kinds = [kind for kind, _ in STATUS]
    for at, kind in enumerate(kinds):
        assert not any(issubclass(kind, earlier) for earlier in kinds[:at]), kind
