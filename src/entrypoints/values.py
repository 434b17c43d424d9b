"""The kinds of value a setting can have: places, lists with commas, names of voices, tags."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
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


def _named(value: object) -> object:
    """Read `name=voice, name=voice`, JSON, or a table of them."""
    if isinstance(value, str):
        value = _table(value) if value.lstrip().startswith("{") else _pairs(value)
    if not isinstance(value, Mapping):
        return value
    if not all(isinstance(text, str) for pair in value.items() for text in pair):
        raise ValueError("write each name with one voice, both as text")
    return tuple((name.strip(), voice.strip()) for name, voice in value.items())


def _table(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("it begins like JSON, and is none") from error


def _pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for part in filter(str.strip, text.split(",")):
        name, equals, voice = part.partition("=")
        if not equals:
            raise ValueError("write name=voice, name=voice")
        if name.strip() in pairs:
            raise ValueError("a name has two voices")
        pairs[name.strip()] = voice
    return pairs


def _tag(value: str) -> str:
    tag = canonical(value)
    if not tag.isascii() or not tag.replace("-", "").isalnum():
        raise ValueError("write it as a tag such as en or pt-br")
    return tag


Place = Annotated[Path, AfterValidator(_at_home)]
Language = Annotated[str, AfterValidator(_tag)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
NamesOfVoices = Annotated[tuple[tuple[Name, Name], ...], NoDecode, BeforeValidator(_named)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split)]
