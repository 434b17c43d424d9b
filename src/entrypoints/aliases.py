"""Settings of the systems Rhapsode replaces: one table of their names, and what each is here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

_PORTS = range(1, 65536)
_YES = frozenset({"1", "true", "t", "yes", "y", "on"})
_NO = frozenset({"0", "false", "f", "no", "n", "off"})

LEIBNIZ = "Leibniz XTTS-v2"
INFERENCE = "XTTS Stream Inference"
SERVER = "XTTS Streaming Server"
WEBSOCKET = "XTTS Streaming WebSocket"

_BY_RAY = "one server needs no balancer and no broker; Ray takes their place where there are many"
_OPEN_DOOR = "theirs is open to everyone; beyond this machine Rhapsode wants keys or --insecure"
_ONE_PORT = "every protocol of Rhapsode has the same port"
_THEIR_FILES = "a path of their own machine or image"


def _as_is(value: str) -> str | None:
    return value


def _yes(value: str) -> bool:
    plain = value.strip().lower()
    if plain not in _YES | _NO:
        raise ValueError("should be true or false")
    return plain in _YES


def _debug(value: str) -> str | None:
    return "debug" if _yes(value) else None


def _cpu(value: str) -> str | None:
    return "cpu" if _yes(value) else None


def _device(value: str) -> str | None:
    return value.strip().lower().removesuffix(":0")


def _switch(value: str) -> str | None:
    _yes(value)
    return None


def _a_port(value: str) -> str | None:
    if not value.isascii() or not value.isdigit() or len(value) > len("65535"):
        raise ValueError("should be a port")
    if int(value) not in _PORTS:
        raise ValueError("should be a port between 1 and 65535")
    return None


@dataclass(frozen=True, slots=True)
class Alias:
    """An old name; a key is written as `section.key` and stands in one of their YAML files.

    `setting` is None where Rhapsode has no such thing: the value is checked and has no effect.
    `meaning` turns their value into ours, or into None when it says nothing. A name that `yields`
    gives way to any other old name of the same setting.
    """

    name: str
    setting: str | None
    system: str
    theirs: str | None = None
    why: str = ""
    where: Literal["variable", "key", "file"] = "variable"
    meaning: Callable[[str], str | None] = _as_is
    yields: bool = False


def _key(
    name: str,
    setting: str | None,
    theirs: str | None = None,
    why: str = "",
    *,
    system: str = f"{INFERENCE}, {WEBSOCKET}",
    meaning: Callable[[str], str | None] = _as_is,
) -> Alias:
    return Alias(name, setting, system, theirs, why, where="key", meaning=meaning)


def _file(name: str, system: str, theirs: str | None = None, why: str = "") -> Alias:
    return Alias(name, None, system, theirs, why, where="file")


ALIASES: tuple[Alias, ...] = (
    Alias("PORT", "port", SERVER, "8000"),
    Alias(
        "DEBUG",
        "log_level",
        SERVER,
        "False",
        "true means debug, false says nothing",
        meaning=_debug,
    ),
    Alias("NUM_THREADS", "threads", SERVER, "number of cores", "unset means the same"),
    Alias(
        "MAX_CONCURRENT_REQUESTS",
        "max_concurrent",
        SERVER,
        "10",
        "sized from the device; the embedded engine needs no bound",
    ),
    Alias("CUSTOM_MODEL_PATH", "model_dir", SERVER),
    Alias("USE_CPU", "device", SERVER, "False", "true means cpu, false says nothing", meaning=_cpu),
    Alias("SPEAKER_CACHE_TTL", "recent_voices_ttl_s", SERVER, "3600"),
    Alias("SPEAKER_CACHE_MAX_SIZE", "recent_voices", SERVER, "100"),
    Alias("PRELOAD_VOICES", "preload_voices", SERVER),
    Alias(
        "VOICES_DIR",
        "voices_dir",
        SERVER,
        "./saved_voices",
        "voices live in the database; a folder is brought in, once, when it is named",
    ),
    Alias(
        "XTTS_MODEL_DIR",
        "model_dir",
        LEIBNIZ,
        "~/.local/share/tts/tts_models--multilingual--multi-dataset--xtts_v2",
        "their folder is looked into first; without a model the embedded engine speaks",
    ),
    Alias(
        "XTTS_MODEL_HOST_DIR",
        "model_dir",
        LEIBNIZ,
        why="the same folder seen from outside their container: gives way to XTTS_MODEL_DIR",
        yields=True,
    ),
    Alias(
        "XTTS_DEVICE",
        "device",
        LEIBNIZ,
        "cuda",
        "auto takes the GPU where there is one and starts without",
        meaning=_device,
    ),
    Alias(
        "LEIBNIZ_XTTS_SPEAKER_WAV",
        "default_voice_wav",
        LEIBNIZ,
        "/app/leibniz_agent/services/ElevenLabs_enigma.wav",
        _THEIR_FILES,
    ),
    Alias("LEIBNIZ_XTTS_LANGUAGE", "default_language", LEIBNIZ, "en"),
    Alias(
        "LEIBNIZ_XTTS_VOICE_ID",
        "default_voice",
        LEIBNIZ,
        "xtts_voice_default",
        "without a default voice the engine's own speaks",
    ),
    Alias(
        "LEIBNIZ_XTTS_STREAM_CHUNK_TOKENS",
        "stream_chunk_size",
        LEIBNIZ,
        "20",
        "the engine chooses: a short first chunk, then growing ones",
    ),
    Alias(
        "LEIBNIZ_TTS_CACHE_DIR",
        "audio_cache_dir",
        LEIBNIZ,
        "/app/audio_cache",
        "a folder in the data folder",
    ),
    Alias(
        "LEIBNIZ_TTS_FASTRTC_CHUNK_MS",
        "packet_ms",
        LEIBNIZ,
        "40",
        "one bound for every socket; it is a longest, not a fixed length",
    ),
    Alias("TTS_STREAMING_PORT", "port", LEIBNIZ, "8005", _ONE_PORT),
    Alias(
        "REDIS_URL",
        "redis_url",
        WEBSOCKET,
        "redis://localhost:6379/0",
        "nothing is dialled that nobody named",
    ),
    Alias("MAX_PACKET_MS", "packet_ms", WEBSOCKET, "60"),
    _file(
        "XTTS_SETTINGS_FILE",
        WEBSOCKET,
        "./config.yaml",
        "without the variable ./config.yaml is read only if it is unmistakably theirs",
    ),
    _file("XTTS_CONFIG_FILE", INFERENCE),
    _file("XTTS_BROKER_CONFIG_FILE", INFERENCE),
    _key("service.host", "host", "0.0.0.0", _OPEN_DOOR),  # noqa: S104 - theirs, not ours
    _key("service.port", "port", "60215", _ONE_PORT),
    _key(
        "service.max_concurrency",
        "max_concurrent",
        "2",
        "sized from the device; the embedded engine needs no bound",
    ),
    _key("service.standalone_mode", None, "true", _BY_RAY, system=INFERENCE, meaning=_switch),
    _key("model.config_path", "model_config_file", "path/to/config.json", _THEIR_FILES),
    _key("model.checkpoint_path", "model_checkpoint_file", "path/to/model.pth", _THEIR_FILES),
    _key("model.tokenizer_path", "model_vocab_file", "path/to/tokenizer.json", _THEIR_FILES),
    _key("model.speaker_wav", "default_voice_wav", "path/to/ref.wav", _THEIR_FILES),
    _key("model.language", "default_language", "ru", "the language of their example"),
    _key("model.device", "device", "auto", meaning=_device),
    _key("broker_host", None, None, _BY_RAY, system=INFERENCE),
    _key("broker_port", None, None, _BY_RAY, system=INFERENCE, meaning=_a_port),
    _key("MAX_PACKET_MS", "packet_ms", "60", system=WEBSOCKET),
)
