"""Checkpoint folders like those people download, a small and a full one, with random weights."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.trainers import BpeTrainer

from adapters.xtts.files import ModelFiles
from adapters.xtts.model.torchaudio_cpu import mend
from domain.language import XTTS_LANGUAGES

mend()

from TTS.tts.configs.xtts_config import XttsConfig  # noqa: E402 - torchaudio is mended first
from TTS.tts.models.xtts import Xtts  # noqa: E402

_TASTE: dict[str, float] = {
    "temperature": 0.75,
    "repetition_penalty": 5.0,
    "gpt_cond_len": 30,
    "gpt_cond_chunk_len": 4,
    "max_ref_len": 30,
}
_CORPUS = (
    "three small boats were waiting for the morning tide",
    "the keeper of the lighthouse counted them twice and wrote the number into his book",
    "nothing moved on the water until the first of them raised a grey sail",
    "there is a bakery at the harbour where the coffee is strong and the bread is warm",
)


@dataclass(frozen=True)
class Size:
    """How large a checkpoint is; everything not named here is as in the real one."""

    layers: int
    width: int
    heads: int
    text_tokens: int

    def arguments(self) -> dict[str, int]:
        return {
            "gpt_layers": self.layers,
            "gpt_n_model_channels": self.width,
            "gpt_n_heads": self.heads,
            "decoder_input_dim": self.width,
            "gpt_num_audio_tokens": 1026,
            "gpt_start_audio_token": 1024,
            "gpt_stop_audio_token": 1025,
            "gpt_max_text_tokens": 402,
            "gpt_max_prompt_tokens": 70,
            "gpt_use_perceiver_resampler": True,
        }


STOP = 1025
ENDLESS = MappingProxyType({STOP: -100.0})
TALKATIVE = MappingProxyType({STOP: 3.5})
"""Ends a line after a second or two."""
SMALL = Size(layers=2, width=128, heads=2, text_tokens=300)
FULL = Size(layers=30, width=1024, heads=16, text_tokens=6681)


def build(
    folder: Path,
    size: Size = SMALL,
    *,
    seed: int = 1,
    leanings: Mapping[int, float] = TALKATIVE,
    loudness: float = 0.2,
) -> Path:
    """Write config.json, model.pth, vocab.json and speakers_xtts.pth.

    Leanings make the model draw some tokens more or less often than its random weights would.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_vocabulary(folder / "vocab.json", size.text_tokens)
    config = XttsConfig()
    for name, value in size.arguments().items():
        setattr(config.model_args, name, value)
    for name, taste in _TASTE.items():
        setattr(config, name, taste)
    config.model_args.tokenizer_file = str(folder / "vocab.json")
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        model = _model(config, folder / "vocab.json", loudness)
        for token, leaning in leanings.items():
            model.gpt.mel_head.bias.data[token] = leaning
        torch.save({"model": model.state_dict(), "config": _plain(config)}, folder / "model.pth")
        torch.save(_speakers(size), folder / "speakers_xtts.pth")
    (folder / "config.json").write_text(json.dumps(_plain(config)))
    return folder


def named(folder: Path) -> ModelFiles:
    """Return the files of a folder that `build` wrote."""
    names = ("config.json", "model.pth", "vocab.json", "speakers_xtts.pth")
    return ModelFiles(*(folder / name for name in names))


def _plain(config: XttsConfig) -> Mapping[str, Any]:
    plain: dict[str, Any] = config.to_dict()
    plain["model_args"]["tokenizer_file"] = ""
    return plain


def _model(config: XttsConfig, vocabulary: Path, loudness: float) -> Xtts:
    """Random weights that still speak: tokens far apart, sound of a usual loudness."""
    model = Xtts(config)
    model.tokenizer = type(model.tokenizer)(vocab_file=str(vocabulary))
    model.init_models()
    model.mel_stats.uniform_(0.5, 1.5)
    for module in model.gpt.gpt.modules():
        if hasattr(module, "bias") and isinstance(module.bias, torch.nn.Parameter):
            module.bias.data.normal_(std=0.02)
    model.gpt.mel_head.weight.data.mul_(4.0)
    generator = model.hifigan_decoder.waveform_decoder
    with torch.inference_mode():
        heard = generator(torch.randn(1, config.model_args.decoder_input_dim, 20), g=_embedding())
    generator.conv_post.weight.data.mul_(loudness / heard.std().item())
    return model


def _embedding() -> torch.Tensor:
    return torch.nn.functional.normalize(torch.randn(1, 512, 1), dim=1)


def _speakers(size: Size) -> dict[str, dict[str, torch.Tensor]]:
    return {
        name: {
            "gpt_cond_latent": torch.randn(1, 32, size.width) * 0.5,
            "speaker_embedding": _embedding(),
        }
        for name in ("Ana Florence", "Claribel Dervla", "Damien Black")
    }


def _write_vocabulary(path: Path, tokens: int) -> None:
    special = ["[STOP]", "[UNK]", "[SPACE]", "[START]", *(f"[{name}]" for name in XTTS_LANGUAGES)]
    tokenizer = Tokenizer(BPE(unk_token="[UNK]"))  # noqa: S106 - a token of text
    tokenizer.pre_tokenizer = Whitespace()
    alphabet = list("abcdefghijklmnopqrstuvwxyzäöüß0123456789.,;:!?'-")
    trainer = BpeTrainer(
        vocab_size=tokens,
        special_tokens=special,
        initial_alphabet=alphabet,
        min_frequency=1,
        show_progress=False,
    )
    tokenizer.train_from_iterator(_CORPUS, trainer)
    while (missing := tokens - tokenizer.get_vocab_size()) > 0:
        tokenizer.add_tokens([f"⟨{number}⟩" for number in range(missing)])
    tokenizer.save(str(path))


def leader(model: Xtts) -> torch.Tensor:
    """A voice's latents for a model, the same on every call."""
    dice = torch.Generator().manual_seed(3)
    return torch.randn(32, model.gpt.model_dim, generator=dice) * 0.5
