"""The settings themselves: each field's description is its documentation."""

from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from typing_extensions import override

from entrypoints.job_fields import JobFields
from entrypoints.pause_fields import PauseFields
from entrypoints.redis_fields import RedisFields
from entrypoints.socket_fields import SocketFields
from entrypoints.sound_fields import SoundFields
from entrypoints.tls_fields import TlsFields
from entrypoints.values import Language, Names, NamesOfVoices, Origins, Place, Secrets
from entrypoints.xtts_fields import XttsFields

PREFIX = "RHAPSODE_"
SECRET = frozenset({"api_keys", "database_url", "redis_url"})
"""Settings that are never shown as they stand: they are passwords, or may hold one."""

_MIB = 2**20


class _Door(BaseModel):
    """What is asked first: where to listen, and who speaks."""

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(
        default=8000, ge=0, le=65535, description="port to listen on; 0 takes a free one"
    )
    engine: Literal["auto", "xtts", "espeak"] = Field(
        default="auto", description="which engine speaks; auto takes the best there is"
    )


class Settings(
    SocketFields,
    RedisFields,
    JobFields,
    SoundFields,
    PauseFields,
    XttsFields,
    TlsFields,
    _Door,
    BaseSettings,
):
    """Everything an operator can set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="forbid",
        frozen=True,
        env_ignore_empty=True,
        validate_default=False,
        allow_inf_nan=False,
    )

    data_dir: Place = Field(default=Path("data"), description="where voices and caches are kept")
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="database of the voices; SQLite in the data folder when unset",
    )
    database_timeout_s: float = Field(
        default=2.0, gt=0, le=60, description="longest wait for the database"
    )
    api_keys: Secrets = Field(
        default=(), description="keys that open the door, separated by commas"
    )
    insecure: bool = Field(default=False, description="serve beyond this machine without any keys")
    allowed_hosts: Names = Field(
        default=(),
        description="Host names accepted while there are no keys; this machine's own always are",
    )
    cors_origins: Origins = Field(
        default=(),
        description="web pages whose scripts may call this server, as origins such as"
        " http://127.0.0.1:8000, separated by commas; * means all and goes without keys only",
    )
    default_voice: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="voice of requests that name none, the engine's own when unset; what"
        " default_voice_wav is cloned as",
    )
    default_voice_wav: Place | None = Field(
        default=None, description="recording the default voice is cloned from, once, at start"
    )
    default_language: Language = Field(
        default="en", description="language of requests that name none"
    )
    unknown_voice: Literal["refuse", "default"] | None = Field(
        default=None,
        description="what becomes of a voice nobody knows; refuse when unset, or default where"
        " default_voice_wav is set",
    )
    voice_names: NamesOfVoices = Field(
        default=(),
        description="further names for voices, or other voices for the names of OpenAI and"
        " ElevenLabs, as name=voice, separated by commas",
    )
    preload_voices: Names = Field(
        default=(), description="voices in memory before the first request, separated by commas"
    )
    voices_dir: Place | None = Field(
        default=None,
        description="folder whose recordings and voice files are brought in once, at start",
    )
    require_consent: bool = Field(
        default=False, description="refuse a voice saved without its speaker's consent"
    )
    calibrate_voices: bool = Field(
        default=True,
        description="let each new voice speak one line while the engine is idle: its loudness is"
        " learnt of it, and it is kept as the voice's preview",
    )
    recent_voices: int = Field(
        default=100, ge=1, le=100_000, description="voices kept in memory for their next use"
    )
    recent_voices_ttl_s: float = Field(
        default=3600, gt=0, le=31_536_000, description="seconds a voice stays in memory unused"
    )
    audio_cache: Literal["auto", "off", "memory", "disk", "redis"] = Field(
        default="auto",
        description="where spoken lines are kept; disk and redis have memory in front of them,"
        " auto is disk for XTTS and memory for the embedded engine",
    )
    audio_cache_mb: int = Field(
        default=64, ge=1, le=65_536, description="MiB of spoken lines in memory"
    )
    audio_cache_disk_mb: int = Field(
        default=1024, ge=1, le=10_485_760, description="MiB of spoken lines on disk"
    )
    audio_cache_ttl_s: float = Field(
        default=3600, gt=0, le=31_536_000, description="seconds a spoken line is kept in memory"
    )
    audio_cache_dir: Place | None = Field(
        default=None, description="folder of spoken lines; in the data folder when unset"
    )
    ffmpeg: Place | None = Field(
        default=None, description="the ffmpeg to use instead of the bundled one"
    )
    longest_text: int = Field(
        default=20_000, ge=1, le=1_000_000, description="characters in one request"
    )
    longest_clip_s: float = Field(
        default=60.0, ge=3, le=600, description="seconds in one reference clip"
    )
    largest_upload_mb: int = Field(default=32, ge=1, le=1024, description="MiB in one upload")
    longest_queue: int = Field(
        default=512, ge=1, le=100_000, description="lines waiting for the engine"
    )
    request_timeout_s: float = Field(
        default=30.0, gt=0, le=600, description="time for a body to arrive"
    )
    stall_timeout_s: float = Field(
        default=60.0,
        gt=0,
        le=3600,
        description="time a listener may leave sound unread before the stream is cut",
    )
    drain_s: int = Field(
        default=30, ge=1, le=3600, description="time for streams to end after SIGTERM"
    )
    max_connections: int = Field(
        default=2048, ge=1, le=100_000, description="open connections at a time"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="how much is logged"
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="for people, or for machines"
    )

    @field_validator("cors_origins")
    @classmethod
    def _no_keys_for_everyone(cls, origins: tuple[str, ...], told: ValidationInfo) -> Any:
        """A key in a page of a site that nobody named is a key given away."""
        if "*" in origins and told.data.get("api_keys"):
            raise ValueError("cannot be * while there are API keys; name the pages' origins")
        return origins

    @field_validator("audio_cache")
    @classmethod
    def _no_redis_without_one(cls, kind: str, told: ValidationInfo) -> Any:
        if kind == "redis" and "redis_url" in told.data and told.data["redis_url"] is None:
            raise ValueError("needs redis_url, which says where Redis is")
        return kind

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in the clear, for the door alone."""
        return tuple(key.get_secret_value() for key in self.api_keys)

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir.resolve()}/rhapsode.db"

    @property
    def refuses_unknown_voices(self) -> bool:
        """Whether a voice nobody knows is an error; clients of an old system send any id."""
        if self.unknown_voice is None:
            return self.default_voice_wav is None
        return self.unknown_voice == "refuse"

    def audio_cache_kind(self, engine: str) -> Literal["off", "memory", "disk", "redis"]:
        """Where spoken lines are kept, once auto has been decided for the engine that speaks."""
        if self.audio_cache == "auto":
            # The embedded engine speaks a line sooner than a disk finds it.
            return "disk" if engine == "xtts" else "memory"
        return self.audio_cache

    @property
    def largest_upload_bytes(self) -> int:
        """How much a caller may upload at once."""
        return self.largest_upload_mb * _MIB

    @property
    def audio_cache_bytes(self) -> int:
        """Room for spoken lines in memory."""
        return self.audio_cache_mb * _MIB

    @property
    def audio_cache_disk_bytes(self) -> int:
        """Room for spoken lines on disk."""
        return self.audio_cache_disk_mb * _MIB

    @property
    def audio_cache_redis_bytes(self) -> int:
        """Room for spoken lines in Redis."""
        return self.audio_cache_redis_mb * _MIB

    @property
    def recordings_dir(self) -> Path:
        """The folder of spoken lines."""
        return self.audio_cache_dir or self.data_dir / "recordings"

    @property
    def jobs_dir(self) -> Path:
        """The folder of jobs."""
        return self.data_dir / "jobs"

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)
