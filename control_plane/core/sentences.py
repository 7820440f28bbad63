"""The cutting of a streamed reply into clauses that a voice can speak."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

FIRST_MIN: Final = 10
"""Characters below which the first clause of a reply is not cut: a shorter one sounds torn off. "Entendido," and "Con
gusto," are whole breaths, and spoken at once they hide the rest of the sentence being written."""
FIRST_MAX: Final = 80
SOFT_MIN: Final = 60
"""Characters from which later clauses are cut at commas, colons and semicolons."""
LATER_MAX: Final = 240

_MARKDOWN: Final = frozenset("*#`")
_BULLETS: Final = frozenset("-–—•")
_SOFT: Final = frozenset(",;:")
_QUOTES: Final = "\"'"
_CLOSERS: Final = "\"')]}»”’"
_LEFTOVERS: Final = frozenset(".,;:!?…)]}»”")
_WHOLE_WORD_AND_STOP: Final = re.compile(r"(?:^|[\s¿¡(«“])[^\W\d_]{4,}[.,;:]$")
_OPENERS: Final = frozenset("¿¡")


class _Abbreviations(NamedTuple):
    """Words before a full stop, without it, in lower case."""

    inside: frozenset[str]
    """Never at the end of a sentence: `Sr. Pérez`."""
    either: frozenset[str]
    """At the end of one when a capital follows: `etc. Abrimos`."""


def _row(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ABBREVIATIONS: Final[Mapping[str, _Abbreviations]] = {
    "es": _Abbreviations(
        inside=_row(
            "sr sra srta sres sras dr dra dres dras dña prof profa lic ing arq gral núm num pág págs art av avda dpto "
            "depto apto tel teléf ext aprox máx mín ej p.ej vs sto sta ee c.c"
        ),
        either=_row("etc ud uds vd vds uu cía hrs hs min seg"),
    ),
    "en": _Abbreviations(
        inside=_row("mr mrs ms dr prof st gen rev sgt fig vs approx apt dept ext e.g i.e"),
        either=_row("etc jr sr inc ltd co corp ave blvd min hrs"),
    ),
}
_ANY_LANGUAGE: Final = _Abbreviations(
    frozenset().union(*(each.inside for each in _ABBREVIATIONS.values())),
    frozenset().union(*(each.either for each in _ABBREVIATIONS.values())),
)


class _Cleaner:
    """Takes out what must not be spoken, character by character, so that it does not matter how the text is cut."""

    __slots__ = ("_bullet", "_last", "_line_start", "_mark")

    def __init__(self) -> None:
        self._last = "\n"
        self._line_start = True
        self._mark = False
        self._bullet = ""

    def clean(self, char: str) -> str:
        """What is to be spoken of the next character, with what was held back before it."""
        char = " " if char.isspace() and char != "\n" else char
        if char in _MARKDOWN:
            self._mark = True
            return ""
        if self._line_start and not self._bullet and char in _BULLETS:
            self._bullet = char
            return ""
        out = self._released(char) + char
        self._line_start = char == "\n" or (self._line_start and char == " ")
        if char == " " and self._last in " \n":
            out = out[:-1]
        self._last = char
        return out

    def _released(self, char: str) -> str:
        """A dash is a bullet when a space follows, else a minus; a mark between two letters parted them."""
        held = self._bullet if char not in " \n" else ""
        self._bullet = ""
        parted = self._mark and self._last.isalnum() and char.isalnum()
        self._mark = False
        return held + (" " if parted else "")


class ClauseSplitter:
    """Turns the pieces a language model streams into clauses, each as soon as it is sure.

    Rules, decided on the arrival of one character at a time:

    * A line break ends a clause. So do `?` and `!`, at once, outside of an address.
    * `.` ends one when white space follows (perhaps after closing quotes or brackets); thus prices, times, addresses
      and host names stay whole, and the last sentence waits for the next piece or `flush`. Not after an abbreviation,
      an initial, or a number that opens the clause (`1. `).
    * After what may or may not end a sentence (`etc.`, `p. m.`, an ellipsis) the next letter decides: a capital does.
    * The first clause of a reply does not wait for that white space when a piece ends in `.` after a whole word: models
      give host names and prices their parts in other ways, and the caller is waiting.
    * The first clause of a reply also ends at a comma, colon or semicolon, so that the voice can begin, but has at
      least FIRST_MIN characters (at a line break, any); later ones only do when they are long.
    * Without any of these a clause ends at the last space before `first_max`, later LATER_MAX, characters.

    Clauses are stripped and hold at least one letter or digit; joined by spaces they give all words in order.
    Markdown marks and bullets are dropped.
    """

    def __init__(self, language: str = "es", *, first_max: int = FIRST_MAX) -> None:
        self._abbreviations = _ABBREVIATIONS.get(language.lower().partition("-")[0], _ANY_LANGUAGE)
        self._first_max = first_max
        self._start()

    def _start(self) -> None:
        self._cleaner = _Cleaner()
        self._text = ""
        self._first = True
        self._undecided = False

    def feed(self, delta: str) -> list[str]:
        """Take the next piece of the reply; the clauses that it completes."""
        clauses = [clause for char in delta for spoken in self._cleaner.clean(char) for clause in self._take(spoken)]
        if self._first and self._ends_with_the_piece():
            clauses += self._cut(len(self._text))
        return clauses

    def flush(self) -> list[str]:
        """The rest; for the end of a reply, and before a pause in it (a tool). What follows begins like a reply."""
        rest = self._text.strip()
        self._start()
        return [rest] if _speakable(rest) else []

    def _take(self, char: str) -> Iterator[str]:
        if char == "\n":
            yield from self._cut(len(self._text))
            self._text = ""
        elif char == " ":
            yield from self._take_space()
        elif self._text or char not in _LEFTOVERS:
            yield from self._take_mark_or_letter(char)

    def _take_space(self) -> Iterator[str]:
        if not self._text.strip(_QUOTES):
            self._text = ""  # a quote closed behind the clause before
            return
        end = self._text.rstrip(_CLOSERS)
        if end[-1:] in _SOFT and len(self._text) >= (FIRST_MIN if self._first else SOFT_MIN):
            yield from self._cut(len(self._text))
        elif end[-1:] in (".", "…") and self._long_enough():
            ends = self._ends_sentence(end)
            self._undecided = ends is None
            if ends:
                yield from self._cut(len(self._text))
        if self._text:
            self._text += " "

    def _take_mark_or_letter(self, char: str) -> Iterator[str]:
        if self._undecided:
            self._undecided = False
            if char.isupper() or char in _OPENERS:
                yield from self._cut(len(self._text))
        self._text += char
        if char in "?!" and self._long_enough() and not self._in_address():
            yield from self._cut(len(self._text))
        elif len(self._text) > (self._first_max if self._first else LATER_MAX):
            yield from self._break()

    def _break(self) -> Iterator[str]:
        """Too long for a clause: cut it before its last word, and a word that is itself too long anywhere."""
        end = self._text.rstrip().rfind(" ")
        yield from self._cut(end if end > 0 else LATER_MAX if len(self._text) > LATER_MAX else 0)
        if len(self._text) > LATER_MAX and not _speakable(self._text):
            self._text = ""  # rows of signs, of which nothing will ever be said

    def _cut(self, end: int) -> Iterator[str]:
        """End the clause there, unless nothing in it can be spoken."""
        clause, rest = self._text[: max(0, end)].strip(), self._text[max(0, end) :].lstrip()
        if _speakable(clause):
            self._text = rest
            self._first = False
            self._undecided = False
            yield clause

    def _ends_with_the_piece(self) -> bool:
        """Whether the first clause is over without a look at the next piece, for which a caller would have to wait."""
        return self._long_enough() and bool(_WHOLE_WORD_AND_STOP.search(self._text)) and not self._in_address()

    def _long_enough(self) -> bool:
        return not self._first or len(self._text) >= FIRST_MIN

    def _in_address(self) -> bool:
        word = self._text.rpartition(" ")[2]
        return "://" in word or word.startswith("www.") or "@" in word

    def _ends_sentence(self, text: str) -> bool | None:
        """Whether the full stop or ellipsis at the end of `text` ends a sentence; None when the next letter decides."""
        if text.endswith(("…", "..")):
            return None
        if re.fullmatch(r"\W*\d+\.", text):
            return False
        word = text[:-1].rpartition(" ")[2].lstrip("¿¡(\"'«“[")
        folded = word.lower()
        if folded in self._abbreviations.inside or (len(word) == 1 and word.isupper()):
            return False
        if folded in self._abbreviations.either or re.fullmatch(r"[^\W\d_](\.[^\W\d_])*", word):
            return None
        return True


def _speakable(text: str) -> bool:
    return any(char.isalnum() for char in text)
