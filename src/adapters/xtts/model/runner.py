"""Does what the scheduler says: the one place where lines and tensors meet."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Several
from concurrent.futures import Future
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import TypeVar

import torch
from torch import Tensor

from adapters.xtts.model.booth import Booth, Outcome, Take, Voiced
from adapters.xtts.model.dice import Dice, WrittenDice
from adapters.xtts.model.gpt import Gpt
from adapters.xtts.model.graphs import Graphs
from adapters.xtts.model.guards import Fault, Silence, in_a_loop
from adapters.xtts.model.handover import Handover, Letter, moved
from adapters.xtts.model.manner import Manner
from adapters.xtts.model.sampler import Sampler, Taste
from adapters.xtts.model.sequence import Sequence
from adapters.xtts.model.slots import Remembered
from adapters.xtts.model.static import StaticStep
from adapters.xtts.vocoder.tape import Tape
from adapters.xtts.vocoder.vocoder import Vocoder
from domain.audio import HOUSE_RATE_HZ
from domain.speech import SpeechSettings
from domain.voice import Timbre

Failure = tuple[Sequence, Exception]
Number = TypeVar("Number", int, float)

_VOICES = 64
"""Voices whose keys and values are kept; each takes 4 to 8 MB."""
_MORE_THROWS = 2
"""Than a line has tokens: one for the end, and one for a step that nobody needed."""


@dataclass(slots=True)
class _Spoken:
    """The tensors of one line.

    `latent` and `logits` are those the next token is drawn from, `token` is the one drawn last, and
    `news` the letter, and the row in it, that says which it is and whether it was made of numbers.
    """

    reading: Iterator[None]
    tape: Tape
    silence: Silence = field(default_factory=lambda: Silence(HOUSE_RATE_HZ))
    unvoiced: list[Tensor] = field(default_factory=list)
    begins_at: int = 0
    first: tuple[Tensor, Tensor] = field(init=False)
    latent: Tensor = field(init=False)
    logits: Tensor = field(init=False)
    token: Tensor = field(init=False)
    news: tuple[Letter, int] = field(init=False)


class Runner:
    """Reads texts, draws tokens and makes sound for the lines in the slots."""

    def __init__(
        self,
        *,
        gpt: Gpt,
        vocoder: Vocoder,
        threads: int,
        taste: Taste,
        slots: int,
        manner: Manner | None = None,
    ) -> None:
        self._gpt = gpt
        self.manner = manner or Manner.of(gpt.device)
        self._handover = Handover.of(gpt.device)
        self._vocoder = vocoder
        # A step reads the weights as soon with one thread, and waits for none; the vocoder has the
        # others. It sets its own number while the model's thread waits for it, in `warming`: torch
        # has a number for each thread, and a new one begins with whatever was set last.
        torch.set_num_threads(1)
        self._threads = threads
        self._booth = Booth(vocoder, self._handover, max(1, threads - 1))
        self.guarded = False
        """Whether lines that have lost their way are stopped."""
        self.longest_audio = gpt.longest_audio
        self._taste = taste
        # One more slot than lines can have: voices are read there.
        self._slots = gpt.slots(slots + 1, spare=self.manner.still)
        self._voice_slot = slots
        self._graphs = Graphs(StaticStep(gpt, self._slots, slots)) if self.manner.still else None
        dice = self._dice(slots)
        self._sampler = Sampler(slots, gpt.audio_tokens, gpt.start_token, gpt.device, dice)
        self._voices: OrderedDict[str, Remembered] = OrderedDict()
        self._spoken: dict[int, _Spoken] = {}

    def rehearse(self, latents: Several[int]) -> None:
        """Do everything once that is laid out at first use; nothing is being spoken yet."""
        if self._graphs is not None:
            self._graphs.record()
        if self.manner.together > 1:
            self._booth.rehearse(latents, self._gpt.width, self.manner.together)

    def begin(self, sequence: Sequence, ids: Several[int]) -> None:
        """Take in a line, whose voice and text are to be read."""
        self._spoken[sequence.slot] = _Spoken(self._reading(sequence, ids), self._tape(sequence))

    def read(self, sequence: Sequence) -> None:
        """Read a few rows more; the line is ready when there are no others."""
        with self.threads():
            sequence.ready = next(self._spoken[sequence.slot].reading, True) is not None

    @contextmanager
    def threads(self) -> Iterator[None]:
        """Do long work on all cores while no more than one line is spoken, else on one."""
        torch.set_num_threads(self._threads if len(self._spoken) <= 1 else 1)
        try:
            yield
        finally:
            torch.set_num_threads(1)

    def step(self, sequences: Several[Sequence]) -> list[Failure]:
        """Draw the next token of each line, and read it where the line goes on.

        Returns the lines that could not, and why; the others went on.
        """
        failed = _apart(sequences, self._draw)
        drawn = _without(sequences, failed)
        # On a GPU the next step runs while the tokens travel: an end is noticed one step late.
        late = self.manner.late
        if not late:
            self._note(drawn)
        going_on = drawn if late else [each for each in drawn if not each.ended]
        failed += _apart(going_on, lambda some: self._go_on(some, late=late))
        if late:
            self._note(_without(drawn, failed))
        return failed

    def voice(
        self, sequences: Several[Sequence], now_s: float, tell: Callable[[Sequence, Voiced], None]
    ) -> Future[list[Outcome]]:
        """Have the vocoder's thread make sound of latents that have none, and tell of it."""
        takes = [self._take(each, now_s) for each in sequences]

        def told(at: int, voiced: Voiced) -> None:
            tell(sequences[at], voiced)

        return self._booth.voice(takes, told, guarded=self.guarded)

    def settle(self, sequence: Sequence, voiced: Voiced, now_s: float) -> None:
        """Note that the sound has gone out; if it is none, nobody got to hear it."""
        if voiced.fault is not None:
            sequence.fault, sequence.sounding = voiced.fault, 0
            return
        spoken = self._spoken[sequence.slot]
        spoken.tape, spoken.silence = voiced.tape, voiced.silence
        sequence.heard(len(voiced.samples), now_s)

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
            spoken.token = moved(torch.tensor(sequence.tokens[-1:]), self._gpt.device)
            self._go_on([sequence])
        else:
            spoken.latent, spoken.logits = spoken.first

    def leave(self, sequence: Sequence) -> None:
        """Forget a line."""
        self._spoken.pop(sequence.slot, None)

    def _take(self, sequence: Sequence, now_s: float) -> Take:
        spoken, last = self._spoken[sequence.slot], sequence.voice(now_s)
        latents = torch.cat(spoken.unvoiced[: sequence.sounding])
        del spoken.unvoiced[: sequence.sounding]
        return Take(latents, last, copy(spoken.tape), copy(spoken.silence))

    def _dice(self, slots: int) -> Dice | None:
        """Return dice that need no call a line, where a step is one call for all."""
        gpt = self._gpt
        if not self.manner.still:
            return None
        return WrittenDice(slots, gpt.audio_tokens, gpt.longest_audio + _MORE_THROWS, gpt.device)

    def _draw(self, sequences: Several[Sequence]) -> None:
        spoken = [self._spoken[each.slot] for each in sequences]
        logits = torch.cat([each.logits for each in spoken])
        drawn = self._sampler.draw([each.slot for each in sequences], logits)
        letter = self._handover.send(torch.stack((drawn.tokens, drawn.sound.long()), dim=1))
        for row, (each, token) in enumerate(zip(spoken, torch.split(drawn.tokens, 1), strict=True)):
            each.unvoiced.append(each.latent)
            each.token, each.news = token, (letter, row)

    def _note(self, sequences: Several[Sequence]) -> None:
        for each in sequences:
            letter, row = self._spoken[each.slot].news
            token, is_sound = letter.row(row)
            each.tokens.append(token)
            each.ended = token == self._gpt.stop_token
            if not is_sound:
                each.fault = Fault.NUMBERS
            elif not each.ended:
                self._guard(each)

    def _guard(self, sequence: Sequence) -> None:
        sequence.ended = sequence.latents >= self.longest_audio
        if self.guarded and sequence.latents >= sequence.most_tokens:
            sequence.fault = Fault.LENGTH
        elif self.guarded and in_a_loop(sequence.tokens):
            sequence.fault = Fault.LOOP

    def _go_on(self, sequences: Several[Sequence], *, late: bool = False) -> None:
        """Read the token that was drawn last."""
        spoken = [self._spoken[each.slot] for each in sequences]
        rows = [each.slot for each in sequences]
        tokens = torch.cat([each.token for each in spoken])
        places = [each.latents + late for each in sequences]
        if self._graphs is not None:
            latents, logits = self._graphs.step(rows, tokens, places)
        else:
            latents, logits = self._gpt.step(self._slots, rows, tokens, places)
        for each, latent, logit in zip(
            spoken, torch.split(latents, 1), torch.split(logits, 1), strict=True
        ):
            each.latent, each.logits = latent, logit

    def _tape(self, sequence: Sequence) -> Tape:
        arrays = sequence.line.timbre.arrays
        embedding = torch.from_numpy(arrays["speaker_embedding"].copy())
        return self._vocoder.tape(moved(embedding, self._gpt.device), sequence.line.rate)

    def _reading(self, sequence: Sequence, ids: Several[int]) -> Iterator[None]:
        """Read the voice, unless it is known, and the text behind it."""
        line, slot = sequence.line, sequence.slot
        if line.timbre.sha256 not in self._voices:
            yield from self._learn(line.timbre)
        self._slots.begin(slot, self._voices[line.timbre.sha256])
        self._voices.move_to_end(line.timbre.sha256)
        self._sampler.begin(slot, self._tasted(line.settings), sequence.seed)
        *others, last = torch.split(self._gpt.prompt(ids), self.manner.rows)
        for rows in others:
            self._gpt.read(self._slots, slot, rows)
            yield
        spoken = self._spoken[slot]
        spoken.first = spoken.latent, spoken.logits = self._gpt.read(self._slots, slot, last)
        spoken.begins_at = self._slots.lengths[slot]

    def _learn(self, timbre: Timbre) -> Iterator[None]:
        """Keep a voice's keys and values for all its lines; the oldest make room for new ones."""
        arrays = torch.from_numpy(timbre.arrays["gpt_cond_latent"].copy())
        latent = moved(arrays, self._gpt.device)
        self._slots.rewind(self._voice_slot, 0)
        for rows in torch.split(latent, self.manner.rows):
            self._gpt.read(self._slots, self._voice_slot, rows)
            yield
        self._voices[timbre.sha256] = self._slots.remember(self._voice_slot)
        if len(self._voices) > _VOICES:
            self._voices.popitem(last=False)

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


def _apart(
    sequences: Several[Sequence], work: Callable[[Several[Sequence]], None]
) -> list[Failure]:
    """Work for all at once; where that fails for each alone, so that nobody pays for another."""
    if not sequences:
        return []
    try:
        work(sequences)
    except Exception as error:  # noqa: BLE001 - whose line it was learns of it
        if len(sequences) == 1:
            return [(sequences[0], error)]
        return [failure for each in sequences for failure in _apart([each], work)]
    return []


def _without(sequences: Several[Sequence], failed: Several[Failure]) -> list[Sequence]:
    return [each for each in sequences if all(each is not one for one, _ in failed)]
