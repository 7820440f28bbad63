"""How many of the caller's frames go to the recogniser in one message.

    nobody speaks    ▁▁▁▁▁ ▁▁▁▁▁ ▁▁│▅▇▇ ▇▆▇ ▅▆▇ ▇▆▃ ▁▁▁ ▁▁│▁ ▁ ▁ ▁ ▁│▁▁▁▁▁ ▁▁▁▁▁
                                   │ the voice            │ it is gone    │ its words are settled

A message costs more than what is in it, so frames go out together where that makes nothing later. On the frames after
a voice the recogniser decides that the utterance is over: they go out one by one. What goes on and what begins is told
by the voice gate, and by words of which the gate knows nothing.
"""

from typing import Final

HELD_QUIET: Final = 5
"""So many frames go out together while nobody speaks; a voice that begins sends them off."""
HELD_IN_VOICE: Final = 3
"""The same while somebody speaks: what interrupts, and what is made ready ahead, waits for interim words."""
URGENT_FRAMES: Final = 75
"""So long after a voice at most every frame goes out by itself: longer than any endpoint."""


class Pace:
    """One call's. Counts frames, holds none."""

    def __init__(self) -> None:
        self._voice = False
        self._finalizing = False
        # At first the gate does not know the noise of the line.
        self._urgent = URGENT_FRAMES
        self._hold = 1

    def fed(self) -> int:
        """Another frame has come; so many may be held before they go."""
        if self._urgent:
            self._set(urgent=self._urgent - 1)
        return self._hold

    def voice(self, speaking: bool) -> None:
        """It began or fell silent; what is held is to go now."""
        self._voice = speaking
        # What was asked for before the voice came back says nothing about how this one ends.
        self._finalizing = self._finalizing and not speaking
        self._set(urgent=0 if speaking else URGENT_FRAMES)

    def finalize(self) -> None:
        self._finalizing = True

    def words(self) -> None:
        """Some were heard. Without a voice the gate has not noticed who says them, and will not notice the end."""
        if not self._voice:
            self._set(urgent=URGENT_FRAMES)

    def final(self, *, ends_speech: bool) -> None:
        """Words are settled, at the recogniser's endpoint or because it was asked to."""
        if ends_speech or self._finalizing:
            self._finalizing = False
            self._set(urgent=0)

    def _set(self, *, urgent: int) -> None:
        self._urgent = urgent
        self._hold = 1 if urgent else HELD_IN_VOICE if self._voice else HELD_QUIET
