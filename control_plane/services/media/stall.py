"""Whether a recogniser that takes the caller's voice tells anything of it."""

import asyncio
from typing import Final

STALL_FRAMES: Final = 100
"""Two seconds of the caller's voice of which the recogniser tells nothing at all, not even that it listens."""
VOICE_FRAMES: Final = 25
"""So much of a voice is worth being told of."""
AFTER_VOICE_FRAMES: Final = 40
"""So long after the voice nothing was told of it."""
AT_ONCE_FRAMES: Final = 3
"""Frames that come together after a hold-up are no time in which the recogniser could have told anything."""


class StallWatch:
    """Counts the frames that one ear took since it last told anything."""

    def __init__(self) -> None:
        self.voice = False
        """Whether the caller speaks."""
        self._unanswered = 0
        """Frames with a voice since the recogniser last told anything."""
        self._waited = 0
        """Frames since that voice fell silent."""
        self._together = 0
        """Frames that counted in this round of the event loop."""

    @property
    def stalled(self) -> bool:
        return self._unanswered >= STALL_FRAMES or self._waited >= AFTER_VOICE_FRAMES

    def begin(self, *, owed: bool) -> None:
        """A new ear has got what was sent before; `owed` when there was a voice in it."""
        self._unanswered = VOICE_FRAMES if owed else 0
        self._waited = 0

    def told(self) -> None:
        self._unanswered = self._waited = 0

    def took(self, frames: int) -> None:
        if not self.voice and self._unanswered < VOICE_FRAMES:
            return
        if not self._together:
            asyncio.get_running_loop().call_soon(self._next_round)
        counted = min(frames, AT_ONCE_FRAMES - self._together)
        self._together += counted
        if self.voice:
            self._unanswered += counted
            self._waited = 0
        else:
            self._waited += counted

    def _next_round(self) -> None:
        self._together = 0
