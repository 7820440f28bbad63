"""What a model that listens adds to the words, and how much it may be believed with this caller.

                 words complete    unclear      open
    sounds done     complete       complete     open
    no verdict      complete       unclear      open
    goes on         unclear        open         open

Words that cannot be all win. A model is believed when it has been right about this caller twice, and a mistake weighs
as much as six right verdicts: one that does not understand this voice, this line or this language says something all
the same, and would cut the caller off again and again.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from control_plane.core.turn.endings import Ending

DONE_FROM: Final = 0.8
GOES_ON_TO: Final = 0.2


class Melody(StrEnum):
    """What the sound alone lets one expect."""

    DONE = "done"
    UNSURE = "unsure"
    GOES_ON = "goes_on"


_TOGETHER: Final[Mapping[tuple[Ending, Melody], Ending]] = {
    (Ending.COMPLETE, Melody.GOES_ON): Ending.UNCLEAR,
    (Ending.UNCLEAR, Melody.DONE): Ending.COMPLETE,
    (Ending.UNCLEAR, Melody.GOES_ON): Ending.OPEN,
}
"""Where the sound changes what the words say."""


class Listener:
    """The verdict about the silence that holds, and what became of those before it.

    A verdict never outlives its silence, and an end counts only when it was that of a turn: who murmurs while the agent
    speaks, or coughs, proves nothing.
    """

    __slots__ = ("_is_turn", "_score", "_verdict")

    RIGHT, WRONG, BELIEVED_FROM = 1, -6, 2

    def __init__(self) -> None:
        self._verdict = Melody.UNSURE
        self._score = 0
        self._is_turn = False
        """Whether words were taken as a turn in the silence that holds."""

    def forget(self) -> None:
        """The silence is over, and with it what was thought of it."""
        self._verdict = Melody.UNSURE
        self._is_turn = False

    def heard(self, finished: float) -> None:
        """The model's opinion of the latest sound."""
        self._verdict = Melody.DONE if finished >= DONE_FROM else Melody.UNSURE
        if finished <= GOES_ON_TO:
            self._verdict = Melody.GOES_ON

    def turn_taken(self) -> None:
        """The words before this silence are a turn."""
        self._is_turn = True

    def went_on(self) -> None:
        """The caller speaks again: it was a pause."""
        self._settle(right=Melody.GOES_ON, wrong=Melody.DONE)

    def ended(self) -> None:
        """The caller has been answered and heard the answer: it was an end."""
        if self._is_turn:
            self._settle(right=Melody.DONE, wrong=Melody.GOES_ON)
        self.forget()

    @property
    def verdict(self) -> Melody:
        """As far as it is believed."""
        return self._verdict if self._score >= self.BELIEVED_FROM else Melody.UNSURE

    def _settle(self, *, right: Melody, wrong: Melody) -> None:
        if self._verdict is right:
            self._score += self.RIGHT
        elif self._verdict is wrong:
            self._score += self.WRONG
        self.forget()


def together(words: Ending, melody: Melody) -> Ending:
    """What words and sound say."""
    return _TOGETHER.get((words, melody), words)
