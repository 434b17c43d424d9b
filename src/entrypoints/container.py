"""The wiring: which adapter stands behind which port, each made once."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dependency_injector import containers, providers

from adapters.espeak.engine import EspeakEngine
from adapters.ffmpeg.binder import FfmpegBinder
from adapters.ffmpeg.studio import FfmpegStudio
from adapters.files.audio import FileAudioCache
from adapters.files.jobs import FileJobs
from adapters.memory.audio import MemoryAudioCache
from adapters.memory.events import MemoryEvents
from adapters.memory.relay import MemoryRelay
from adapters.numbers.wording import Num2WordsWording
from adapters.prometheus.figures import PrometheusFigures
from adapters.sentences.splitter import SentencexSplitter
from adapters.sql.database import Database
from adapters.sql.job_queue import SqlJobQueue
from adapters.sql.jobs import SqlJobs
from adapters.sql.loudness import SqlLoudness
from adapters.sql.migrate import migrate
from adapters.sql.previews import SqlPreviews
from adapters.sql.voices import SqlVoices
from adapters.ssml.markup import SsmlMarkup
from adapters.system.clock import SystemClock
from adapters.xtts.engine import XttsEngine
from adapters.xtts.files import ModelFiles, Search
from adapters.xtts.messages import Conditioning, Setup
from adapters.xtts.shop.shop import ModelShop
from application.access import Access
from application.bookbinding import Bookbinding
from application.caches import Caches
from application.calibrating import Calibrating
from application.consents import Consents
from application.delivering import Delivering
from application.drafting import Drafting
from application.job_desk import JobDesk
from application.jobs import Jobs
from application.loudness import Loudness
from application.mixing import Mixing
from application.narrating import Narrating
from application.opening import Opening
from application.recent import Recent
from application.reciting import Reciting
from application.remembering import RememberingEngine, Tiers
from application.roster import Roster
from application.sessions import Sessions
from application.speaking import Speaking
from application.timbres import Timbres
from application.turns import Turns
from application.voices import Voices
from domain.known_names import KnownNames
from domain.ports import Clock, EventBus, SpeechEngine
from entrypoints.settings import Settings, SettingsError
from entrypoints.sockets import OpenSockets

if TYPE_CHECKING:
    from entrypoints.redis_parts import RedisParts


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Which engine speaks: decided once, whatever comes to lie on the disk later."""

    name: str
    files: ModelFiles | None = None


def _choose(settings: Settings, shop: ModelShop) -> _Chosen:
    if settings.engine == "espeak":
        return _Chosen("espeak")
    files = shop.need() if settings.engine == "xtts" else shop.find()
    return _Chosen("xtts", files) if files else _Chosen("espeak")


def _audio_cache(settings: Settings, engine: str) -> str:
    return settings.audio_cache_kind(engine)


def _redis(settings: Settings, bus: EventBus, clock: Clock) -> "RedisParts | None":
    """What goes over Redis, if there is one."""
    if settings.redis_url is None:
        return None
    try:
        from entrypoints.redis_parts import RedisParts  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "redis":
            raise
        msg = "redis_url wants Redis's library; in the source folder: pip install '.[redis]'"
        raise SettingsError(msg) from error
    try:
        return RedisParts(settings.redis_url.get_secret_value(), settings, bus, clock)
    except ValueError as error:
        # The library's own message may hold the password.
        msg = "redis_url is no address of a Redis: write redis://host:6379/0, rediss:// or unix://"
        raise SettingsError(msg) from error


def _relay_kind(settings: Settings) -> str:
    return "memory" if settings.redis_url is None else "redis"


def _bare(engine: SpeechEngine) -> SpeechEngine:
    """The engine behind its cache, for what need not be remembered."""
    return engine.behind if isinstance(engine, RememberingEngine) else engine


def _setup(settings: Settings, files: ModelFiles) -> Setup:
    return Setup(
        files=files,
        device=settings.device,
        precision=settings.xtts_precision,
        threads=settings.threads,
        slots=settings.max_concurrent,
        guards=settings.xtts_guards,
        sha256=settings.model_sha256,
        conditioning=Conditioning(
            gpt_cond_len=settings.gpt_cond_len,
            gpt_cond_chunk_len=settings.gpt_cond_chunk_len,
            max_ref_len=settings.max_ref_len,
        ),
        chunk_tokens=settings.stream_chunk_size,
    )


class Container(containers.DeclarativeContainer):
    """Plain singletons; a test overrides the ones it replaces."""

    settings = providers.Dependency(instance_of=Settings)

    clock = providers.Singleton(SystemClock)
    bus = providers.Singleton(MemoryEvents)
    figures = providers.Singleton(PrometheusFigures, bus=bus)
    redis = providers.Singleton(_redis, settings=settings, bus=bus, clock=clock)
    relay = providers.Selector(
        providers.Callable(_relay_kind, settings),
        memory=providers.Singleton(MemoryRelay),
        redis=redis.provided.relay,
    )
    splitter = providers.Singleton(SentencexSplitter)
    wording = providers.Singleton(Num2WordsWording)
    markup = providers.Singleton(SsmlMarkup, wording)
    model_shop = providers.Singleton(
        ModelShop,
        search=providers.Singleton(
            Search,
            data_dir=settings.provided.data_dir,
            folder=settings.provided.model_dir,
            config=settings.provided.model_config_file,
            weights=settings.provided.model_checkpoint_file,
            vocabulary=settings.provided.model_vocab_file,
            speakers=settings.provided.model_speakers_file,
        ),
        sha256=settings.provided.model_sha256,
    )
    chosen = providers.Singleton(_choose, settings=settings, shop=model_shop)
    speaker = providers.Selector(
        chosen.provided.name,
        espeak=providers.Singleton(EspeakEngine, max_waiting=settings.provided.longest_queue),
        xtts=providers.Singleton(
            XttsEngine,
            providers.Singleton(_setup, settings=settings, files=chosen.provided.files),
            bus=bus,
            max_waiting=settings.provided.longest_queue,
        ),
    )
    audio_cache = providers.Callable(_audio_cache, settings=settings, engine=chosen.provided.name)
    memory_recordings = providers.Singleton(
        MemoryAudioCache,
        limit_bytes=settings.provided.audio_cache_bytes,
        ttl_s=settings.provided.audio_cache_ttl_s,
        clock=clock,
    )
    file_recordings = providers.Singleton(
        FileAudioCache,
        folder=settings.provided.recordings_dir,
        limit_bytes=settings.provided.audio_cache_disk_bytes,
    )
    recordings = providers.Selector(
        audio_cache,
        off=memory_recordings,
        memory=memory_recordings,
        disk=providers.Singleton(Tiers, memory_recordings, file_recordings),
        redis=providers.Singleton(Tiers, memory_recordings, redis.provided.recordings),
    )
    remembering = providers.Singleton(RememberingEngine, engine=speaker, cache=recordings, bus=bus)
    engine = providers.Selector(
        audio_cache, off=speaker, memory=remembering, disk=remembering, redis=remembering
    )
    studio = providers.Singleton(
        FfmpegStudio,
        ffmpeg=settings.provided.ffmpeg,
        longest_clip_s=settings.provided.longest_clip_s,
        encoders=settings.provided.max_encoders,
        marked=settings.provided.mark_synthetic,
    )
    database = providers.Singleton(
        Database,
        url=settings.provided.database,
        wait_s=settings.provided.database_timeout_s,
    )
    store = providers.Singleton(SqlVoices, database=database)
    previews = providers.Singleton(SqlPreviews, database)

    access = providers.Singleton(Access, keys=settings.provided.keys)
    sessions = providers.Singleton(Sessions, engine=engine, clock=clock)
    timbres = providers.Singleton(
        Timbres,
        store=store,
        timbres=store,
        engine=engine,
        studio=studio,
        bus=bus,
        recent=providers.Singleton(
            Recent,
            clock,
            most=settings.provided.recent_voices,
            ttl_s=settings.provided.recent_voices_ttl_s,
        ),
        default=settings.provided.default_voice,
        refuse_unknown=settings.provided.refuses_unknown_voices,
        names=providers.Singleton(KnownNames, settings.provided.voice_names),
    )
    loudness = providers.Singleton(
        Loudness,
        store=providers.Singleton(SqlLoudness, database),
        clock=clock,
        usual=settings.provided.target,
    )
    calibrating = providers.Singleton(
        Calibrating,
        engine=providers.Callable(_bare, engine),
        timbres=timbres,
        previews=previews,
        loudness=loudness,
        studio=studio,
        bus=bus,
        default_language=settings.provided.default_language,
        wanted=settings.provided.calibrate_voices,
    )
    voices = providers.Singleton(
        Voices,
        store=store,
        timbre_store=store,
        timbres=timbres,
        previews=previews,
        loudness=loudness,
        calibrating=calibrating,
        engine=engine,
        studio=studio,
        bus=bus,
        clock=clock,
        longest_clip_s=settings.provided.longest_clip_s,
        require_consent=settings.provided.require_consent,
    )
    mixing = providers.Singleton(Mixing, voices=voices, timbres=timbres, engine=engine)
    roster = providers.Singleton(Roster, voices=voices, timbres=timbres, engine=engine)
    opening = providers.Singleton(Opening, voices=voices, timbres=timbres)
    caches = providers.Singleton(
        Caches,
        timbres=timbres,
        recordings=recordings,
        remembering=remembering,
        ttl_s=settings.provided.audio_cache_ttl_s,
    )
    consents = providers.Singleton(Consents, voices=voices, store=store, caches=caches, clock=clock)
    turns = providers.Singleton(Turns)
    speaking = providers.Singleton(
        Speaking,
        engine=engine,
        timbres=timbres,
        sessions=sessions,
        splitter=splitter,
        markup=markup,
        wording=wording,
        loudness=loudness,
        bus=bus,
        clock=clock,
        longest_text=settings.provided.longest_text,
        default_language=settings.provided.default_language,
        pauses=settings.provided.pauses,
        turns=turns,
    )
    delivering = providers.Singleton(Delivering, speaking, studio)
    open_sockets = providers.Singleton(OpenSockets, settings.provided.max_sockets)

    job_store = providers.Singleton(SqlJobs, database)
    job_queue = providers.Singleton(SqlJobQueue, database)
    job_shelf = providers.Singleton(FileJobs, settings.provided.jobs_dir)
    job_desk = providers.Singleton(
        JobDesk,
        store=job_store,
        queue=job_queue,
        archive=job_queue,
        shelf=job_shelf,
        narrating=providers.Singleton(
            Narrating,
            queue=job_queue,
            shelf=job_shelf,
            sound=job_shelf,
            reciting=providers.Singleton(
                Reciting, engine=providers.Callable(_bare, engine), timbres=timbres, turns=turns
            ),
            bookbinding=providers.Singleton(
                Bookbinding,
                sound=job_shelf,
                binder=providers.Singleton(FfmpegBinder, settings.provided.ffmpeg),
                marked=settings.provided.mark_synthetic,
            ),
            clock=clock,
        ),
        at_once=settings.provided.jobs_at_once,
        keep_days=settings.provided.jobs_keep_days,
    )
    jobs = providers.Singleton(
        Jobs,
        store=job_store,
        shelf=job_shelf,
        sound=job_shelf,
        desk=job_desk,
        drafting=providers.Singleton(
            Drafting,
            engine=engine,
            splitter=splitter,
            markup=markup,
            wording=wording,
            pauses=settings.provided.pauses,
            longest_text=settings.provided.longest_job_text,
            default_language=settings.provided.default_language,
        ),
        timbres=timbres,
        clock=clock,
        longest_queue=settings.provided.longest_job_queue,
    )


async def migrated(container: Container) -> str:
    """Bring the database to this version and return its name."""
    return await migrate(container.settings().database)


@asynccontextmanager
async def entered(container: Container) -> AsyncIterator[Container]:
    """Bring every adapter to life in order, and put each away again."""
    async with AsyncExitStack() as stack:
        redis = container.redis()
        await migrated(container)
        if redis is not None:
            await stack.enter_async_context(redis.entered())
        for name in _alive(container):
            await stack.enter_async_context(getattr(container, name)())
        yield container


def _alive(container: Container) -> tuple[str, ...]:
    """Name what has a life of its own, in the order in which it is needed."""
    inner: tuple[str, ...] = ()
    if isinstance(container.engine(), RememberingEngine):
        on_disk = container.audio_cache() == "disk"
        inner = ("speaker", "file_recordings") if on_disk else ("speaker",)
    return ("database", "loudness", "studio", *inner, "engine", "calibrating", "figures")
