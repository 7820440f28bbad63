"""The guess that a turn is over: when a reply is worth being made ready ahead of the decision."""

import re
from typing import Final

from control_plane.core.turn.endings import Ending, ending
from control_plane.core.turn.endpointing import CallerTurn

SETTLED_S: Final = 0.1
"""An interim that comes so long after the last sound has heard all of it."""


class Guesses:
    """At most so many guesses a turn, each with other words than the one before. It decides nothing else."""

    __slots__ = ("_language", "_left", "_limit", "words")

    def __init__(self, limit: int, language: str) -> None:
        self._limit = limit
        self._language = language
        self._left = limit
        self.words: tuple[str, ...] | None = None
        """Of the reply that is being made ready; None: there is none."""

    def forget(self) -> None:
        """Another turn begins."""
        self._left = self._limit
        self.words = None

    def settle(self) -> None:
        """The turn was committed; what the caller adds before it is answered counts as the same one."""
        self.words = None

    def worth(self, turn: CallerTurn, *, unanswered: str) -> str | None:
        """The words for which a reply should be made ready now, if any."""
        if self._left <= 0 or turn.voice or turn.digits or turn.keys_ended:
            return None
        if turn.words_at < turn.voice_since:
            return None  # the words of what was said last are still to come
        if turn.interim and (unanswered or turn.words_at - turn.silent_since < SETTLED_S):
            return None
        said = turn.words.strip()
        if not said or ending(said, self._language) is Ending.OPEN:
            return None
        text = f"{unanswered} {said}".strip()
        return None if same_words(text, self.words) else text

    def take(self, text: str) -> None:
        """A reply to `text` is being made ready."""
        self._left -= 1
        self.words = said_words(text)


def same_words(text: str, words: tuple[str, ...] | None) -> bool:
    """Whether `text` says these words, whatever its punctuation."""
    return bool(words) and said_words(text) == words


def said_words(text: str) -> tuple[str, ...]:
    """The words letter by letter: `carro` is not `caro`, `años` not `anos`, 2-3 not 23 and -5 not 5."""
    return tuple(re.findall(r"[^\W_]+|-(?=\d)", text.lower()))
