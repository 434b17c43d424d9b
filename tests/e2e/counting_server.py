"""The real command, whose embedded engine notes every line it is given, and takes its time."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from adapters.espeak.engine import EspeakEngine
from domain.ports import Chunk, SpokenLine
from entrypoints.cli.main import main

_NOTES = os.environ["NOTES"]
_TAKES_S = float(os.environ["TAKES_S"])
_speak = EspeakEngine.speak


def speak(
    self: EspeakEngine, line: SpokenLine
) -> AbstractAsyncContextManager[AsyncIterator[Chunk]]:
    @asynccontextmanager
    async def slowly() -> AsyncIterator[AsyncIterator[Chunk]]:
        with open(_NOTES, "a", encoding="utf-8") as notes:  # noqa: ASYNC230, PTH123 - a short line
            notes.write(f"{line.index}\n")
        await asyncio.sleep(_TAKES_S)
        async with _speak(self, line) as sound:
            yield sound

    return slowly()


if __name__ == "__main__":
    EspeakEngine.speak = speak  # type: ignore[method-assign]
    sys.exit(main(sys.argv[1:]))
