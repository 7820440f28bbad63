"""Latencies that were counted in steps, packed so small and added up so fast that a year of them is one question.

A packed histogram is the number of its first slot (two bytes, little-endian), how many bytes a count has (one byte: 1,
2, 4 or 8), and the counts one after another. Two are added by adding them as two large whole numbers.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

STEP_MS: Final = 10
"""Latencies are counted in steps of this size."""
SLOTS: Final = 6_000
"""What took longer than a minute is counted as a minute."""

_WIDTHS: Final = (1, 2, 4, 8)
_WIDE: Final = 8
_HEAD: Final = 3
_TOGETHER: Final = 256
"""So many are kept until they are added up. No more, as the sum of so many counts still fits into twice their bytes."""


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
        self._parts: list[bytes] = []
        self._total = 0
        for part in parts:
            self.add(part)

    def add(self, part: bytes) -> None:
        if part:
            self._parts.append(part)
            if len(self._parts) == _TOGETHER:
                self._fold()

    def counts(self) -> dict[int, int]:
        """How many there are by slot."""
        self._fold()
        slots = -(-self._total.bit_length() // (8 * _WIDE))
        found = struct.unpack(f"<{slots}Q", self._total.to_bytes(slots * _WIDE, "little"))
        return {slot: count for slot, count in enumerate(found) if count}

    def _fold(self) -> None:
        alike: dict[bytes, list[bytes]] = {}
        for part in self._parts:
            alike.setdefault(part[:_HEAD], []).append(part[_HEAD:])
        for head, bodies in alike.items():
            self._total += _sum(bodies, width=head[2]) << 8 * _WIDE * int.from_bytes(head[:2], "little")
        self._parts.clear()


def _sum(bodies: Sequence[bytes], *, width: int) -> int:
    """The counts, added up slot by slot, with eight bytes each. They are added with twice their bytes, which is enough
    for _TOGETHER of them: the fewer bytes, the faster."""
    lane, longest = min(_WIDE, 2 * width), max(map(len, bodies))
    wide = _widened(b"".join([body.ljust(longest, b"\0") for body in bodies]), width, to=lane)
    size = longest // width * lane
    total = sum([int.from_bytes(wide[at : at + size], "little") for at in range(0, len(wide), size)])
    return int.from_bytes(_widened(total.to_bytes(size, "little"), lane, to=_WIDE), "little")


def _widened(counts: bytes, width: int, *, to: int) -> bytes | bytearray:
    if width == to:
        return counts
    wide = bytearray(len(counts) // width * to)
    for place in range(width):
        wide[place::to] = counts[place::width]
    return wide
