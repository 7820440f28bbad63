"""A reply that one speaker begins and another one finishes: whole words only, and none of them twice."""

import re
from typing import Final

from control_plane.core.turn.dictated import digits_in

LEAST_AFTER_MARK: Final = 2
"""So many last words have to come again to count as repeated when a mark follows them: "no, no" may be meant."""
MOST_DIGITS: Final = 4
"""So many numbers in a row come twice in a telephone number; only what is longer is a repetition."""
LONGEST_WORD: Final = 40
"""Characters; what is longer is passed on in pieces."""
_WORD: Final = re.compile(r"[^\W_]+")
_NO_DIGITS: Final = frozenset({"un", "una", "o"})
"""More often an article, a conjunction."""
_HALF_NUMBER: Final = re.compile(r"\d[.,:]\Z")
"""It may be the beginning of 3.50 or 10:30."""
_OPENERS: Final = ("¿", "¡")


class Continuation:
    """Passes on what is said up to its last whole word, so that a reply that breaks off never ends in half a one.

    After `broke_off` somebody else goes on. What he repeats of the beginning, from its first word or its last ones, is
    taken out; for that his words are held back as long as they may be a repetition.
    """

    def __init__(self) -> None:
        self.passed = ""
        """All that was passed on."""
        self._held = ""
        self._before: list[str] = []
        """The words of the beginning, as long as it is not sure that they are not said again."""
        self._joins = False
        """Whether the next words follow those of another speaker."""

    def feed(self, text: str) -> str:
        """What can be passed on with the next piece; empty when it has to wait for the one after."""
        held = self._held = self._held + text
        end = len(held)
        if held[-1:].isalnum() or _HALF_NUMBER.search(held[-2:]):
            word = held.split()[-1]
            end -= len(word) if len(word) <= LONGEST_WORD else 0
        return self._pass(end, over=False)

    def end(self) -> str:
        """Nothing more comes: what was held back."""
        return self._pass(len(self._held), over=True)

    def broke_off(self) -> str:
        """Another one goes on after this, which is all that was passed on; what was held back is forgotten."""
        self._held = ""
        self._before = _words(self.passed)
        self._joins = bool(self._before)
        return self.passed

    def _pass(self, end: int, *, over: bool) -> str:
        text = self._held[:end]
        if self._before:
            repeated = self._repeated(text, over=over)
            if repeated is None:
                return ""
            self._before = []
            text = text[repeated:]
        self._held = self._held[end:]
        if self._joins and (text := self._parted(text)):
            self._joins = False
        self.passed += text
        return text

    def _repeated(self, text: str, *, over: bool) -> int | None:
        """How many characters at the beginning of `text` say again what was said; None when that is not sure yet."""
        found = list(_WORD.finditer(text))
        words = [match[0].casefold() for match in found]
        least = 1 if self.passed.rstrip()[-1:].isalnum() else LEAST_AFTER_MARK
        for start in range(len(self._before)):
            tail = self._before[start:]
            if (start and len(tail) < least) or (len(tail) <= MOST_DIGITS and all(map(_is_number, tail))):
                break
            if words[: len(tail)] == tail:
                return self._after_marks(text, found[len(tail) - 1].end())
            if not over and words == tail[: len(words)]:
                return None
        return 0

    def _after_marks(self, text: str, end: int) -> int:
        """Behind the marks that follow the last word repeated, as far as they have been passed on, too."""
        marks = iter(self.passed.rstrip()[_last_word_end(self.passed) :])
        while end < len(text) and text[end] == next(marks, None):
            end += 1
        return end

    def _parted(self, text: str) -> str:
        """With one space between the beginning and what follows, where a word does."""
        text = text.lstrip() if not text.strip() or self.passed[-1:].isspace() else text
        is_word = text[:1].isalnum() or text[:1] in _OPENERS
        return f" {text}" if text and is_word and not self.passed[-1:].isspace() else text


def _words(text: str) -> list[str]:
    return [match[0].casefold() for match in _WORD.finditer(text)]


def _is_number(word: str) -> bool:
    return word not in _NO_DIGITS and digits_in(word) > 0


def _last_word_end(text: str) -> int:
    return max((match.end() for match in _WORD.finditer(text)), default=0)
