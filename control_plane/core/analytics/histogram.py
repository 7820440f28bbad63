"""Latencies that were counted in steps, packed so small and added up so fast that a year of them is one question.

A packed histogram is the number of its first slot (two bytes, little-endian), how many bytes a count has (one byte: 1,
2, 4 or 8), and the counts one after another. Two are added by adding them as two large whole numbers.
"""

import struct
from collections.abc import Iterable, Mapping
from typing import Final

STEP_MS: Final = 10
"""Latencies are counted in steps of this size."""
SLOTS: Final = 6_000
"""What took longer than a minute is counted as a minute."""

_WIDTHS: Final = (1, 2, 4, 8)
_WIDE: Final = 8
_HEAD: Final = 3


def slot_of(latency_ms: float) -> int:
    """The step that it is in."""
    return min(SLOTS - 1, max(0, int(latency_ms / STEP_MS)))


def middle_ms(slot: int) -> float:
    """What a latency of this step is told as."""
    return (slot + 0.5) * STEP_MS


def packed(counts: Mapping[int, int]) -> bytes:
    """Counts by slot; empty for none."""
    if not counts:
        return b""
    first, last = min(counts), max(counts)
    most = max(counts.values())
    width = next(width for width in _WIDTHS if most < 1 << 8 * width)
    body = bytearray(width * (last - first + 1))
    for slot, count in counts.items():
        place = (slot - first) * width
        body[place : place + width] = count.to_bytes(width, "little")
    return first.to_bytes(2, "little") + bytes((width,)) + bytes(body)


class Pile:
    """Packed histograms thrown together."""

    def __init__(self, parts: Iterable[bytes] = ()) -> None:
        self._total = 0
        for part in parts:
            self.add(part)

    def add(self, part: bytes) -> None:
        if part:
            self._total += int.from_bytes(_widened(part), "little") << 8 * _WIDE * int.from_bytes(part[:2], "little")

    def counts(self) -> dict[int, int]:
        """How many there are by slot."""
        slots = -(-self._total.bit_length() // (8 * _WIDE))
        found = struct.unpack(f"<{slots}Q", self._total.to_bytes(slots * _WIDE, "little"))
        return {slot: count for slot, count in enumerate(found) if count}


def _widened(part: bytes) -> bytes | bytearray:
    """The counts with eight bytes each."""
    width, body = part[2], part[_HEAD:]
    if width == _WIDE:
        return body
    wide = bytearray(len(body) // width * _WIDE)
    for place in range(width):
        wide[place::_WIDE] = body[place::width]
    return wide
