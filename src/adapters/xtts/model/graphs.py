"""Steps that a GPU repeats from a recording; where there is none, they are taken call by call."""

import logging
from collections.abc import Sequence

import torch
from torch import Tensor

from adapters.xtts.model.static import Shape, StaticStep

log = logging.getLogger(__name__)

_TRIES = 3
"""Libraries lay out their own memory in the first, and choose their kernels."""


class Graphs:
    """One recording for each number of slots and each length that is read of them."""

    def __init__(self, step: StaticStep) -> None:
        self._step = step
        self._recorded: dict[Shape, torch.cuda.CUDAGraph] = {}

    def step(
        self, rows: Sequence[int], tokens: Tensor, places: Sequence[int]
    ) -> tuple[Tensor, Tensor]:
        """Read one token a slot, each at its own place; return next latents and their logits."""
        shape = self._step.give(rows, tokens, places)
        if (recorded := self._recorded.get(shape)) is not None:
            recorded.replay()
        else:
            self._step.run(shape)
        return self._step.take(rows)

    def record(self) -> None:
        """Record every shape, or none: what cannot be recorded is slower, and as good."""
        if self._step.device.type != "cuda":
            return
        self._step.rest()
        try:
            self._recorded = _recorded(self._step)
        except RuntimeError as error:
            log.warning("steps cannot be recorded, and are taken call by call (%s)", error)


def _recorded(step: StaticStep) -> dict[Shape, torch.cuda.CUDAGraph]:
    # Results are copied out of a recording before the next is played: all may share their memory.
    pool, stream = torch.cuda.graph_pool_handle(), torch.cuda.Stream(step.device)  # type: ignore[no-untyped-call]
    made = {}
    for shape in step.shapes:
        _try(step, shape, stream)
        made[shape] = torch.cuda.CUDAGraph()
        # A recording that fails does not give the stream back by itself.
        with (
            torch.cuda.stream(torch.cuda.current_stream(step.device)),
            # The vocoder's thread may be at work, which is no fault of the recording.
            torch.cuda.graph(made[shape], pool, stream, capture_error_mode="thread_local"),
        ):
            step.run(shape)
    return made


def _try(step: StaticStep, shape: Shape, stream: torch.cuda.Stream) -> None:
    stream.wait_stream(torch.cuda.current_stream(step.device))
    with torch.cuda.stream(stream):
        for _ in range(_TRIES):
            step.run(shape)
    torch.cuda.current_stream(step.device).wait_stream(stream)
