"""How loud a line is when nobody speaks."""

from collections import deque
from typing import Final

from control_plane.core.audio.frames import FRAME_BYTES

_PARTS: Final = 4
"""The memory is kept in so many parts, each with its quietest frame only, and forgotten part by part."""
_LOUDEST: Final = 255 * FRAME_BYTES


class NoiseFloor:
    """The loudness (`g711.magnitude` of a frame) of the quietest of the last frames.

    It falls at once and rises only after no quiet frame has come for its whole memory, so speech with its dips never
    lifts it. A line of which less is known is taken for silent.
    """

    __slots__ = ("_forgets_in", "_part_frames", "_parts", "_quietest", "level")

    def __init__(self, *, frames: int) -> None:
        """Remembers about so many frames."""
        self.level = 0
        self._part_frames = max(1, frames // _PARTS)
        self._parts: deque[int] = deque([0] * _PARTS, maxlen=_PARTS)
        self._forgets_in = self._part_frames
        self._quietest = _LOUDEST

    def follow(self, level: int) -> bool:
        """Take the next frame into account. Whether the floor moved."""
        if level < self._quietest:
            self._quietest = level
        self._forgets_in -= 1
        if self._forgets_in:
            return self._move(level) if level < self.level else False
        self._parts.append(self._quietest)
        self._forgets_in = self._part_frames
        self._quietest = _LOUDEST
        return self._move(min(self._parts))

    def _move(self, level: int) -> bool:
        moved = level != self.level
        self.level = level
        return moved
