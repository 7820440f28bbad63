"""The G.711 laws as tables: PCMU and PCMA bytes, linear samples, loudness.

Every table is computed once from the definition in ITU-T G.711, on the 16-bit scale: the largest PCMU value is ±32124,
the largest PCMA value ±32256. Each function is a handful of C loops, so that one frame costs about a microsecond.
"""

import math
import sys
from array import array
from typing import Final

from control_plane.core.audio.frames import FRAME_BYTES

FULL_SCALE: Final = 32768
"""The amplitude that is 0 dBFS."""
SILENT_DBFS: Final = -96.0
"""What `loudness` answers for audio below its resolution."""

_BIAS: Final = 132
"""G.711 µ-law adds 33 on the 14-bit scale, so that every segment begins at a power of two."""
_STEP: Final = 126
"""One step of `MAGNITUDE`: the largest PCMU amplitude becomes 255."""


def _ulaw_value(code: int) -> int:
    """The 16-bit sample that a PCMU byte stands for (G.711 table 2a); all its bits travel inverted."""
    inverted = ~code & 0xFF
    magnitude = (((inverted & 0x0F) << 3) + _BIAS << (inverted >> 4 & 7)) - _BIAS
    return -magnitude if inverted & 0x80 else magnitude


def _alaw_value(code: int) -> int:
    """The 16-bit sample that a PCMA byte stands for (G.711 table 1a); its even bits travel inverted."""
    plain = code ^ 0x55
    segment = plain >> 4 & 7
    step = ((plain & 0x0F) << 4) + 8
    magnitude = step if segment == 0 else step + 0x100 << segment - 1
    return magnitude if plain & 0x80 else -magnitude


def _positive_ulaw() -> bytes:
    """The PCMU byte of each sample 0…32768; from 32636 on the last code, which is where the law clips."""
    runs = [bytes([0xFF])]
    for code in range(0xFF, 0x7F, -1):
        width = 8 << ((~code & 0xFF) >> 4)
        runs.append(bytes([code]) * (width // 2 - 1 if code == 0xFF else width))
    return b"".join(runs).ljust(FULL_SCALE + 1, b"\x80")[: FULL_SCALE + 1]


def _ulaw_codes() -> bytes:
    """The PCMU byte of each 16-bit sample, indexed by the sample as an unsigned number."""
    positive = _positive_ulaw()
    negative = positive[:0:-1].translate(bytes(code & 0x7F for code in range(256)))
    return positive[:FULL_SCALE] + negative


def _nearest(values: tuple[int, ...], sources: tuple[int, ...]) -> bytes:
    """For each source value the code of the same sign whose value is nearest; of two equally near the larger one."""

    def code_of(source_code: int, wanted: int) -> int:
        # The sign bit is 0x80 for positive in both laws, and keeps the two zeros of PCMU apart.
        half = range(source_code & 0x80, (source_code & 0x80) + 0x80)
        return min(half, key=lambda code: (abs(values[code] - wanted), -abs(values[code])))

    return bytes(code_of(code, wanted) for code, wanted in enumerate(sources))


ULAW_VALUES: Final = tuple(_ulaw_value(code) for code in range(256))
"""The 16-bit sample of each PCMU byte."""
ALAW_VALUES: Final = tuple(_alaw_value(code) for code in range(256))
"""The 16-bit sample of each PCMA byte."""

ULAW_TO_ALAW: Final = _nearest(ALAW_VALUES, ULAW_VALUES)
"""`pcmu.translate(ULAW_TO_ALAW)` is the same audio as PCMA."""
ALAW_TO_ULAW: Final = _nearest(ULAW_VALUES, ALAW_VALUES)
"""`pcma.translate(ALAW_TO_ULAW)` is the same audio as PCMU."""

MAGNITUDE: Final = bytes((abs(value) + _STEP // 2) // _STEP for value in ULAW_VALUES)
"""The amplitude of each PCMU byte in steps of 126, 0…255; amplitudes under 63 (-54 dBFS) count as nothing."""

_LOW: Final = bytes(value & 0xFF for value in ULAW_VALUES)
_HIGH: Final = bytes(value >> 8 & 0xFF for value in ULAW_VALUES)
_ULAW_CODES: Final = _ulaw_codes()


def to_pcm16(ulaw: bytes) -> bytes:
    """PCMU as 16-bit little-endian samples, twice as long."""
    pcm = bytearray(2 * len(ulaw))
    pcm[::2] = ulaw.translate(_LOW)
    pcm[1::2] = ulaw.translate(_HIGH)
    return bytes(pcm)


def from_pcm16(pcm: bytes) -> bytes:
    """16-bit little-endian samples as PCMU, half as long. Raises ValueError when half a sample is left over."""
    samples = array("H", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return bytes(map(_ULAW_CODES.__getitem__, samples))


def magnitude(ulaw: bytes) -> int:
    """The sum of the amplitudes of PCMU audio in steps of 126: of one frame 0…40800, a measure of its loudness."""
    return sum(ulaw.translate(MAGNITUDE))


def magnitude_at(dbfs: float) -> int:
    """The `magnitude` of one frame whose mean amplitude is that many dBFS."""
    return round(10 ** (dbfs / 20) * FULL_SCALE * FRAME_BYTES / _STEP)


def loudness(frame: bytes) -> float:
    """Mean absolute amplitude of PCMU audio in dBFS.

    A full-scale sine is -4, a square wave 0. Within 1 dB down to about -45 dBFS; audio whose samples all stay under
    -54 dBFS, and no audio at all, is `SILENT_DBFS`.
    """
    total = magnitude(frame)
    if total == 0:
        return SILENT_DBFS
    return 20 * math.log10(total * _STEP / (len(frame) * FULL_SCALE))
