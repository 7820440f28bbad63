"""The words of one reply: at which byte of its audio each begins, so which of them were heard."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from control_plane.core.audio.frames import SAMPLE_RATE

_BYTES_PER_MS: Final = SAMPLE_RATE // 1000

SPOKEN_BYTES: Final = 75 * _BYTES_PER_MS
"""A character of slow speech: of a text whose times nobody tells, rather too little counts as spoken than too much."""


@dataclass(frozen=True, slots=True)
class Word:
    """Where a word (a run of characters without white space) stands in the text and in the audio (bytes)."""

    first: int
    after: int
    start: int
    stop: int


class Script:
    """The text of a reply laid along its audio, built as both arrive.

    Text that comes without times is spread evenly over its own piece of audio and the pieces without text that
    follow, so a clause that was sent ahead of its audio finds its place.
    """

    __slots__ = ("_end", "_loose_from", "_starts", "received", "text")

    def __init__(self) -> None:
        self.text = ""
        self.received = 0
        """Bytes of audio so far."""
        self._starts: list[int] = []
        """Where each character begins; the characters after these are still loose."""
        self._loose_from = 0
        """Where the audio begins over which the loose characters are spread."""
        self._end = 0
        """Where the last character with a time is over."""

    def add(self, audio_bytes: int, text: str, *, starts_ms: Sequence[int]) -> None:
        """The next piece. `starts_ms` that are not one a character are not used."""
        if text:
            self._settle()
            self._loose_from = self.received
            if len(starts_ms) == len(text):
                self._place(starts_ms)
                self._end = self.received + audio_bytes
            self.text += text
        self.received += audio_bytes

    def heard(self, played: int) -> str:
        """The words that began before byte `played`, without one of which less than half was played."""
        word = self._word_at(played)
        if word is None:
            return ""
        half_heard = 2 * played >= word.start + word.stop
        return self.text[: word.after if half_heard else word.first].rstrip()

    def resume_from(self, played: int) -> int:
        """Where to begin again after a cut at byte `played`: at the beginning of the word that was cut."""
        word = self._word_at(played)
        return word.start if word is not None and played < word.stop else played

    def break_off(self) -> int:
        """No more audio of this text comes: forget the words of which there is not all. Answers the byte behind those
        that are left.

        Of a text with times the last word is only known to be whole when the space behind it has come too.
        """
        exact = len(self._starts)
        loose = len(self.text) - exact
        spoken = exact + min(loose, (self.received - self._loose_from) // SPOKEN_BYTES)
        whole = self.text[:spoken]
        if spoken < len(self.text) or not loose:
            whole = whole[: len(whole) - len(_cut_word(whole))]
        end = self._starts[len(whole)] if len(whole) < exact else self.received
        self.text, self._starts = whole, self._starts[: len(whole)]
        self._settle()
        self._end = min(self._end, end) if not loose else end
        return end

    def cut(self, received: int) -> None:
        """Less audio is there than was added."""
        self.received = received

    def _place(self, starts_ms: Sequence[int]) -> None:
        """Take over exact times; one that goes back, as some providers send, counts as the one before."""
        floor = self._starts[-1] if self._starts else 0
        exact = (max(floor, self.received + start * _BYTES_PER_MS) for start in starts_ms)
        self._starts.extend(accumulate(exact, max))

    def _settle(self) -> None:
        """Fix the loose characters where they lie by now."""
        if len(self._starts) < len(self.text):
            self._starts = self._laid_out()
            self._end = self.received

    def _laid_out(self) -> list[int]:
        """Where each character of the whole text begins by what is known now."""
        loose = len(self.text) - len(self._starts)
        if not loose:
            return self._starts
        stretch = self.received - self._loose_from
        return self._starts + [self._loose_from + stretch * index // loose for index in range(loose)]

    def _word_at(self, played: int) -> Word | None:
        """The last word that began before byte `played`."""
        starts = self._laid_out()
        begun = self.text[: bisect_left(starts, played)].rstrip()
        if not begun:
            return None
        first = len(begun) - len(begun.split()[-1])
        rest = self.text[first:]
        after = first + len(rest.split(maxsplit=1)[0])
        loose = len(self._starts) < len(self.text)
        over = self.received if loose else self._end
        return Word(first, after, starts[first], starts[after] if after < len(starts) else over)


def rest_of(text: str, spoken: str) -> str:
    """The words of `text` behind those that were spoken; by their number, for a voice may write them differently."""
    left = _count(spoken)
    words = text.split()
    for index, word in enumerate(words):
        if not left and _count(word):
            return " ".join(words[index:])
        left -= _count(word)
    return ""


def _count(text: str) -> int:
    """Words that can be heard."""
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def _cut_word(text: str) -> str:
    """The word in whose middle the text may end."""
    return "" if not text or text[-1].isspace() else text.split()[-1]
