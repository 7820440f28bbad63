"""Which written words were heard, by the spoken ones that were."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spoken:
    """A written text and how it is said."""

    text: str
    """What a voice is given."""
    pieces: tuple[tuple[str, str], ...]
    """Written and spoken, in order. The written ones joined are the written text; where both are equal nothing was
    changed, and such a piece may be long."""

    @property
    def written(self) -> str:
        return "".join(written for written, _ in self.pieces)

    def written_upto(self, spoken_prefix: str) -> str:
        """The written words that belong to the beginning of the spoken text, whole ones only.

        Words that are said otherwise than they are written (a price, a date) were heard when all of it was: half a
        price is another price. A voice may give the text back with other spaces, or write its words otherwise.
        """
        return _written_upto(self.pieces, _weight_of(spoken_prefix, self.text))


class Wording:
    """The clauses of one reply as they are written and as they are said, to answer what of it was heard."""

    __slots__ = ("_clauses",)

    def __init__(self) -> None:
        self._clauses: list[Spoken] = []

    def add(self, clause: Spoken) -> str:
        """The next clause; what the voice is to be given."""
        self._clauses.append(clause)
        return clause.text

    def written(self, heard: str) -> str:
        """The written words, of clauses joined by spaces, by the spoken ones that were heard of all of them."""
        weight = _weight_of(heard, " ".join(clause.text for clause in self._clauses))
        return " ".join(filter(None, (words.strip() for words in self._written(weight))))

    def _written(self, weight: int) -> Iterator[str]:
        for clause in self._clauses:
            if weight <= 0:
                return
            yield _written_upto(clause.pieces, weight)
            weight -= _weight(clause.text)


def _weight(text: str) -> int:
    """Characters without white space."""
    return sum(map(len, text.split()))


def _weight_of(heard: str, said: str) -> int:
    """How much of what was said was heard: by its characters; by its words where the voice writes them otherwise."""
    if "".join(said.split()).startswith("".join(heard.split())):
        return _weight(heard)
    words, left = said.split(), _words(heard)
    for index, word in enumerate(words):
        left -= _words(word)
        if left <= 0:
            return sum(map(len, words[: index + 1]))
    return _weight(said)


def _words(text: str) -> int:
    """Words that can be heard."""
    return sum(any(char.isalnum() for char in word) for word in text.split())


def _written_upto(pieces: tuple[tuple[str, str], ...], weight: int) -> str:
    if weight <= 0:
        return ""
    written, end = "".join(piece for piece, _ in pieces), 0
    for piece, spoken in pieces:
        own = _weight(spoken)
        if own > weight:
            if piece == spoken:
                end += _place_of(piece, weight)
            break
        end += len(piece)
        weight -= own
    return _whole_words(written, end)


def _place_of(text: str, weight: int) -> int:
    """The place behind that many characters that are no white space."""
    for place, char in enumerate(text):
        if not weight:
            return place
        weight -= not char.isspace()
    return len(text)


def _whole_words(text: str, end: int) -> str:
    """The words up to there; one of which only signs are missing is whole."""
    after = end
    while after < len(text) and not text[after].isspace() and not text[after].isalnum():
        after += 1
    if after == len(text):
        return text
    if text[after].isspace():
        return text[:after].rstrip()
    while end and not text[end - 1].isspace():
        end -= 1
    return text[:end].rstrip()
