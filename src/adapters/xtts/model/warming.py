"""The first work of a model: whatever is laid out at first use is, and its pace is taken."""

import sys
import time
from collections.abc import Sequence as Several
from math import inf
from statistics import median

import numpy as np
import torch

from adapters.xtts.model.capacity import Pace
from adapters.xtts.model.chunks import SIZES
from adapters.xtts.model.guards import Fault
from adapters.xtts.model.runner import Runner
from adapters.xtts.model.sequence import Sequence
from adapters.xtts.model.text import Text
from domain.audio import HOUSE_RATE_HZ
from domain.errors import ModelUnusableError
from domain.ports import SpokenLine
from domain.voice import Timbre

LINES = 4
"""Slots that are needed here."""

_TEXT = "One, two, three."
_USUAL = 24
"""Latents of a chunk, once a line is under way."""
_TRIES = 5
_FEW = 8
_NOBODY = np.zeros(512, dtype=np.float32)


def warm(runner: Runner, text: Text, leader: torch.Tensor) -> Pace:
    """Speak chunks of all sizes with one line, then step with four; nobody hears it.

    A model that makes no numbers is found here.
    """
    timbre = Timbre("", {"gpt_cond_latent": leader.numpy(), "speaker_embedding": _NOBODY})
    line = SpokenLine("", 0, _TEXT, text.languages[0], timbre)
    runner.rehearse(SIZES)
    ids = text.ids(line.text, line.language)
    lines = [_read(runner, line, slot, ids) for slot in range(LINES)]
    for size in SIZES:
        _spoken_s(runner, lines[0], size)
    # What was laid out just now is quicker the next time; a bad moment is no measure either.
    steps, sounds = zip(*(_spoken_s(runner, lines[1], _USUAL) for _ in range(_TRIES)), strict=True)
    together = [median(_step_s(runner, lines) for _ in range(_FEW)) for _ in range(_TRIES)]
    for each in lines:
        runner.leave(each)
    return Pace(one_s=min(steps), four_s=min(together), sound_s=min(sounds))


def _read(runner: Runner, line: SpokenLine, slot: int, ids: Several[int]) -> Sequence:
    sequence = Sequence(slot, line, most_tokens=sys.maxsize, most_ahead=sys.maxsize, slot=slot)
    runner.begin(sequence, ids)
    while not sequence.ready:
        runner.read(sequence)
    return sequence


def _spoken_s(runner: Runner, sequence: Sequence, size: int) -> tuple[float, float]:
    """Speak one chunk; returns what a step took, and a second of sound."""
    steps = []
    while sequence.latents - sequence.voiced < size:
        steps.append(_step_s(runner, [sequence]))
    began_s = time.perf_counter()
    (voiced,) = runner.voice([sequence], -inf, lambda _, __: None).result()
    if isinstance(voiced, Exception):
        raise voiced
    took_s = time.perf_counter() - began_s
    runner.settle(sequence, voiced, 0.0)
    _check(sequence)
    return median(steps or [0.0]), took_s * HOUSE_RATE_HZ / max(1, len(voiced.samples))


def _step_s(runner: Runner, sequences: list[Sequence]) -> float:
    began_s = time.perf_counter()
    for _, error in runner.step(sequences):
        raise error
    took_s = time.perf_counter() - began_s
    for each in sequences:
        _check(each)
        each.ended = False
    return took_s


def _check(sequence: Sequence) -> None:
    if sequence.fault is Fault.NUMBERS:
        raise ModelUnusableError("model.pth", "makes latents that are no numbers")
