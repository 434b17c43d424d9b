"""Settings of the sockets: how sound goes out, and how many may be open."""

from typing import Literal

from pydantic import BaseModel, Field

from entrypoints.values import Names


class SocketFields(BaseModel):
    """How sockets are served."""

    packet_ms: int = Field(
        default=60, ge=5, le=1000, description="longest packet of sound on a socket"
    )
    pacing: Literal["auto", "always", "never"] = Field(
        default="auto",
        description="whether sockets send sound as it is heard; auto does for those who ask by a"
        " ttsInitRequest, a target_lead_ms or mode=forward",
    )
    forward_channels: Names = Field(
        default=("sess:*",),
        description="channels of Redis that sockets may relay, as patterns separated by commas",
    )
    forward_patience_s: float = Field(
        default=10.0,
        gt=0,
        le=300,
        description="how long a socket that relays waits for Redis to come back",
    )
    max_sockets: int = Field(
        default=256, ge=1, le=100_000, description="open sockets of one key at a time"
    )
