"""Does the scheduler's turns: the one place where lines and tensors meet."""

from collections import OrderedDict
from collections.abc import Sequence as Several
from copy import copy
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from adapters.xtts.model.gpt import Gpt
from adapters.xtts.model.guards import Fault, Silence, in_a_loop
from adapters.xtts.model.sampler import Drawn, Sampler, Taste
from adapters.xtts.model.sequence import Sequence
from adapters.xtts.model.slots import Remembered
from adapters.xtts.vocoder.tape import Tape
from adapters.xtts.vocoder.vocoder import Vocoder
from domain.audio import HOUSE_RATE_HZ, Samples
from domain.speech import SpeechSettings
from domain.voice import Timbre

Number = TypeVar("Number", int, float)

_VOICES = 64
"""Voices whose keys and values are kept; each takes 8 MB."""


@dataclass(slots=True)
class _Spoken:
    """The tensors of one line; `latent` and `logits` are those the next token is drawn from."""

    begins_at: int
    first: tuple[Tensor, Tensor]
    latent: Tensor
    logits: Tensor
    tape: Tape
    silence: Silence = field(default_factory=lambda: Silence(HOUSE_RATE_HZ))
    unvoiced: list[Tensor] = field(default_factory=list)


class Runner:
    """Reads texts, draws tokens and makes sound for the lines in the slots."""

    def __init__(
        self, *, gpt: Gpt, vocoder: Vocoder, taste: Taste, slots: int, guarded: bool
    ) -> None:
        self._gpt = gpt
        self._vocoder = vocoder
        self._guarded = guarded
        self.longest_audio = gpt.longest_audio
        self._taste = taste
        # One more slot than lines can have: voices are read there.
        self._slots = gpt.slots(slots + 1)
        self._voice_slot = slots
        self._sampler = Sampler(slots, gpt.audio_tokens, gpt.start_token, gpt.device)
        self._voices: OrderedDict[str, Remembered] = OrderedDict()
        self._spoken: dict[int, _Spoken] = {}

    def read(self, sequence: Sequence, ids: Several[int]) -> None:
        """Read a line's text behind its voice."""
        line, slot = sequence.line, sequence.slot
        self._slots.begin(slot, self._voice(line.timbre))
        latent, logits = self._gpt.prompt(self._slots, slot, ids)
        self._sampler.begin(slot, self._tasted(line.settings), sequence.seed)
        self._spoken[slot] = _Spoken(
            begins_at=self._slots.lengths[slot],
            first=(latent, logits),
            latent=latent,
            logits=logits,
            tape=self._tape(sequence),
        )

    def step(self, sequences: Several[Sequence]) -> None:
        """Draw the next token of each line, and read it where the line goes on."""
        spoken = [self._spoken[each.slot] for each in sequences]
        for each in spoken:
            each.unvoiced.append(each.latent)
        logits = torch.cat([each.logits for each in spoken])
        drawn = self._sampler.draw([each.slot for each in sequences], logits)
        # On a GPU the next step runs while the tokens travel: an end is noticed one step late.
        late = self._gpt.device.type == "cuda"
        if not late:
            self._note(sequences, drawn)
        going_on = [at for at, each in enumerate(sequences) if late or not each.ended]
        if going_on:
            self._go_on([sequences[at] for at in going_on], drawn.tokens[going_on], late=late)
        if late:
            self._note(sequences, drawn)

    def voice(self, sequence: Sequence) -> Samples:
        """Make the sound of all latents that have none yet, as far as it is certain."""
        spoken = self._spoken[sequence.slot]
        before = copy(spoken.tape), sequence.voiced, copy(spoken.silence)
        spoken.tape.add(torch.cat(spoken.unvoiced))
        spoken.unvoiced.clear()
        sequence.voiced = sequence.latents
        samples = self._vocoder.speak(spoken.tape, last=sequence.ended).cpu().numpy()
        if not np.isfinite(samples).all():
            sequence.fault = Fault.NUMBERS
        elif self._guarded and spoken.silence.too_long(samples):
            sequence.fault = Fault.SILENCE
        if sequence.fault is not None:
            # Nobody gets to hear it.
            spoken.tape, sequence.voiced, spoken.silence = before
        return samples

    def retry(self, sequence: Sequence, seed: int) -> None:
        """Throw other dice behind the sound that its listener has; all of it if there is none."""
        spoken, slot = self._spoken[sequence.slot], sequence.slot
        if not sequence.chunks:
            spoken.tape, sequence.voiced = self._tape(sequence), 0
            spoken.silence = Silence(HOUSE_RATE_HZ)
        spoken.unvoiced.clear()
        sequence.restart(seed)
        self._sampler.resume(slot, seed, sequence.tokens)
        self._slots.rewind(slot, spoken.begins_at + max(0, sequence.voiced - 1))
        if sequence.voiced:
            last = torch.tensor(sequence.tokens[-1:], device=self._gpt.device)
            self._go_on([sequence], last, late=False)
        else:
            spoken.latent, spoken.logits = spoken.first

    def leave(self, sequence: Sequence) -> None:
        """Forget a line."""
        self._spoken.pop(sequence.slot, None)

    def _note(self, sequences: Several[Sequence], drawn: Drawn) -> None:
        tokens, sound = drawn.tokens.tolist(), drawn.sound.tolist()
        for each, token, is_sound in zip(sequences, tokens, sound, strict=True):
            each.tokens.append(token)
            each.ended = token == self._gpt.stop_token
            if not is_sound:
                each.fault = Fault.NUMBERS
            elif not each.ended:
                self._guard(each)

    def _guard(self, sequence: Sequence) -> None:
        sequence.ended = sequence.latents >= self.longest_audio
        if self._guarded and sequence.latents >= sequence.most_tokens:
            sequence.fault = Fault.LENGTH
        elif self._guarded and in_a_loop(sequence.tokens):
            sequence.fault = Fault.LOOP

    def _go_on(self, sequences: Several[Sequence], tokens: Tensor, *, late: bool) -> None:
        places = [each.latents + late for each in sequences]
        rows = [each.slot for each in sequences]
        latents, logits = self._gpt.step(self._slots, rows, tokens, places)
        for at, each in enumerate(rows):
            spoken = self._spoken[each]
            spoken.latent, spoken.logits = latents[at : at + 1], logits[at : at + 1]

    def _tape(self, sequence: Sequence) -> Tape:
        arrays = sequence.line.timbre.arrays
        embedding = torch.from_numpy(arrays["speaker_embedding"].copy())
        return self._vocoder.tape(embedding, sequence.line.rate)

    def _voice(self, timbre: Timbre) -> Remembered:
        """Return a voice's keys and values; the oldest make room for new ones."""
        voice = self._voices.pop(timbre.sha256, None)
        if voice is None:
            latent = torch.from_numpy(timbre.arrays["gpt_cond_latent"].copy())
            voice = self._gpt.voice(self._slots, self._voice_slot, latent)
        self._voices[timbre.sha256] = voice
        if len(self._voices) > _VOICES:
            self._voices.popitem(last=False)
        return voice

    def _tasted(self, settings: SpeechSettings) -> Taste:
        """Return what a request asks for, and the checkpoint's own taste for the rest."""
        own = self._taste
        return Taste(
            _given(settings.temperature, own.temperature),
            _given(settings.top_k, own.top_k),
            _given(settings.top_p, own.top_p),
            _given(settings.repetition_penalty, own.repetition_penalty),
        )


def _given(asked: Number | None, own: Number) -> Number:
    return own if asked is None else asked
