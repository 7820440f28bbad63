"""Words as they are searched: without regard to case and accents, from texts of any script."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")

LONGEST: Final = 64
"""Letters of a word that are searched; no index takes words without end."""
SNIPPET: Final = 120
"""Letters around what was found."""
LEAST: Final = 3
"""Letters of the shortest part of a word that is found by itself."""


def folded(*texts: str) -> str:
    """In lower case and without accents, so that `maria` finds `María`."""
    joined = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    return "".join(letter for letter in joined if not unicodedata.combining(letter))


def words(*texts: str) -> list[str]:
    """The folded words in order, none of them twice."""
    return list(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(folded(*texts))))


def endings(*texts: str) -> list[str]:
    """The words and their endings: what begins one of them is part of a word, `opez` of `López`."""
    found = words(*texts)
    return list(dict.fromkeys(word[start:] for word in found for start in range(max(1, len(word) - LEAST + 1))))


def grams(found: Iterable[str]) -> list[str]:
    """The pieces of LEAST letters that words consist of, each once: what contains a word has all of its pieces."""
    return list(dict.fromkeys(word[at : at + LEAST] for word in found for at in range(len(word) - LEAST + 1)))


def snippet(texts: Iterable[str], wanted: Sequence[str]) -> str:
    """The stretch of the first text in which one of the words begins; empty when none does."""
    begin = re.compile(r"(?<![^\W_])(?:" + "|".join(map(re.escape, wanted)) + ")") if wanted else None
    for text in texts if begin else ():
        folds = [folded(letter) for letter in text]
        found = begin.search("".join(folds)) if begin else None
        if found:
            return _around(text, _letter_at(folds, found.start()))
    return ""


def _letter_at(folds: Sequence[str], place: int) -> int:
    """The letter of a text whose folded form stands at this place: one may fold to several, or to none."""
    for index, fold in enumerate(folds):
        place -= len(fold)
        if place < 0:
            return index
    return len(folds)


def _around(text: str, place: int) -> str:
    since = max(0, min(place - SNIPPET // 3, len(text) - SNIPPET))
    until = since + SNIPPET
    shown = " ".join(text[since:until].split())
    return f"{'…' if since else ''}{shown}{'…' if until < len(text) else ''}"
