from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from adapters.xtts.messages import Conditioning as Wanted
from adapters.xtts.model.checkpoint import Checkpoint
from adapters.xtts.model.conditioning import Conditioning
from domain.audio import Pcm, Samples
from domain.errors import ClipRefusedError
from domain.voice import Timbre

Arrays = dict[str, Samples]
NAMES = ["gpt_cond_latent", "speaker_embedding"]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Sums are made in one order: what is hashed depends on nothing else."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def voice(seconds: float, rate_hz: int = 24_000, hz: float = 120.0, seed: int = 1) -> Pcm:
    """Somebody humming with overtones, now louder, now softer, in a room with noise."""
    at = np.arange(round(seconds * rate_hz)) / rate_hz
    sung = sum(np.sin(2 * np.pi * hz * n * at + n) / n for n in range(1, 20))
    breath = np.random.default_rng(seed).standard_normal(len(at)) * 0.02
    loud = 0.1 + 0.08 * np.sin(2 * np.pi * 2.3 * at)
    return Pcm(np.asarray(sung * loud + breath, dtype=np.float32), rate_hz)


def learnt(conditioning: Conditioning, clips: Sequence[Pcm]) -> Arrays:
    return finished(conditioning.learn(clips))


def finished(steps: Generator[None, None, Arrays]) -> Arrays:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            arrays: Arrays = end.value
            return arrays


@dataclass
class Coqui:
    """What coqui makes of the same samples; all but the reading of the files is its own."""

    checkpoint: Checkpoint
    folder: Path

    def hear(self, clips: Sequence[Pcm], **settings: int | bool) -> Arrays:
        paths = [self.folder / f"{clip.rate_hz}-{at}.f32" for at, clip in enumerate(clips)]
        for path, clip in zip(paths, clips, strict=True):
            path.write_bytes(clip.samples.tobytes())
        wanted = {"max_ref_length": 30, "gpt_cond_len": 30, "gpt_cond_chunk_len": 4, **settings}
        latent, embedding = self.checkpoint.model.get_conditioning_latents(paths, **wanted)
        return {
            "gpt_cond_latent": latent.squeeze(0).numpy(),
            "speaker_embedding": embedding.flatten().numpy(),
        }


def read(path: Path) -> tuple[torch.Tensor, int]:
    """Stands in for `torchaudio.load`, which needs libraries that only CUDA brings."""
    samples = np.fromfile(path, dtype=np.float32)
    return torch.from_numpy(samples)[None], int(path.name.split("-")[0])


@pytest.fixture
def coqui(checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Coqui:
    monkeypatch.setattr("torchaudio.load", read)
    return Coqui(checkpoint, tmp_path)


def assert_same(ours: Arrays, theirs: Arrays) -> None:
    assert list(ours) == NAMES
    for name in NAMES:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=1e-5)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_a_clip_of_any_usual_rate_says_what_it_says_to_coqui(
    checkpoint: Checkpoint, coqui: Coqui, rate_hz: int
) -> None:
    clips = [voice(2.5, rate_hz)]
    assert_same(learnt(Conditioning(checkpoint.model), clips), coqui.hear(clips))


def test_three_clips_of_three_rates_are_one_speaker(checkpoint: Checkpoint, coqui: Coqui) -> None:
    clips = [voice(1.5, 16_000), voice(3.0, 44_100, hz=180, seed=2), voice(0.4, hz=90, seed=3)]
    ours = learnt(Conditioning(checkpoint.model), clips)
    assert_same(ours, coqui.hear(clips))
    assert not np.allclose(ours["speaker_embedding"], coqui.hear(clips[:1])["speaker_embedding"])


def test_of_a_long_clip_as_much_is_used_as_coqui_uses(checkpoint: Checkpoint, coqui: Coqui) -> None:
    clips = [voice(5.0, 44_100), voice(2.5)]
    ours = learnt(Conditioning(checkpoint.model, Wanted(max_ref_len=2)), clips)
    assert_same(ours, coqui.hear(clips, max_ref_length=2))
    with pytest.raises(AssertionError):
        assert_same(ours, coqui.hear(clips, max_ref_length=3))


@pytest.mark.parametrize(("learnt_s", "chunk_s"), [(3, 2), (2, 2), (6, 3), (1, 4), (0, 2), (-1, 6)])
def test_settings_of_the_caller_outrank_the_checkpoints(
    checkpoint: Checkpoint, coqui: Coqui, learnt_s: int, chunk_s: int
) -> None:
    clips = [voice(4.5), voice(1.8, seed=2)]
    ours = learnt(Conditioning(checkpoint.model, Wanted(learnt_s, chunk_s)), clips)
    assert_same(ours, coqui.hear(clips, gpt_cond_len=learnt_s, gpt_cond_chunk_len=chunk_s))
    with pytest.raises(AssertionError):
        assert_same(ours, coqui.hear(clips, gpt_cond_len=5, gpt_cond_chunk_len=1))


@pytest.mark.parametrize("end_s", [0.32, 0.34])
def test_an_end_of_less_than_a_third_of_a_second_is_not_listened_to(
    checkpoint: Checkpoint, coqui: Coqui, end_s: float
) -> None:
    clips = [voice(2.0 + end_s)]
    ours = learnt(Conditioning(checkpoint.model, Wanted(gpt_cond_chunk_len=2)), clips)
    assert_same(ours, coqui.hear(clips, gpt_cond_chunk_len=2))
    without = coqui.hear([voice(2.0)], gpt_cond_chunk_len=2)["gpt_cond_latent"]
    assert np.allclose(ours["gpt_cond_latent"], without, atol=1e-5) == (end_s < 0.33)


def test_clips_are_brought_to_one_loudness_where_the_checkpoint_says_so(
    checkpoint: Checkpoint, coqui: Coqui, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = [voice(1.5), Pcm(voice(1.5, seed=2).samples * np.float32(0.05), 24_000)]
    as_they_are = learnt(Conditioning(checkpoint.model), clips)
    monkeypatch.setattr(checkpoint.model.config, "sound_norm_refs", True)
    ours = learnt(Conditioning(checkpoint.model), clips)
    assert_same(ours, coqui.hear(clips, sound_norm_refs=True))
    assert not np.allclose(ours["gpt_cond_latent"], as_they_are["gpt_cond_latent"], atol=1e-4)


def test_sound_beyond_full_scale_is_cut_as_coqui_cuts_it(
    checkpoint: Checkpoint, coqui: Coqui
) -> None:
    clips = [Pcm(voice(1.0).samples * np.float32(4), 24_000)]
    assert_same(learnt(Conditioning(checkpoint.model), clips), coqui.hear(clips))


def test_the_arrays_are_the_same_to_the_last_bit_each_time(checkpoint: Checkpoint) -> None:
    clips = [voice(2.0), voice(1.0, 44_100)]
    conditioning = Conditioning(checkpoint.model)
    first, second = learnt(conditioning, clips), learnt(conditioning, clips)
    fresh = learnt(Conditioning(checkpoint.model), clips)
    hashes = {Timbre("xtts", arrays).sha256 for arrays in (first, second, fresh)}
    assert len(hashes) == 1
    for array, shape in zip(first.values(), [(32, 128), (512,)], strict=True):
        assert array.dtype == np.float32
        assert array.shape == shape
        assert array.flags.c_contiguous
        assert array.flags.owndata


def test_clips_are_left_as_they_were_and_may_be_read_only(checkpoint: Checkpoint) -> None:
    clip = voice(1.0, 22_050)
    before = clip.samples.copy()
    clip.samples.flags.writeable = False
    learnt(Conditioning(checkpoint.model), [clip])
    np.testing.assert_array_equal(clip.samples, before)


def test_two_voices_learnt_in_turns_do_not_hear_each_other(checkpoint: Checkpoint) -> None:
    conditioning = Conditioning(checkpoint.model)
    one, other = [voice(2.0)], [voice(2.5, hz=200, seed=2)]
    alone = learnt(conditioning, one)
    mine, theirs = conditioning.learn(one), conditioning.learn(other)
    for _ in range(20):
        next(mine)
        next(theirs)
    again = finished(mine)
    for name in NAMES:
        np.testing.assert_array_equal(again[name], alone[name])


def test_between_steps_the_thread_is_as_it_was(checkpoint: Checkpoint) -> None:
    steps = Conditioning(checkpoint.model).learn([voice(1.0)])
    next(steps)
    assert not torch.is_inference_mode_enabled()
    steps.close()
    assert not torch.is_inference_mode_enabled()


def test_a_voice_is_learnt_in_many_small_steps(checkpoint: Checkpoint) -> None:
    steps = Conditioning(checkpoint.model).learn([voice(8.0)])
    assert sum(1 for _ in steps) > 40


@pytest.mark.parametrize("clips", [[voice(0.2)], [voice(1.0), voice(0.32)], [voice(0.0)]])
def test_a_clip_too_short_is_refused_in_one_sentence(
    checkpoint: Checkpoint, clips: list[Pcm]
) -> None:
    with pytest.raises(ClipRefusedError, match=r"^The clip lasts 0\.\d\d s; [^.]*0\.33 s\.$"):
        learnt(Conditioning(checkpoint.model), clips)


def test_no_clip_at_all_is_refused(checkpoint: Checkpoint) -> None:
    with pytest.raises(ClipRefusedError, match=r"^There is no clip; .*\.$"):
        learnt(Conditioning(checkpoint.model), [])


def test_silence_is_refused(checkpoint: Checkpoint) -> None:
    silent = Pcm(np.zeros(48_000, dtype=np.float32), 24_000)
    with pytest.raises(ClipRefusedError, match=r"^The clip is silent; .*\.$"):
        learnt(Conditioning(checkpoint.model), [voice(1.0), silent])


def test_what_is_hardly_there_makes_finite_numbers(checkpoint: Checkpoint) -> None:
    hiss = Pcm(voice(1.0).samples * np.float32(1e-20), 24_000)
    for array in learnt(Conditioning(checkpoint.model), [hiss]).values():
        assert np.isfinite(array).all()


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_refused(checkpoint: Checkpoint, odd: float) -> None:
    clip = voice(1.0)
    clip.samples[1000] = odd
    with pytest.raises(ClipRefusedError, match="not numbers"):
        learnt(Conditioning(checkpoint.model), [clip])


@pytest.mark.parametrize("rate_hz", [4_027, 44_101, 383_999])
def test_an_odd_rate_fills_no_memory_and_sounds_like_its_neighbour(
    checkpoint: Checkpoint, rate_hz: int
) -> None:
    conditioning = Conditioning(checkpoint.model)
    odd = voice(0.7, rate_hz)
    neighbour = Pcm(odd.samples, round(rate_hz / 50) * 50)
    ours, theirs = learnt(conditioning, [odd]), learnt(conditioning, [neighbour])
    for name in NAMES:
        np.testing.assert_array_equal(ours[name], theirs[name])
