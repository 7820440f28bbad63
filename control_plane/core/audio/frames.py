"""The unit of telephone audio: 20 ms of mono G.711 at 8 kHz."""

from enum import StrEnum
from typing import Final

SAMPLE_RATE: Final = 8000
"""Samples, and with G.711 also bytes, per second."""

FRAME_MS: Final = 20
FRAME_BYTES: Final = SAMPLE_RATE * FRAME_MS // 1000
"""160: one frame of G.711."""


class Encoding(StrEnum):
    """The G.711 law a carrier speaks on a leg; the gateway works in PCMU inside."""

    PCMU = "PCMU"
    PCMA = "PCMA"


SILENCE: Final = {Encoding.PCMU: b"\xff" * FRAME_BYTES, Encoding.PCMA: b"\xd5" * FRAME_BYTES}
"""One frame of digital silence in each encoding."""


def seconds(audio_bytes: int) -> float:
    """Length in seconds of that many G.711 bytes."""
    return audio_bytes / SAMPLE_RATE
