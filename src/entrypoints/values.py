"""The kinds of value a setting can have: places, lists with commas, language tags."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from domain.language import canonical


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


Place = Annotated[Path, AfterValidator(_at_home)]
Language = Annotated[str, AfterValidator(_tag)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
