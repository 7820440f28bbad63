"""The vocabulary of listening: words that say "go on" and do not ask for the floor."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

_SPANISH: Final = """
    ajá, mhm, mm, hm, um, ah, oh, eh, em, uy, sí, sip, ok, okay, okey, ya, claro, vale, bien, bueno, dale, listo,
    perfecto, entiendo, entendido, exacto, correcto, cierto, efectivamente, órale, ándale, genial, de acuerdo, así es,
    ya veo, está bien, muy bien, por supuesto, desde luego, claro que sí, eso es
"""
_ENGLISH: Final = """
    uh-huh, uh huh, mhm, mm, hm, um, uh, ah, oh, er, yeah, yep, yup, yes, ok, okay, right, sure, alright, all right,
    cool, fine, great, good, exactly, correct, indeed, absolutely, gotcha, i see, got it, of course, i understand,
    makes sense, that's right
"""
_PICK_UP: Final = """
    hola, aló, bueno, diga, dígame, mande, sí, buenas, buenos días, buenas tardes, buenas noches, hello, hi, hey, yes
"""

_LONGEST_PHRASE: Final = 3

Vocabulary = frozenset[tuple[str, ...]]


def spoken_words(text: str) -> tuple[str, ...]:
    """The words of `text`, folded: lower case, no accents, no punctuation, drawn-out letters once (`Sííí.` is `si`)."""
    return tuple(re.sub(r"([a-z])\1+", r"\1", word) for word in exact_words(text))


def exact_words(text: str) -> tuple[str, ...]:
    """The same with letters as often as they stand there: `perro` is not `pero`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return tuple(re.findall(r"[^\W_]+", re.sub(r"['’\-‐‑]", "", plain)))


def _vocabulary(text: str) -> Vocabulary:
    return frozenset(spoken_words(phrase) for phrase in text.split(","))


_BY_LANGUAGE: Final[Mapping[str, Vocabulary]] = {"es": _vocabulary(_SPANISH), "en": _vocabulary(_ENGLISH)}
_ANY_LANGUAGE: Final[Vocabulary] = frozenset().union(*_BY_LANGUAGE.values())

PICK_UP: Final[Vocabulary] = _vocabulary(_PICK_UP)
"""What people say when they pick up the telephone."""


def backchannels(language: str) -> Vocabulary:
    """The backchannels of `es` or `en`, by the first part of the tag (`es-MX`); of both for any other language."""
    return _BY_LANGUAGE.get(language.lower().partition("-")[0], _ANY_LANGUAGE)


def begins_with(words: tuple[str, ...], vocabulary: Vocabulary) -> bool:
    """Whether `words` (folded) can be the beginning of such a row: "de" of "de acuerdo"."""
    begun = (size for size in range(1, min(_LONGEST_PHRASE, len(words) + 1)) if _begins(words[-size:], vocabulary))
    return consists_of(words, vocabulary) or any(consists_of(words[:-size], vocabulary) for size in begun)


def _begins(words: tuple[str, ...], vocabulary: Vocabulary) -> bool:
    return any(phrase[: len(words)] == words for phrase in vocabulary)


def consists_of(words: tuple[str, ...], vocabulary: Vocabulary) -> bool:
    """Whether `words` (folded) can be read as a row of phrases of the vocabulary; an empty row can."""
    readable = {0}
    for start in range(len(words)):
        if start in readable:
            sizes = range(1, _LONGEST_PHRASE + 1)
            readable.update(start + size for size in sizes if words[start : start + size] in vocabulary)
    return len(words) in readable
