import pytest

from domain.formats import format_named
from entrypoints.cli.live.figures import Figures, Playback
from tests.unit.domain.flac_frames import HEAD, flac

PACKET = bytes(2 * 2_400)
"""A tenth of a second at 24 kHz."""


def figures(name: str = "pcm_24000") -> Figures:
    return Figures(format_named(name))


def test_the_first_packet_is_timed_from_the_first_words_alone() -> None:
    counted = figures()
    counted.sent(1.0, words=False, flushes=False)
    counted.sent(2.0, words=True, flushes=False)
    counted.sent(2.5, words=True, flushes=False)
    counted.heard(2.75, PACKET)
    counted.heard(2.9, PACKET)
    assert counted.first_packet_s == pytest.approx(0.75)
    assert counted.packets == 2
    assert counted.audio_s == pytest.approx(0.2)


def test_sound_after_the_flush_is_timed_though_some_was_heard_before() -> None:
    counted = figures()
    counted.sent(0.0, words=True, flushes=False)
    counted.heard(1.0, PACKET)
    counted.sent(2.0, words=False, flushes=True)
    counted.heard(2.25, PACKET)
    counted.heard(2.5, PACKET)
    assert counted.after_flush_s == pytest.approx(0.25)


def test_a_flush_behind_which_nothing_comes_has_no_figure() -> None:
    counted = figures()
    counted.heard(1.0, PACKET)
    counted.sent(2.0, words=False, flushes=True)
    assert counted.after_flush_s is None
    assert "after the flush none" in counted.report()


@pytest.mark.parametrize(
    ("arrivals", "at_once", "buffered"),
    [
        ([0.0, 0.1, 0.2], 0, 0),
        ([0.0, 0.0, 0.0, 0.25], 0, 0),
        ([0.0, 0.13, 0.23], 1, 0),
        ([0.0, 0.17, 0.27], 1, 1),
        ([0.0, 0.15, 0.30], 2, 1),
        ([5.0, 5.05, 6.0], 1, 1),
    ],
)
def test_a_gap_is_an_underrun_unless_the_buffer_covers_it(
    arrivals: list[float], at_once: int, buffered: int
) -> None:
    counted = figures()
    for at_s in arrivals:
        counted.heard(at_s, PACKET)
    assert counted.underruns == (at_once, buffered)


def test_what_lasts_no_time_does_not_start_playback() -> None:
    playback = Playback()
    playback.heard(0.0, 0.0)
    playback.heard(9.0, 0.1)
    playback.heard(9.05, 0.1)
    assert playback.underruns == 0


@pytest.mark.parametrize("name", ["ulaw_8000", "pcm_16000", "mp3_44100_128"])
def test_bytes_of_every_steady_format_become_seconds(name: str) -> None:
    counted = figures(name)
    a_second = format_named(name).bytes_a_second
    assert a_second is not None
    counted.heard(0.0, bytes(round(a_second)))
    assert counted.audio_s == pytest.approx(1.0)


def page(granule: int, packet: bytes, *, begins: bool = False) -> bytes:
    head = b"OggS\0" + bytes((2 * begins,)) + granule.to_bytes(8, "little") + bytes(12)
    return head + bytes((1, len(packet))) + packet


def test_pages_of_ogg_last_as_long_as_they_say() -> None:
    sound = page(4_800, b"abc")
    counted = figures("opus")
    counted.heard(0.0, sound[:20])
    counted.heard(0.0, sound[20:])
    assert counted.audio_s == pytest.approx(0.1)


@pytest.mark.parametrize("cut", [7, 50, 10_000])
def test_links_of_a_chained_ogg_are_summed(cut: int) -> None:
    begins = page(0, b"OpusHead\1\1", begins=True) + page(0, b"OpusTags")
    link = begins + page(4_800, b"abc") + page(9_600, b"def")
    stream = link + link + begins + page(2_400, b"ghi")
    counted = figures("opus")
    for start in range(0, len(stream), cut):
        counted.heard(0.0, stream[start : start + cut])
    assert counted.audio_s == pytest.approx(0.45)


def test_the_last_frame_of_flac_counts_in_the_report() -> None:
    counted = figures("flac_24000")
    counted.heard(0.0, HEAD + flac(0) + flac(1, 300))
    assert counted.audio_s == pytest.approx(512 / 24_000)
    assert f"{(512 + 300) / 24_000:.2f} s" in counted.report()


def test_the_report_has_a_line_for_each_figure() -> None:
    counted = figures()
    counted.sent(0.0, words=True, flushes=True)
    counted.heard(0.0123, PACKET)
    assert counted.report().splitlines() == [
        "first packet    12.3 ms",
        "after the flush 12.3 ms",
        "packets         1",
        "audio           0.10 s",
        "underruns       0 (0 with 60 ms buffered)",
    ]
