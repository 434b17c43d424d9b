"""What a server takes over Redis: nothing unless it is told where one is."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from adapters.memory.relay import MemoryRelay
from adapters.redis.audio import RedisAudioCache
from adapters.redis.relay import RedisRelay
from application.remembering import RememberingEngine, Tiers
from entrypoints.container import Container
from entrypoints.settings import Settings, SettingsError
from tests.redis_servers import nobody


def container(folder: Path, url: str | None = None, **settings: Any) -> Container:
    redis_url = None if url is None else SecretStr(url)
    return Container(settings=Settings(data_dir=folder, redis_url=redis_url, **settings))


def test_without_an_address_sound_is_relayed_in_memory(tmp_path: Path) -> None:
    chosen = container(tmp_path)
    assert chosen.redis() is None
    assert isinstance(chosen.relay(), MemoryRelay)


def test_with_one_it_comes_over_redis_and_lines_stay_where_they_were(tmp_path: Path) -> None:
    chosen = container(tmp_path, nobody())
    assert isinstance(chosen.relay(), RedisRelay)
    assert chosen.relay() is chosen.relay()
    assert chosen.audio_cache() == "memory"


def test_lines_in_redis_have_memory_in_front_of_them(tmp_path: Path) -> None:
    chosen = container(tmp_path, nobody(), audio_cache="redis")
    tiers = chosen.recordings()
    assert isinstance(tiers, Tiers)
    assert tiers.above is chosen.memory_recordings()
    assert isinstance(tiers.below, RedisAudioCache)
    assert isinstance(chosen.engine(), RememberingEngine)


@pytest.mark.parametrize("given", [{}, {"redis_url": None}])
def test_lines_in_redis_without_an_address_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="needs redis_url, which says where Redis is"):
        Settings(audio_cache="redis", **given)


@pytest.mark.parametrize("url", ["cache:6379", "http://:sesame@cache", "redis://cache:port"])
def test_what_is_no_address_is_refused_and_no_password_is_told(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="redis_url is no address of a Redis") as refused:
        container(tmp_path, url).redis()
    assert "sesame" not in str(refused.value)


def test_a_library_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [*sys.modules]:
        if name.startswith(("adapters.redis", "entrypoints.redis_parts")):
            monkeypatch.delitem(sys.modules, name)
    for name in ("redis", "redis.asyncio", "redis.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SettingsError) as refused:
        container(tmp_path, "redis://127.0.0.1").redis()
    assert "pip install '.[redis]'" in str(refused.value)


def test_a_server_without_redis_loads_nothing_of_it() -> None:
    script = "import sys, entrypoints.server; sys.exit('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=50).returncode == 0
