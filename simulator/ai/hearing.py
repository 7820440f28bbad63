"""What of one stretch of known speech has reached a recogniser."""

from dataclasses import dataclass, field
from typing import Final

from simulator.ai.deepgram_words import Word, words_of
from simulator.audio.levels import FRAME
from simulator.spoken import Spoken

RATE: Final = 8000
FRAME_S: Final = FRAME / RATE
_HEARD_SHARE: Final = 0.6
"""Of a word must have arrived for it to be understood."""


@dataclass(slots=True)
class Hearing:
    """How much of one stretch arrived, frame by frame, and how many of its words are final."""

    spoken: Spoken
    offset: float
    """Stream seconds at which the stretch began."""
    frames: set[int] = field(default_factory=set)
    last: int = 0
    """The latest frame that arrived."""
    said: int = 0
    """Words that are final."""

    def add(self, frame: int) -> None:
        self.frames.add(frame)
        self.last = max(self.last, frame)

    def words(self) -> list[Word]:
        """What arrived and is not final."""
        return [word for word in words_of(self.spoken.text)[self.said :] if self._arrived(word)]

    def settle(self) -> None:
        """What arrived is final now."""
        whole = words_of(self.spoken.text)
        self.said = max((place + 1 for place, word in enumerate(whole) if self._arrived(word)), default=self.said)

    @property
    def complete(self) -> bool:
        """Whether the last word is among what arrived."""
        whole = words_of(self.spoken.text)
        return bool(whole) and self._arrived(whole[-1])

    def _arrived(self, word: Word) -> bool:
        first = round(word.start / FRAME_S)
        last = max(round(word.end / FRAME_S), first + 1)
        return sum(frame in self.frames for frame in range(first, last)) >= _HEARD_SHARE * (last - first)
