import pytest

from domain.errors import FormatUnknownError
from domain.formats import FORMAT_NAMES, AudioFormat, Codec, format_named


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("mp3", AudioFormat(Codec.MP3, 24_000, 64)),
        ("opus", AudioFormat(Codec.OPUS, 24_000, 48)),
        ("ogg", AudioFormat(Codec.OPUS, 24_000, 48)),
        ("aac", AudioFormat(Codec.AAC, 44_100, 96)),
        ("flac", AudioFormat(Codec.FLAC, 24_000)),
        ("wav", AudioFormat(Codec.WAV, 24_000)),
        ("pcm", AudioFormat(Codec.PCM, 24_000)),
        ("ulaw", AudioFormat(Codec.ULAW, 8_000)),
        ("mulaw_8000", AudioFormat(Codec.ULAW, 8_000)),
        ("alaw", AudioFormat(Codec.ALAW, 8_000)),
        (" MP3_44100_128 ", AudioFormat(Codec.MP3, 44_100, 128)),
        ("mp3_44100", AudioFormat(Codec.MP3, 44_100, 128)),
        ("mp3_8000", AudioFormat(Codec.MP3, 8_000, 32)),
        ("opus_48000_64", AudioFormat(Codec.OPUS, 48_000, 64)),
        ("wav_44100", AudioFormat(Codec.WAV, 44_100)),
    ],
)
def test_a_name_means_one_format(name: str, meant: AudioFormat) -> None:
    assert format_named(name) == meant


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_every_offered_name_is_understood(name: str) -> None:
    known = format_named(name)
    assert known.name.startswith(name)
    assert format_named(known.name) == known


@pytest.mark.parametrize(
    "name",
    [
        "",
        "mp4",
        "mp3_",
        "mp3_44100_",
        "mp3_0",
        "mp3_44101",
        "mp3_96000",
        "mp3_44100_127",
        "mp3_44100_8",
        "mp3_8000_128",
        "mp3_44100_128_2",
        "opus_44100",
        "opus_48000_5",
        "opus_48000_257",
        "aac_8000_64",
        "pcm_24000_16",
        "wav_-8000",
        "ulaw_16000",
        "pcm_²4000",
        "pcm_" + "9" * 5000,
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(name: str) -> None:
    with pytest.raises(FormatUnknownError, match=r"opus_48000_192\.$") as refused:
        format_named(name)
    assert "mp3_44100_128" in str(refused.value)
    assert len(str(refused.value)) < 1000


def test_a_format_that_no_encoder_makes_cannot_be() -> None:
    with pytest.raises(FormatUnknownError, match="pcm_7000"):
        AudioFormat(Codec.PCM, 7_000)


@pytest.mark.parametrize(
    ("name", "media_type", "suffix"),
    [
        ("mp3", "audio/mpeg", ".mp3"),
        ("wav", "audio/wav", ".wav"),
        ("opus", "audio/ogg", ".opus"),
        ("aac", "audio/aac", ".aac"),
        ("flac", "audio/flac", ".flac"),
        ("pcm", "audio/pcm", ".pcm"),
        ("ulaw", "audio/basic", ".ulaw"),
        ("alaw", "audio/x-alaw-basic", ".alaw"),
    ],
)
def test_is_known_by_its_media_type_and_suffix(name: str, media_type: str, suffix: str) -> None:
    known = format_named(name)
    assert (known.media_type, known.file_suffix) == (media_type, suffix)


def test_only_what_is_compressed_needs_an_encoder() -> None:
    assert {codec for codec in Codec if format_named(codec).needs_encoder} == {
        Codec.MP3,
        Codec.OPUS,
        Codec.AAC,
        Codec.FLAC,
    }


def test_only_mp3_and_aac_begin_with_silence() -> None:
    assert {codec for codec in Codec if format_named(codec).lead_s} == {Codec.MP3, Codec.AAC}
    assert format_named("mp3").lead_s == pytest.approx(0.046, abs=0.001)
    assert format_named("aac").lead_s == pytest.approx(0.023, abs=0.001)


@pytest.mark.parametrize(
    ("name", "bytes_a_second"),
    [
        ("pcm_16000", 32_000),
        ("wav_24000", 48_000),
        ("alaw_8000", 8_000),
        ("mp3_44100_128", 16_000),
        ("opus_48000_64", None),
        ("flac", None),
        ("aac", None),
    ],
)
def test_even_formats_tell_how_long_their_bytes_last(
    name: str, bytes_a_second: float | None
) -> None:
    assert format_named(name).bytes_a_second == bytes_a_second


def test_a_whole_mp3_tells_its_decoder_what_to_leave_out() -> None:
    mp3, aac = format_named("mp3_44100_128"), format_named("aac")
    assert (mp3.whole_lead_s, mp3.lead_s) == (0.0, 1105 / 44_100)
    assert aac.whole_lead_s == aac.lead_s > 0
