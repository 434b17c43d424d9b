"""A checkpoint read from disk into coqui's own classes: whole, and from nobody's pickles."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from typing_extensions import override

from adapters.xtts.files import ModelFiles
from adapters.xtts.model.torchaudio_cpu import mend
from domain.audio import Samples
from domain.errors import ModelUnusableError

mend()

from TTS.tts.configs.xtts_config import XttsConfig  # noqa: E402 - torchaudio is mended first
from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer  # noqa: E402
from TTS.tts.models.xtts import Xtts, _legacy_safe_globals  # noqa: E402

_UNUSED = ("torch_mel_spectrogram_style_encoder.", "torch_mel_spectrogram_dvae.", "dvae.")
_TRAINER = "xtts."
_FILLERS = frozenset({"normal_", "uniform_", "kaiming_normal_", "kaiming_uniform_"})


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The model as coqui builds it, its built-in speakers, and the hash of its weights."""

    model: Xtts
    speakers: Mapping[str, Mapping[str, Samples]]
    sha256: str


def load(files: ModelFiles, expected_sha256: str | None = None) -> Checkpoint:
    """Read a model; `ModelUnusableError` says in one sentence what is wrong with its files."""
    sha256 = _hashed(files.weights)
    if expected_sha256 is not None and sha256 != expected_sha256.lower():
        msg = f"has the SHA-256 {sha256}, not the {expected_sha256} asked for"
        raise ModelUnusableError(str(files.weights), msg)
    model = _built(_config(files.config), files.vocabulary)
    _fill(model, _weights(files.weights), files.weights)
    model.train(mode=False)
    return Checkpoint(model, _speakers(files.speakers, model.gpt.model_dim), sha256)


class _Unfilled(TorchFunctionMode):
    """Leaves new weights as they are: they are replaced at once, and dice take 8 s."""

    @override
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__name__", "") in _FILLERS:
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)


def _hashed(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnusableError(str(path), f"cannot be read ({error.strerror})") from error


def _config(path: Path) -> XttsConfig:
    config = XttsConfig()
    try:
        kind = json.loads(path.read_text("utf-8"))["model"]
        if kind == "xtts":
            config.load_json(str(path))
    except OSError as error:
        raise ModelUnusableError(str(path), f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnusableError(str(path), "is not the config.json of an XTTS model") from error
    if kind != "xtts":
        raise ModelUnusableError(str(path), f"describes a {kind!r} model, not xtts")
    if not config.model_args.gpt_use_perceiver_resampler:
        raise ModelUnusableError(str(path), "describes version 1 of XTTS; version 2 is needed")
    return config


def _built(config: XttsConfig, vocabulary: Path) -> Xtts:
    try:
        tokenizer = VoiceBpeTokenizer(vocab_file=str(vocabulary))
    except Exception as error:  # the library in Rust raises nothing narrower
        reason = "cannot be read as a vocabulary of the tokenizers library"
        raise ModelUnusableError(str(vocabulary), reason) from error
    # The tokenizer knows it better, and a model is not built twice.
    config.model_args.gpt_number_text_tokens = None
    with _Unfilled():
        model = Xtts(config)
        model.tokenizer = tokenizer
        model.init_models()
    return model


def _weights(path: Path) -> dict[str, torch.Tensor]:
    saved = _unpickled(path)
    weights = saved.get("model") if isinstance(saved, dict) else None
    if not isinstance(weights, dict) or not all(map(torch.is_tensor, weights.values())):
        raise ModelUnusableError(str(path), "holds no weights of a model")
    named = {name.removeprefix(_TRAINER): tensor for name, tensor in weights.items()}
    return {name: tensor for name, tensor in named.items() if not name.startswith(_UNUSED)}


def _unpickled(path: Path) -> Any:
    try:
        with _legacy_safe_globals():
            return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except UnpicklingError as error:
        reason = "holds more than weights, which could run as a program"
        raise ModelUnusableError(str(path), reason) from error
    except (OSError, RuntimeError, ValueError, EOFError, KeyError) as error:
        raise ModelUnusableError(str(path), "is truncated or not a checkpoint of torch") from error


def _fill(model: Xtts, weights: dict[str, torch.Tensor], path: Path) -> None:
    """Put the weights into the model; checkpoints of version 1 carry keys that are not needed."""
    wanted = model.state_dict()
    missing = sorted(wanted.keys() - weights.keys())
    if missing:
        reason = f"lacks {len(missing)} of the weights its config asks for, {missing[0]} among them"
        raise ModelUnusableError(str(path), reason)
    for name, tensor in wanted.items():
        if weights[name].shape != tensor.shape:
            reason = (
                f"has {name} in the shape {tuple(weights[name].shape)},"
                f" not {tuple(tensor.shape)} as its config says"
            )
            raise ModelUnusableError(str(path), reason)
    model.load_state_dict({name: weights[name].float() for name in wanted}, assign=True)
    for parameter in model.parameters():
        parameter.requires_grad_(requires_grad=False)


def _speakers(path: Path | None, width: int) -> dict[str, Mapping[str, Samples]]:
    """Return the built-in speakers by name, in the shapes that clients know."""
    if path is None:
        return {}
    saved = _unpickled(path)
    try:
        speakers: dict[str, Mapping[str, Samples]] = {
            str(name): {
                "gpt_cond_latent": kept["gpt_cond_latent"].float().squeeze(0).numpy(),
                "speaker_embedding": kept["speaker_embedding"].float().flatten().numpy(),
            }
            for name, kept in saved.items()
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise ModelUnusableError(str(path), "holds no speakers of an XTTS model") from error
    for name, arrays in speakers.items():
        shapes = arrays["gpt_cond_latent"].shape, arrays["speaker_embedding"].shape
        if shapes[0][1:] != (width,) or shapes[1] != (512,):
            reason = f"holds the speaker {name!r} in the shapes {shapes}, of another model"
            raise ModelUnusableError(str(path), reason)
    return speakers
