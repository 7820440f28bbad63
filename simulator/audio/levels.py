"""How loud a frame is, and so what counts as audible."""

from typing import Final

from simulator.audio.g711 import SILENCE, ULAW_TO_LINEAR

FRAME: Final = 160
"""Bytes of 20 ms PCMU."""
SILENT_FRAME: Final = bytes([SILENCE]) * FRAME
_MAGNITUDE: Final = bytes(min(abs(sample) >> 4, 255) for sample in ULAW_TO_LINEAR)
_AUDIBLE: Final = FRAME * 20
"""Mean magnitude 320 of 32768: −40 dBFS."""


def audible(frame: bytes) -> bool:
    """Whether a 20 ms frame is louder than the quiet of a line."""
    return sum(frame.translate(_MAGNITUDE)) >= _AUDIBLE


def voiced_span(audio: bytes) -> tuple[int, int]:
    """Numbers of the first and the last audible frame; (0, -1) when there is none."""
    loud = [index for index in range(len(audio) // FRAME) if audible(audio[index * FRAME : (index + 1) * FRAME])]
    return (loud[0], loud[-1]) if loud else (0, -1)
