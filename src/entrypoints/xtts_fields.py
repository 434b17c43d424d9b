"""The settings of the XTTS engine; each field's description is its documentation."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, field_validator

from entrypoints.values import Place

_SHA256_DIGITS = 64


def _sha256(value: str) -> str:
    digits = value.lower()
    if len(digits) != _SHA256_DIGITS or not set(digits) <= set("0123456789abcdef"):
        raise ValueError("should be the 64 hexadecimal digits of a SHA-256")
    return digits


class XttsFields(BaseModel):
    """The model and how it is run."""

    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="where the model runs; auto takes the GPU where there is one"
    )
    threads: int | None = Field(
        default=None,
        ge=1,
        le=1024,
        description="CPU threads for texts and sound, all cores when unset; a step takes one",
    )
    max_concurrent: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="generations at a time, sized from the device when unset; the embedded engine"
        " needs no bound",
    )
    stream_chunk_size: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="tokens in a steady chunk, chosen by the engine when unset",
    )
    model_dir: Place | None = Field(
        default=None,
        description="folder of an XTTS-v2 checkpoint; when unset, coqui's own folder, then models"
        " in the data folder",
    )
    model_config_file: Place | None = Field(
        default=None, description="config.json outside the model's folder"
    )
    model_checkpoint_file: Place | None = Field(
        default=None, description="model.pth outside the model's folder, or of another name"
    )
    model_vocab_file: Place | None = Field(
        default=None, description="vocab.json outside the model's folder"
    )
    model_speakers_file: Place | None = Field(
        default=None, description="speakers_xtts.pth outside the model's folder"
    )
    model_sha256: Annotated[str, AfterValidator(_sha256)] | None = Field(
        default=None, description="SHA-256 that model.pth must have, or the engine does not start"
    )
    model_download: Literal["auto", "off"] = Field(
        default="off",
        description="auto fetches a model that is missing, once, at start, if COQUI_TOS_AGREED=1"
        " accepts its licence",
    )
    xtts_precision: Literal["auto", "fp32", "bf16", "fp16", "int8"] = Field(
        default="auto",
        description="numbers the model calculates with; auto takes the quickest that this processor"
        " has and whose latents are still those of the reference",
    )
    xtts_guards: bool = Field(
        default=True,
        description="let a line that runs on, goes in circles or falls silent try once more; off"
        " leaves only the check for sound that is no number",
    )
    gpt_cond_len: int | None = Field(
        default=None,
        ge=1,
        le=600,
        description="seconds of a reference clip that shape the manner of speaking, as in the"
        " model's config.json when unset",
    )
    gpt_cond_chunk_len: int | None = Field(
        default=None,
        ge=1,
        le=600,
        description="seconds of them that are heard at a time, at most gpt_cond_len; as in the"
        " model's config.json when unset",
    )
    max_ref_len: int | None = Field(
        default=None,
        ge=1,
        le=600,
        description="seconds of a reference clip that shape the timbre, as in the model's"
        " config.json when unset",
    )

    @field_validator("gpt_cond_chunk_len")
    @classmethod
    def _within_the_whole(cls, chunk: int | None, info: ValidationInfo) -> int | None:
        whole = info.data.get("gpt_cond_len")
        if chunk is not None and whole is not None and chunk > whole:
            msg = f"should be at most gpt_cond_len, which is {whole}"
            raise ValueError(msg)
        return chunk
