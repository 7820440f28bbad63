"""Words of a recognised text: when each is spoken, and how a transcript is written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from simulator.audio.speech import char_starts_ms

_WORD: Final = re.compile(r"\S*\w\S*")
_EDGES: Final = " .,;:!?¡¿…—-()\"'"
_ONE_LETTER_S: Final = 0.4
_NUMBERS: Final = frozenset(
    "cero uno una dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta cien "  # noqa: SIM905
    "mil zero one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty fifty hundred "
    "thousand".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word as written, and its seconds from the beginning of the stretch of speech."""

    written: str
    start: float
    end: float

    @property
    def bare(self) -> str:
        return self.written.strip(_EDGES).lower()

    @property
    def is_number(self) -> bool:
        return self.bare in _NUMBERS or any(letter.isdigit() for letter in self.bare)


@lru_cache(maxsize=1024)
def words_of(text: str) -> tuple[Word, ...]:
    """The words of `text` as `speech` pronounces them."""
    if not text:
        return ()
    starts = [start / 1000 for start in char_starts_ms(text)]
    starts.append(2 * starts[-1] - starts[-2] if len(starts) > 1 else _ONE_LETTER_S)
    found = []
    for match in _WORD.finditer(text):
        sounding = match.group().rstrip(_EDGES)
        found.append(Word(match.group(), starts[match.start()], starts[match.start() + len(sounding)]))
    return tuple(found)


def alternative(words: Sequence[tuple[Word, float]], *, punctuated: bool) -> dict[str, Any]:
    """The `alternatives[0]` of a result; with each word goes the stream second at which its speech began."""
    listed = []
    for word, offset in words:
        entry: dict[str, Any] = {
            "word": word.bare,
            "start": round(offset + word.start, 3),
            "end": round(offset + word.end, 3),
            "confidence": 0.98,
        }
        if punctuated:
            entry["punctuated_word"] = word.written
        listed.append(entry)
    key = "punctuated_word" if punctuated else "word"
    return {
        "transcript": " ".join(entry[key] for entry in listed),
        "confidence": 0.98 if listed else 0.0,
        "words": listed,
    }
