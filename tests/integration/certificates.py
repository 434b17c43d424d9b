"""A certificate of this machine, made for one test and trusted by nobody else."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    cert: Path
    key: Path

    def shown(self) -> ssl.SSLContext:
        """What a server shows it with."""
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(self.cert, self.key)
        return server


def certified(folder: Path, *further: str, name: str = "server") -> Certificate:
    """Make a certificate that signs itself, for 127.0.0.1; `further` goes to openssl."""
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    asked = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    files = ["-keyout", str(made.key), "-out", str(made.cert)]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, *(further or ("-nodes",)), *asked, *files],
        check=True,
        capture_output=True,
    )
    return made
