"""What XTTS needs to sound like somebody, learnt from clips in steps that others speak between."""

import math
from collections.abc import Generator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from adapters.xtts import messages
from adapters.xtts.model.torchaudio_cpu import mend
from domain.audio import Pcm, Samples
from domain.errors import ClipRefusedError

mend()

from torchaudio.transforms import MelSpectrogram, Resample  # noqa: E402
from TTS.tts.models.xtts import Xtts  # noqa: E402 - torchaudio is mended first

_RATE_HZ = 22_050
_ENCODER_HZ = 16_000
_SHORTEST_S = 0.33
_NORMAL_PEAK = 0.75
_QUIETEST_MEL = 1e-5
_QUIETEST_BAND = 1e-6
_LEAST_VARIANCE = 1e-5
_LARGEST_KERNEL = 2**22
_USUAL_STEP_HZ = 50
# sound behind the last second that is used still reaches it through the resampling filter
_MARGIN_S = 1

Steps = Generator[None, None, Tensor]


class Conditioning:
    """Learns voices with coqui's networks; of the model it keeps only those.

    Settings left out are the checkpoint's: how many seconds of all clips together the latents are
    learnt from (0 for all), how many at a time, and how many of each clip are used.
    """

    def __init__(self, model: Xtts, wanted: messages.Conditioning | None = None) -> None:
        config, wanted = model.config, wanted or messages.Conditioning()
        self._learnt_s: int = _chosen(wanted.gpt_cond_len, config.gpt_cond_len)
        self._chunk_s: int = _chosen(wanted.gpt_cond_chunk_len, config.gpt_cond_chunk_len)
        self._longest_s: int = _chosen(wanted.max_ref_len, config.max_ref_len)
        self._one_loudness = bool(config.sound_norm_refs)
        self._listener = model.gpt.conditioning_encoder
        self._perceiver = model.gpt.conditioning_perceiver
        self._encoder = model.hifigan_decoder.speaker_encoder
        self._mel_norms = model.mel_stats.cpu()[None, :, None]
        self._mel = MelSpectrogram(
            sample_rate=_RATE_HZ,
            n_fft=2048,
            win_length=1024,
            hop_length=256,
            f_max=8000.0,
            n_mels=80,
            power=2.0,
            norm="slaney",
        )

    @property
    def lengths_s(self) -> tuple[int, int, int]:
        """What a timbre depends on beside the clips and the model."""
        return self._learnt_s, self._chunk_s, self._longest_s

    @torch.inference_mode()
    def learn(self, clips: Sequence[Pcm]) -> Generator[None, None, dict[str, Samples]]:
        """Return `gpt_cond_latent` and `speaker_embedding`; each `yield` ends a step.

        `ClipRefusedError` says which clip no voice can be learnt from, and why.
        """
        if not clips:
            raise ClipRefusedError("There is no clip; send a recording of the speaker.")
        heard: list[Tensor] = []
        embeddings: list[Tensor] = []
        for clip in clips:
            heard.append(self._heard(clip))
            yield
            embeddings.append((yield from self._embedding(heard[-1])))
        latent = yield from self._latent(torch.cat(heard, dim=-1))
        embedding = torch.stack(embeddings).mean(dim=0)
        return {"gpt_cond_latent": _kept(latent), "speaker_embedding": _kept(embedding)}

    def _heard(self, clip: Pcm) -> Tensor:
        """Return what is used of a clip, as the networks want to hear it."""
        if clip.seconds < _SHORTEST_S:
            msg = (
                f"The clip lasts {clip.seconds:.2f} s; XTTS learns no voice from less than 0.33 s."
            )
            raise ClipRefusedError(msg)
        samples = clip.samples[: (self._longest_s + _MARGIN_S) * clip.rate_hz]
        if not np.isfinite(samples).all():
            raise ClipRefusedError("The clip holds samples that are not numbers; export it again.")
        # a copy: what is on loan from another process may be read-only
        sound = torch.from_numpy(np.array(samples, dtype=np.float32))[None]
        resampled: Tensor = _resampler(_usual(clip.rate_hz), _RATE_HZ)(sound)
        used = resampled[:, : self._longest_s * _RATE_HZ].clip(-1, 1)
        peak = used.abs().max()
        if peak == 0:
            raise ClipRefusedError("The clip is silent; send a recording of the speaker.")
        return used / peak * _NORMAL_PEAK if self._one_loudness else used

    def _embedding(self, sound: Tensor) -> Steps:
        """Return [512], by the parts of the speaker encoder: the whole takes half a second."""
        net = self._encoder
        bands = net.torch_spec(self._placed(_resampler(_RATE_HZ, _ENCODER_HZ)(sound)))
        image = net.instancenorm((bands + _QUIETEST_BAND).log())[:, None]
        yield
        image = net.bn1(net.relu(net.conv1(image)))
        yield
        for layer in (net.layer1, net.layer2, net.layer3, net.layer4):
            for block in layer:
                image = yield from _through(block, image)
        frames = image.flatten(1, 2)
        weight = net.attention(frames)
        mean = (frames * weight).sum(dim=2)
        variance = (frames.square() * weight).sum(dim=2) - mean.square()
        spread = variance.clamp(min=_LEAST_VARIANCE).sqrt()
        direction: Tensor = net.fc(torch.cat((mean, spread), dim=1))[0]
        unit: Tensor = direction / direction.norm()
        return unit

    def _latent(self, sound: Tensor) -> Steps:
        """Return [32, width], the mean of what each stretch of the sound says."""
        if self._learnt_s > 0:
            sound = sound[:, : self._learnt_s * _RATE_HZ]
        said: list[Tensor] = []
        for stretch in torch.split(sound, self._chunk_s * _RATE_HZ, dim=-1):
            if not said or stretch.shape[-1] >= _SHORTEST_S * _RATE_HZ:
                said.append((yield from self._said(stretch)))
        return torch.stack(said).mean(dim=0)

    def _said(self, stretch: Tensor) -> Steps:
        mel: Tensor = self._mel(stretch).clamp(min=_QUIETEST_MEL).log() / self._mel_norms
        yield
        frames: Tensor = self._listener.init(self._placed(mel))
        for block in self._listener.attn:
            frames = block(frames)
            yield
        latent: Tensor = self._perceiver(frames.transpose(1, 2))[0]
        yield
        return latent

    def _placed(self, sound: Tensor) -> Tensor:
        """Filters run on the processor, networks wherever the model is."""
        return sound.to(next(self._encoder.parameters()).device)


def _chosen(wanted: int | None, otherwise: int) -> int:
    return otherwise if wanted is None else wanted


def _through(block: Any, before: Tensor) -> Steps:
    """One residual block in three steps."""
    after = block.bn1(block.relu(block.conv1(before)))
    yield
    after = block.se(block.bn2(block.conv2(after)))
    yield
    kept = before if block.downsample is None else block.downsample(before)
    image: Tensor = block.relu(after + kept)
    return image


@lru_cache(maxsize=8)
def _resampler(from_hz: int, to_hz: int) -> Resample:
    """Keep the filters; in the precision in which coqui makes them for every clip anew."""
    return Resample(from_hz, to_hz, dtype=torch.float32)


def _usual(rate_hz: int) -> int:
    """Take an odd rate for its neighbour: a filter from 44,101 Hz would fill 4 GB."""
    common = math.gcd(rate_hz, _RATE_HZ)
    if (rate_hz // common) * (_RATE_HZ // common) <= _LARGEST_KERNEL:
        return rate_hz
    return round(rate_hz / _USUAL_STEP_HZ) * _USUAL_STEP_HZ


def _kept(values: Tensor) -> Samples:
    if not bool(values.isfinite().all()):
        raise ClipRefusedError("No voice can be learnt from this clip; send another recording.")
    kept: Samples = np.array(values.cpu().numpy(), dtype=np.float32, order="C")
    return kept
