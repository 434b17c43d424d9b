"""Which pages of other sites may call this server from a browser."""

from litestar.config.cors import CORSConfig

from entrypoints.settings import Settings

_TOLD = [
    *("X-Session-Id", "X-Sample-Rate", "X-Request-Id", "X-Engine", "X-Synthetic-Audio"),
    *("X-Warnings", "X-SSML-Warnings", "X-Clip-Warnings", "Location", "Retry-After"),
]


def cors(settings: Settings) -> CORSConfig | None:
    """Return what browsers are told; nothing where no origin is named. Cookies are never asked."""
    if not settings.cors_origins:
        return None
    return CORSConfig(allow_origins=list(settings.cors_origins), expose_headers=_TOLD)
