"""Settings of Redis: where it is, and what is asked of it."""

from pydantic import BaseModel, Field, SecretStr


class RedisFields(BaseModel):
    """What processes share."""

    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis that is told of events, carries sound to relay, and keeps spoken lines"
        " where audio_cache is redis; nothing is dialled when unset",
    )
    redis_prefix: str = Field(
        default="rhapsode",
        pattern=r"^[A-Za-z0-9_.:-]{1,64}$",
        description="what the names of our keys and channels in Redis begin with",
    )
    redis_patience_ms: int = Field(
        default=50, ge=1, le=5000, description="longest wait for a spoken line out of Redis"
    )
    audio_cache_redis_mb: int = Field(
        default=256, ge=1, le=1_048_576, description="MiB of spoken lines in Redis"
    )
    audio_cache_redis_ttl_s: float = Field(
        default=86_400,
        gt=0,
        le=31_536_000,
        description="seconds a spoken line stays in Redis unheard",
    )
