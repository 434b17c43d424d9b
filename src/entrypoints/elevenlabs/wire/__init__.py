"""What ElevenLabs' clients send and expect: structs, pure decode and encode."""

from entrypoints.elevenlabs.wire.account import models

__all__ = ["models"]
