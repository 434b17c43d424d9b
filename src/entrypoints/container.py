"""The wiring: which adapter stands behind which port, each made once."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from dependency_injector import containers, providers

from adapters.espeak.engine import EspeakEngine
from adapters.ffmpeg.studio import FfmpegStudio
from adapters.memory.events import MemoryEvents
from adapters.prometheus.figures import PrometheusFigures
from adapters.sentences.splitter import SentencexSplitter
from adapters.sql.database import Database
from adapters.sql.migrate import migrate
from adapters.sql.voices import SqlVoices
from adapters.system.clock import SystemClock
from application.access import Access
from application.sessions import Sessions
from application.speaking import Speaking
from application.voices import Voices
from entrypoints.settings import Settings


class Container(containers.DeclarativeContainer):
    """Plain singletons; a test overrides the ones it replaces."""

    settings = providers.Dependency(instance_of=Settings)

    clock = providers.Singleton(SystemClock)
    bus = providers.Singleton(MemoryEvents)
    figures = providers.Singleton(PrometheusFigures, bus=bus)
    splitter = providers.Singleton(SentencexSplitter)
    engine = providers.Singleton(EspeakEngine, max_waiting=settings.provided.longest_queue)
    studio = providers.Singleton(
        FfmpegStudio,
        ffmpeg=settings.provided.ffmpeg,
        longest_clip_s=settings.provided.longest_clip_s,
    )
    database = providers.Singleton(
        Database,
        url=settings.provided.database,
        wait_s=settings.provided.database_timeout_s,
    )
    store = providers.Singleton(SqlVoices, database=database)

    access = providers.Singleton(Access, keys=settings.provided.keys)
    sessions = providers.Singleton(Sessions, engine=engine, clock=clock)
    voices = providers.Singleton(
        Voices,
        store=store,
        timbres=store,
        engine=engine,
        studio=studio,
        bus=bus,
        clock=clock,
        longest_clip_s=settings.provided.longest_clip_s,
    )
    speaking = providers.Singleton(
        Speaking,
        engine=engine,
        voices=voices,
        sessions=sessions,
        splitter=splitter,
        bus=bus,
        clock=clock,
        longest_text=settings.provided.longest_text,
    )


async def migrated(container: Container) -> str:
    """Bring the database to this version and return its name."""
    return await migrate(container.settings().database)


@asynccontextmanager
async def entered(container: Container) -> AsyncIterator[Container]:
    """Bring every adapter to life in order, and put each away again."""
    async with AsyncExitStack() as stack:
        await migrated(container)
        for name in ("database", "studio", "engine", "figures"):
            await stack.enter_async_context(getattr(container, name)())
        yield container
