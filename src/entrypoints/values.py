"""The kinds of value a setting can have: places, lists with commas, language tags."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from domain.language import canonical

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9.\[\]:_-]+")


def _at_home(path: Path) -> Path:
    if "\0" in str(path):
        raise ValueError("a path holds no NUL character")
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError("its ~ names nobody on this machine") from error


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _tag(value: str) -> str:
    tag = canonical(value)
    if not tag.isascii() or not tag.replace("-", "").isalnum():
        raise ValueError("write it as a tag such as en or pt-br")
    return tag


def _origin(value: str) -> str:
    if value != "*" and not _ORIGIN.fullmatch(value):
        raise ValueError("write an origin as a browser does, such as http://127.0.0.1:8000")
    return value


Place = Annotated[Path, AfterValidator(_at_home)]
Language = Annotated[str, AfterValidator(_tag)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_split)
]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
