"""Latents into sound as they come: no layer ever reads or makes a row of a line twice."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from adapters.xtts.vocoder.batch import beside, own
from adapters.xtts.vocoder.convolution import packs
from adapters.xtts.vocoder.frames import Frames, Rise, Stretch
from adapters.xtts.vocoder.layers import SLOPE, Convolution, Form, Stage, Window
from adapters.xtts.vocoder.tape import Tape

_LAST_SLOPE = 0.01
_PATIENCE = 12
"""Frames, or what becomes them, that the first sound needs."""


class Fidelity(StrEnum):
    """What the vocoder computes in."""

    FP32 = "fp32"
    MIXED = "mixed"
    """bfloat16 in all stages but the last, which is where its noise would be heard."""


class Vocoder:
    """coqui's HiFi-GAN decoder with its weights folded; any number of tapes may run through it."""

    def __init__(
        self,
        decoder: Any,
        fidelity: Fidelity = Fidelity.FP32,
        device: torch.device | None = None,
    ) -> None:
        generator = decoder.waveform_decoder
        device = device or generator.conv_pre.weight.device
        fine = Form(torch.float32, device)
        coarse = fine if fidelity is Fidelity.FP32 else Form(torch.bfloat16, device)
        with torch.inference_mode():
            self._voice = [_added(layer, fine) for layer in _listeners(generator)]
            self._before = Convolution(generator.conv_pre, fine)
            self._stages = _stages(generator, coarse, fine)
            self._after = Convolution(generator.conv_post, fine, 1.0 / generator.num_kernels)
        self._batches = fidelity is Fidelity.FP32 and not packs(device)
        self._width: int = generator.conv_pre.in_channels
        self.frames = Frames(
            stretches=_stretches(decoder),
            before=self._before.reach,
            rises=tuple(Rise(s.up.factor, s.up.overlap, s.reach) for s in self._stages),
            after=self._after.reach,
        )

    @torch.inference_mode()
    def tape(self, speaker: Tensor, speed: float = 1.0) -> Tape:
        """Begin a line of a speaker, given as an embedding of coqui's speaker encoder."""
        first, *others = (
            torch.addmv(bias, weight, speaker.flatten().to(bias)) for weight, bias in self._voice
        )
        ups = [stage.up.bias(voice) for stage, voice in zip(self._stages, others, strict=True)]
        biases = (self._before.bias(first), *ups)
        return Tape(speed, self.frames.course(speed), self._width, biases)

    @torch.inference_mode()
    def speak(self, tape: Tape, *, last: bool = False) -> Tensor:
        """Return the samples that are exact by now and were not returned yet; `last` ends it."""
        rows = self._next(tape, last=last)
        return tape.biases[0].new_zeros(0) if rows is None else self._alone(tape, rows, last=last)

    @torch.inference_mode()
    def speak_together(self, tapes: Sequence[Tape], lasts: Sequence[bool]) -> list[Tensor]:
        """Return what `speak` returns for each tape; those whose windows are alike share a pass.

        Where this fails some tapes may have gone on and others not.
        """
        if not self._batches:
            return [self.speak(tape, last=last) for tape, last in zip(tapes, lasts, strict=True)]
        made = [tape.biases[0].new_zeros(0) for tape in tapes]
        alike: dict[tuple[bool, bool, int], dict[int, Tensor]] = {}
        for at, (tape, last) in enumerate(zip(tapes, lasts, strict=True)):
            first = tape.samples == 0
            if (rows := self._next(tape, last=last)) is not None:
                alike.setdefault((first, last, len(rows)), {})[at] = rows
        for (_, last, _), rows_of in alike.items():
            some = [tapes[at] for at in rows_of]
            sounds = self._beside(some, tuple(rows_of.values()), last=last)
            for at, samples in zip(rows_of, sounds, strict=True):
                made[at] = samples
        return made

    def _next(self, tape: Tape, *, last: bool) -> Tensor | None:
        """Return the frames of the next window; None if no sample is exact yet."""
        known = self.frames.all if last else self.frames.exact
        stop = known(tape.latents, tape.speed)
        if stop == 0 or not (last or self.frames.samples(stop) > tape.samples):
            return None
        return tape.take(stop)

    def _alone(self, tape: Tape, rows: Tensor, *, last: bool) -> Tensor:
        window = Window(tape.tails, first=tape.samples == 0, last=last)
        samples = self._sound(rows, tape.biases, window)
        tape.tails = window.tails
        tape.samples += len(samples)
        return samples

    def _beside(
        self, tapes: Sequence[Tape], rows: Sequence[Tensor], *, last: bool
    ) -> Iterable[Tensor]:
        if len(tapes) == 1:
            return [self._alone(tapes[0], rows[0], last=last)]
        tails, biases = beside(tapes)
        window = Window(tails, first=tapes[0].samples == 0, last=last)
        sounds = self._sound(torch.stack(list(rows)), biases, window)
        for tape, kept in zip(tapes, own(window.tails, len(tapes)), strict=True):
            tape.tails = kept
            tape.samples += sounds.shape[1]
        return sounds

    def _sound(self, rows: Tensor, biases: Sequence[Tensor], window: Window) -> Tensor:
        made = self._before(self._before.join(window, rows), bias=biases[0], slope=SLOPE)
        for stage, bias in zip(self._stages, biases[1:], strict=True):
            slope = _LAST_SLOPE if stage is self._stages[-1] else SLOPE
            made = functional.leaky_relu_(stage(made, window, bias), slope)
        return torch.tanh_(self._after(self._after.join(window, made))).flatten(-2)


def _stages(generator: Any, coarse: Form, fine: Form) -> list[Stage]:
    """The sum of a stage's blocks is divided in the weights of what reads it."""
    each = generator.num_kernels
    last = generator.num_upsamples - 1
    return [
        Stage(
            up,
            generator.resblocks[at * each : (at + 1) * each],
            coarse if at < last else fine,
            1.0 / each if at else 1.0,
        )
        for at, up in enumerate(generator.ups)
    ]


def _listeners(generator: Any) -> list[Any]:
    """The layers that tell the others whose voice it is."""
    return [generator.cond_layer, *generator.conds]


def _added(layer: Any, form: Form) -> tuple[Tensor, Tensor]:
    return form.of(layer.weight[:, :, 0]), form.of(layer.bias)


def _stretches(decoder: Any) -> tuple[Stretch, ...]:
    factors = (
        decoder.ar_mel_length_compression / decoder.output_hop_length,
        decoder.output_sample_rate / decoder.input_sample_rate,
    )
    return tuple(Stretch(factor, _PATIENCE) for factor in factors if factor != 1.0)
