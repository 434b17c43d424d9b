"""The settings of finished sound; each field's description is its documentation."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from domain.loudness import LOUDEST_LUFS, QUIETEST_LUFS, Target


class SoundFields(BaseModel):
    """How loud speech leaves the house, and what it carries."""

    loudness: Annotated[float, Field(ge=QUIETEST_LUFS, le=LOUDEST_LUFS)] | Literal["off"] = Field(
        default=-16.0,
        description="loudness of speech in LUFS, or off to leave it as the engine speaks",
    )
    true_peak_dbtp: float = Field(
        default=-1.5, ge=-20, le=0, description="what no peak exceeds, between samples either"
    )
    mark_synthetic: bool = Field(
        default=True, description="mark every file and stream as synthetic speech"
    )
    max_encoders: int = Field(
        default=128, ge=1, le=10_000, description="streams that are being encoded at a time"
    )

    @property
    def target(self) -> Target:
        """The usual loudness as the domain knows it."""
        lufs = None if isinstance(self.loudness, str) else self.loudness
        return Target(lufs, self.true_peak_dbtp)
