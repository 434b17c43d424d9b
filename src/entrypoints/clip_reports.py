"""What was measured of a reference clip, as every dialect tells it."""

from typing import Any

from domain.clip_report import ClipReport
from entrypoints.schemas import record

SCHEMA = record(
    duration_s=(float, "How long the clip is."),
    sample_rate=(int, "Samples a second."),
    loudness_lufs=(float | None, "How loud it is."),
    snr_db=(float | None, "How far the voice is above the noise."),
    clipped_places=(int, "Where it was recorded too loud."),
    clipped_share=(float, "How much of it that is, 0 to 1."),
    trimmed_s=(float, "How much silence was left out."),
    warnings=(list[str], "What would make the voice better."),
)


def measured(report: ClipReport) -> dict[str, Any]:
    """Answer what was measured."""
    return {
        "duration_s": round(report.seconds, 3),
        "sample_rate": report.rate_hz,
        "loudness_lufs": _rounded(report.lufs),
        "snr_db": _rounded(report.snr_db),
        "clipped_places": report.clipped_places,
        "clipped_share": round(report.clipped_share, 6),
        "trimmed_s": round(report.trimmed_s, 3),
        "warnings": list(report.warnings),
    }


def _rounded(level: float | None) -> float | None:
    return None if level is None else round(level, 1)
