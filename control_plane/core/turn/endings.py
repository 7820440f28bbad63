"""Whether words can be all of a turn, told from how they end."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from control_plane.core.turn.backchannels import Vocabulary, backchannels, consists_of, exact_words, spoken_words


class Ending(StrEnum):
    """What the last words let one expect."""

    COMPLETE = "complete"
    """They ask for an answer: a question, a yes, a thank you."""
    UNCLEAR = "unclear"
    """A statement: it may be all, or the first half."""
    OPEN = "open"
    """Nobody ends like that: something is still to come."""


def _row(words: str) -> frozenset[str]:
    return frozenset(word for text in words.split() for word in exact_words(text))


def _phrases(text: str) -> Vocabulary:
    return frozenset(exact_words(phrase) for phrase in text.split(","))


_OPEN: Final[Mapping[str, frozenset[str]]] = {
    "es": _row(
        """
        y e o u ni que pero sino aunque porque pues como cuando donde mientras si
        de del a al en con sin por para desde hasta sobre entre hacia según tras contra ante bajo
        el la los las lo un una unos unas mi mis tu tus su sus nuestro nuestra este esta ese esa estos estas cada
        es son era está están ser estar hay muy más menos tan
        quiero quisiera quería necesito necesitaba busco buscaba tengo tenía puedo podría podrían deseo
        me te se le les nos eh em mm ah bueno entonces
        """
    ),
    "en": _row(
        """
        and or but because so if when while that which who than then
        of to in on at for with without from by about into until between
        the a an my your his her our their this these those some any every
        is are was were be been am has have had do does did can could will would should may might must
        i i'd i'm i'll we we'd you it's want need like um uh er well
        """
    ),
}
"""Words that lead on to another."""
_HOURS: Final = frozenset({("la", "una"), ("las", "una")})
"""An article that is a time of day."""
_AUXILIARIES: Final = _row("am is are was were have has had do does did can could will would should")
_PRONOUNS: Final = _row("i you he she it we they")
_OPEN_PHRASES: Final = _phrases(
    "o sea, es que, a ver, lo que, para que, tal vez, me gustaría, me gustaria saber, mi nombre es, mi número es, "
    "mi correo es, número de, you know, i mean, i would like, i'd like, let me see, my name is, my number is, kind of"
)
_CLOSING: Final = _phrases(
    "gracias, muchas gracias, por favor, nada más, no más, eso es todo, eso era todo, eso sería todo, sería todo, "
    "muy amable, hasta luego, adiós, nos vemos, buen día, está bien así, está bien, me parece bien, ahí estaré, "
    "ahí estaremos, that's fine, is fine, are fine, is good, are good, sounds good, sounds great, thanks, thank you, "
    "thank you very much, thank you so much, thanks so much, please, that's all, that is all, that's it, "
    "that's everything, nothing else, "
    "goodbye, bye"
)
_BARE: Final = _row("sí no mañana hoy ahora yes yeah nope tomorrow today now")
"""Alone they are often only the beginning: "sí. Mejor el martes." Who asked for no more than that says so by a hint."""
_SHORT: Final = _phrases(
    "claro que no, no gracias, sí por favor, sí gracias, hola, buenas, buenos días, buenas tardes, "
    "buenas noches, hello, hi, good morning, good afternoon, nope, no thanks, yes please, bye, chao, adiós, "
    "mañana por la mañana, por la mañana, por la tarde, in the morning, "
    "in the afternoon"
)
_FAREWELL: Final = re.compile(r"\b(hasta|nos vemos|see you|talk to you)(\W+\w+){1,3}\W*$")
"""Until some day."""
_ASKING: Final = frozenset(
    re.findall(
        r"\w+",
        "qué quién quiénes cuál cuáles cuándo cuánto cuánta cuántos cuántas dónde cómo what who which when where why "
        "how",
    )
)
"""With their accents, by which a Spanish question is told from a subordinate clause."""
_DIGITS: Final = _row(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés treinta cuarenta cincuenta sesenta setenta ochenta "
    "noventa cien ciento zero one two three four five six seven eight nine ten eleven twelve thirteen twenty thirty "
    "forty fifty sixty seventy eighty ninety hundred oh double"
)
_HESITATION: Final = _row("um uh er eh em este pues")
"""Said alone they ask for time, although some of them also say "go on"."""
_DICTATED: Final = 2
"""So many numbers in a row are dictated, not counted: another may follow."""
_LONGEST_CLOSING: Final = 4
_PAIR: Final = 2


def ending(text: str, language: str) -> Ending:
    """Judge the words of a turn so far; the recogniser's full stops mean nothing, its question marks do."""
    words = exact_words(text)
    if not words:
        return Ending.UNCLEAR
    stripped = text.rstrip()
    if set(words) <= _HESITATION or stripped.endswith(("…", "...", ",", "-", ":")):
        return Ending.OPEN
    if len(words) == 1 and words[0] in _BARE:
        return Ending.UNCLEAR
    if words in _SHORT or consists_of(spoken_words(text), backchannels(language)) or _ends_with(words, _CLOSING):
        return Ending.COMPLETE
    if stripped.endswith("?") or (_FAREWELL.search(text.lower()) and not _leads_on(words, language)):
        return Ending.COMPLETE
    if _leads_on(words, language) or _ends_with(words, _OPEN_PHRASES):
        return Ending.OPEN
    if _is_dictation(words):
        return Ending.UNCLEAR
    first = re.search(r"\w+", text.lower())
    return Ending.COMPLETE if first is not None and first[0] in _ASKING else Ending.UNCLEAR


def _ends_with(words: tuple[str, ...], phrases: Vocabulary) -> bool:
    return any(words[-size:] in phrases for size in range(1, min(_LONGEST_CLOSING, len(words)) + 1))


def _leads_on(words: tuple[str, ...], language: str) -> bool:
    latest = words[-2:]
    if latest in _HOURS or (len(latest) == _PAIR and latest[0] in _PRONOUNS and latest[1] in _AUXILIARIES):
        return False  # "como a la una", "yes, I have"
    known = _OPEN.get(language.lower().partition("-")[0])
    return words[-1] in (known if known is not None else _OPEN["es"] | _OPEN["en"])


def _is_dictation(words: tuple[str, ...]) -> bool:
    latest = words[-_DICTATED:]
    return len(latest) == _DICTATED and all(word in _DIGITS or word.isdecimal() for word in latest)
