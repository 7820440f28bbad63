"""G.711 µ-law and A-law (ITU-T G.711), as tables."""

from functools import reduce
from typing import Final

_BIAS: Final = 0x84
_CLIP: Final = 32635


def _ulaw_decode(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS) << (code >> 4 & 0x07)
    return _BIAS - magnitude if code & 0x80 else magnitude - _BIAS


def _ulaw_encode(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> (exponent + 3) & 0x0F) & 0xFF


def _alaw_decode(code: int) -> int:
    code ^= 0x55
    exponent = code >> 4 & 0x07
    magnitude = (code & 0x0F) << 4 | 0x08
    if exponent:
        magnitude = (magnitude + 0x100) << (exponent - 1)
    return magnitude if code & 0x80 else -magnitude


def _alaw_encode(sample: int) -> int:
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(sample if sample >= 0 else -sample - 1, 32767)
    exponent = max(magnitude.bit_length() - 8, 0)
    mantissa = magnitude >> (exponent + 3 if exponent else 4) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


ULAW_TO_LINEAR: Final = tuple(_ulaw_decode(code) for code in range(256))
"""µ-law byte → 16 bit sample."""
ALAW_TO_LINEAR: Final = tuple(_alaw_decode(code) for code in range(256))
LINEAR_TO_ULAW: Final = bytes(_ulaw_encode(step * 4 - 32768) for step in range(16384))
"""(16 bit sample + 32768) >> 2 → µ-law byte."""

ULAW_TO_ALAW: Final = bytes(_alaw_encode(sample) for sample in ULAW_TO_LINEAR)
"""Translation table for `bytes.translate`."""
ALAW_TO_ULAW: Final = bytes(_ulaw_encode(sample) for sample in ALAW_TO_LINEAR)
SILENCE: Final = 0xFF
"""µ-law zero."""


def encode(samples: list[int]) -> bytes:
    """16 bit samples to µ-law; louder ones are clipped."""
    table = LINEAR_TO_ULAW
    return bytes([table[(min(max(sample, -32768), 32767) + 32768) >> 2] for sample in samples])


def mix(first: bytes, second: bytes) -> bytes:
    """Two µ-law sounds of the same length at once."""
    linear = ULAW_TO_LINEAR
    return encode([linear[a] + linear[b] for a, b in zip(first, second, strict=True)])


def mixed(*frames: bytes | None) -> bytes | None:
    """Several sounds at once; None is none, and None when there is none at all."""
    present = [frame for frame in frames if frame is not None]
    return reduce(mix, present) if present else None


def from_pcm16(pcm: bytes) -> bytes:
    """Little-endian 16 bit PCM to µ-law."""
    table = LINEAR_TO_ULAW
    samples = memoryview(pcm[: len(pcm) // 2 * 2]).cast("h")
    return bytes([table[(sample + 32768) >> 2] for sample in samples])
