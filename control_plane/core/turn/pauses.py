"""What is known of one caller's way of speaking: how long the pauses within a turn are."""

from collections import deque
from typing import Final

SHORTEST_S: Final = 0.25
"""Less is a breath between two words, and says nothing."""
LONGEST_S: Final = 2.5
"""More is not a pause but a new thought."""
_KEPT: Final = 8
_MARGIN: Final = 1.15
"""The next pause may be a little longer than the longest so far."""


class Pauses:
    """Remembers the latest pauses after which the caller went on with the same turn."""

    __slots__ = ("_latest",)

    def __init__(self) -> None:
        self._latest: deque[float] = deque(maxlen=_KEPT)

    def learn(self, pause_s: float) -> None:
        """The caller was silent for so long, and went on."""
        if SHORTEST_S <= pause_s <= LONGEST_S:
            self._latest.append(pause_s)

    @property
    def usual_s(self) -> float:
        """A silence that this caller may well fill; 0 while nothing is known."""
        if not self._latest:
            return 0.0
        ordered = sorted(self._latest)
        return ordered[(len(ordered) * 3) // 4] * _MARGIN
