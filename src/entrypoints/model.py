"""The model at the start of a server: accepted, and fetched where an operator wants it so."""

import os
from collections.abc import Callable

from entrypoints.container import Container
from entrypoints.progress import Lines
from entrypoints.settings import SettingsError

_AGREED = "COQUI_TOS_AGREED"


def accepted_by_variable() -> str | None:
    """How the licence was accepted, if it was: the variable that coqui's own program reads."""
    return f"{_AGREED}=1" if os.environ.get(_AGREED) == "1" else None


def licence_refused(licence: str, way: str) -> SettingsError:
    """The error where nobody has accepted the licence; `way` is how to."""
    return SettingsError(f"XTTS-v2 comes under the {licence}; to accept it, {way}")


def bring_model(container: Container, tell: Callable[[str], None]) -> None:
    """With `model_download=auto`, fetch the model that the engine lacks; blocks until it is here.

    What cannot be had raises `SettingsError` or `UnavailableError` with one sentence.
    """
    settings = container.settings()
    if settings.model_download == "off" or settings.engine == "espeak":
        return
    shop = container.model_shop()
    if shop.find() is not None:
        return
    accepted = accepted_by_variable()
    if accepted is None:
        way = f"set {_AGREED}=1, or take back RHAPSODE_MODEL_DOWNLOAD=auto"
        raise licence_refused(shop.licence, way)
    shop.fetch(accepted, Lines(tell))
