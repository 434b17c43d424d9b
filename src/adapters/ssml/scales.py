"""The numbers behind SSML's words: pauses, rates, pitches, volumes and emphasis."""

from collections.abc import Mapping

from adapters.ssml.values import Form, Scale
from domain.script import Prosody

USUAL_VOICE_HZ = 160.0
"""What a pitch in Hz is taken against: the engines tell nobody how high a voice really is."""

LONGEST_REST_S = 10.0
LOUDEST_DB = 24.0
LOUDEST = 10 ** (LOUDEST_DB / 20)

STRENGTHS = {
    "none": 0.0,
    "x-weak": 0.25,
    "weak": 0.5,
    "medium": 0.75,
    "strong": 1.0,
    "x-strong": 1.25,
}
USUAL_STRENGTH = "medium"
STRENGTH = Scale(steps=STRENGTHS)
TIME = Scale(
    forms=(Form("Ns", lambda n: n), Form("Nms", lambda n: n / 1000)),
    highest=LONGEST_REST_S,
)
RATE = Scale(
    steps={"x-slow": 0.6, "slow": 0.8, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.6},
    forms=(
        Form("N%", lambda n: n / 100),
        Form("±N%", lambda n: 1 + n / 100),
        Form("N", lambda n: n),
    ),
    lowest=0.5,
    highest=2.0,
)
PITCH = Scale(
    steps={"x-low": 0.7, "low": 0.85, "medium": 1.0, "default": 1.0, "high": 1.1, "x-high": 1.2},
    forms=(
        Form("±N%", lambda n: 1 + n / 100),
        # Bounded before it is a power: no float is large enough for a million semitones.
        Form("±Nst", lambda n: 2 ** (min(n, 12) / 12)),
        Form("±NHz", lambda n: 1 + n / USUAL_VOICE_HZ),
        Form("NHz", lambda n: n / USUAL_VOICE_HZ),
    ),
    lowest=0.5,
    highest=2.0,
)
VOLUME = Scale(
    steps={
        "silent": 0.0,
        "x-soft": 0.3,
        "soft": 0.65,
        "medium": 1.0,
        "default": 1.0,
        "loud": 1.5,
        "x-loud": 2.3,
    },
    forms=(Form("±NdB", lambda n: 10 ** (min(n, LOUDEST_DB) / 20)),),
    lowest=1 / LOUDEST,
    highest=LOUDEST,
)
EMPHASES: Mapping[str, Prosody] = {
    "strong": Prosody(rate=0.9, volume=1.2),
    "moderate": Prosody(rate=0.95, volume=1.1),
    "none": Prosody(),
    "reduced": Prosody(rate=1.1, volume=0.85),
}
USUAL_EMPHASIS = "moderate"

BLEEP_S_PER_CHARACTER = 0.06
SHORTEST_BLEEP_S, LONGEST_BLEEP_S = 0.2, 1.5
