"""Where `say` gets its sound from this machine's engine."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from domain.errors import SpeechError
from domain.speech import SpeechRequest
from entrypoints.container import Container, entered
from entrypoints.settings import Settings


class Local:
    """Speaks in this process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def whole(self, request: SpeechRequest) -> bytes:
        """Return a whole file."""
        return asyncio.run(self._whole(self._loud(request, whole=True)))

    def stream(self, request: SpeechRequest, write: Callable[[bytes], object]) -> None:
        """Write a stream as it is made."""
        try:
            asyncio.run(self._stream(self._loud(request, whole=False), write))
        except* (SpeechError, BrokenPipeError) as group:
            raise _first(group) from None

    def _loud(self, request: SpeechRequest, *, whole: bool) -> SpeechRequest:
        finish = replace(request.finish, target=self._settings.target, whole=whole)
        return replace(request, finish=finish)

    async def _whole(self, request: SpeechRequest) -> bytes:
        async with entered(Container(settings=self._settings)) as container:
            return (await container.delivering().whole(request)).data

    async def _stream(self, request: SpeechRequest, write: Callable[[bytes], object]) -> None:
        async with (
            entered(Container(settings=self._settings)) as container,
            await container.delivering().begin(request) as delivery,
            asyncio.TaskGroup() as tasks,
        ):
            tasks.create_task(delivery.encode())
            while data := await delivery.read():
                write(data)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong, out of the groups that tasks put it in."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
