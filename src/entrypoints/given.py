"""A handler's parameter that the container fills: `voices: Given[Voices]`."""

from typing import Annotated, TypeAlias, TypeVar

from litestar.di import Dependency
from litestar.params import SkipValidationMarker

T = TypeVar("T")

Given: TypeAlias = Annotated[T, Dependency(kind="named"), SkipValidationMarker()]
"""Found by the parameter's name, and not checked on every request: the container is ours."""
