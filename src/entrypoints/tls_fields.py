"""The settings of TLS: a certificate and its key, and the proof that they belong together."""

import ssl
from pathlib import Path

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from entrypoints.values import Place


class TlsFields(BaseModel):
    """How connections are kept private, where no proxy does it."""

    tls_cert: Place | None = Field(
        default=None,
        description="PEM file of the certificate, with those between it and its authority; with"
        " tls_key the server speaks https and wss, and nothing else",
    )
    tls_key: Place | None = Field(
        default=None,
        validate_default=True,
        description="PEM file of the certificate's private key, without a passphrase",
    )

    @field_validator("tls_key")
    @classmethod
    def _both_or_neither(cls, key: Path | None, told: ValidationInfo) -> Path | None:
        if (key is None) is not (told.data.get("tls_cert") is None):
            raise ValueError("goes with tls_cert: set both of them, or neither")
        return key

    @property
    def tls(self) -> bool:
        """Whether the server speaks https and wss."""
        return self.tls_cert is not None


def prove_pair(cert: Path, key: Path) -> None:
    """Read both as a server would; `ValueError` says which of them cannot be used, and why."""
    for path in (cert, key):
        try:
            path.read_bytes()
        except OSError as error:
            msg = f"{path} cannot be read ({error.strerror})"
            raise ValueError(msg) from error
    try:
        # an empty passphrase, for openssl would ask for one at the terminal
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password="")
    except (OSError, ValueError) as error:
        msg = (
            f"{cert} and {key} are no certificate and its key without a passphrase, in PEM"
            f" ({_reason(error)})"
        )
        raise ValueError(msg) from error


def _reason(error: Exception) -> str:
    said = getattr(error, "reason", None) or "openssl gives no reason"
    return str(said).replace("_", " ").lower()
