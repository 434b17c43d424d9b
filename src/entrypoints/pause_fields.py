"""The settings of the silence between lines; each field's description is its documentation."""

from pydantic import BaseModel, Field

from domain.pieces import Pauses

_LONGEST_MS = 10_000
_MS_PER_S = 1000


class PauseFields(BaseModel):
    """How long speech rests at its punctuation."""

    pause_sentence_ms: int = Field(
        default=250, ge=0, le=_LONGEST_MS, description="silence after a sentence"
    )
    pause_paragraph_ms: int = Field(
        default=500, ge=0, le=_LONGEST_MS, description="silence after a paragraph"
    )
    pause_clause_ms: int = Field(
        default=100,
        ge=0,
        le=_LONGEST_MS,
        description="silence where a long sentence is spoken in parts, at a comma or its like",
    )

    @property
    def pauses(self) -> Pauses:
        """The pauses as the domain knows them."""
        return Pauses(
            sentence_s=self.pause_sentence_ms / _MS_PER_S,
            paragraph_s=self.pause_paragraph_ms / _MS_PER_S,
            clause_s=self.pause_clause_ms / _MS_PER_S,
        )
