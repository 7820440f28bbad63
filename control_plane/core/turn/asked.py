"""What the agent has asked for, told from the end of what it said.

Only the last sentence counts, and only when it is a question or a request: what was asked before it has been overtaken.
The rules are rows of a table, most telling first. An invitation to say anything ("¿En qué le puedo ayudar?") is no
hint, and neither are two questions in one. Nor is one for a yes or no, for a time or for how many: as many answers to
these go on after a pause ("Sí. Mejor el martes.") as are over with it; `TurnMachine.expect` is for who knows better.
"""

import re
from collections.abc import Sequence
from typing import Final

from control_plane.core.turn.backchannels import exact_words
from control_plane.core.turn.hints import NO_HINT, Expected, Hint

_TELEPHONE_DIGITS: Final = 9
"""In Spain; elsewhere ten, and who dictates ten in groups has not paused after the ninth."""
_MOST_TELEPHONE_DIGITS: Final = 10
_COUNTRIES: Final = ("34", "52", "57", "1")
"""Prefixes. A number of ours that begins alike is taken for one with a prefix, and only waited for longer."""
_BIRTH_DIGITS: Final = 4
"""A date of birth has a year; without one it is a beginning."""
_MOST_BIRTH_DIGITS: Final = 8
_SENTENCE: Final = re.compile(r"[^.!?…]+[.!?…]*")
_OR: Final = re.compile(r"\s(o|u|or)\s")


def _any_of(*phrases: str) -> re.Pattern[str]:
    """Regular expressions between the borders of words, several in a string divided by commas."""
    return re.compile(rf"\b(?:{'|'.join(one.strip() for text in phrases for one in text.split(','))})\b")


_QUESTION_WORD: Final = _any_of(
    "qué, quién, quiénes, cuál, cuáles, cuándo, cuánto, cuánta, cuántos, cuántas, dónde, adónde, cómo",
    "what, who, whom, whose, which, when, where, why, how",
)
"""With their accents, by which a Spanish question is told from a subordinate clause."""
_REQUEST: Final = _any_of(
    r"d[ií]game, d[eé]me, indíqueme, deletr[eé]\w*, necesito (?:también )?(?:su|el|la|un|una)",
    "me (?:da|dice|permite|confirma|indica|deja), please (?:tell|give|spell), tell me, give me, i need your",
    "(?:may|can|could) i (?:have|get|ask), could you (?:tell|give|spell)",
)
_FILLING: Final = frozenset(
    exact_words(
        "el la los las un una de del en por para con a al su sus le lo se es son está prefiere quiere sería o y que "
        "usted the a an of in on at for with by to your it is are would like do you prefer want or and one"
    )
)
"""Words that tell no alternative from another."""
_ROWS: Final[Sequence[tuple[re.Pattern[str], Hint]]] = (
    # Invitations: anything may come.
    (_any_of(r"(?:en qué|cómo|what|how)\b.*\b(?:ayudar\w*|servir\w*|apoyar\w*|help|do for you)"), NO_HINT),
    (_any_of("(?:algo|alguna? otr[ao]|alguna? duda).*(?:más|ayudar|otra|cosa), (?:anything|something) else"), NO_HINT),
    (
        _any_of("qué (?:pasó|sucedió|ocurrió|le pasa), cuénteme, platíqueme, what happened, tell me (?:more|about)"),
        Hint(expected=Expected.STORY),
    ),
    # Dictated.
    (_any_of(r"deletr\w+, spell"), Hint(expected=Expected.SPELLING)),
    (_any_of("correo, email, e-mail, mail"), Hint(expected=Expected.EMAIL)),
    (
        _any_of("teléfono, celular, móvil, whatsapp, phone, cell, mobile"),
        Hint(
            expected=Expected.DIGITS,
            length=_TELEPHONE_DIGITS,
            longest=_MOST_TELEPHONE_DIGITS,
            prefixes=_COUNTRIES,
        ),
    ),
    (_any_of("(?:número|clave|código|folio) (?:de|del|al), number, code"), Hint(expected=Expected.DIGITS)),
    (_any_of("dirección, domicilio, calle y, address"), Hint(expected=Expected.ADDRESS)),
    # Who.
    (
        _any_of("nombre completo, nombre y apellidos?, full name, first and last name"),
        Hint(expected=Expected.NAME, length=2),
    ),
    (
        _any_of("nombre, cómo se llama, con quién (?:tengo|hablo), quién (?:habla|llama), name, who am i speaking"),
        Hint(expected=Expected.NAME),
    ),
    (
        _any_of("nacimiento, nació, birth, born"),
        Hint(expected=Expected.DIGITS, length=_BIRTH_DIGITS, longest=_MOST_BIRTH_DIGITS),
    ),
)


def asked(said: str) -> Hint:
    """What the caller will most likely answer to, in Spanish or English."""
    sentences = _SENTENCE.findall(said.lower())
    last = sentences[-1].strip() if sentences else ""
    if not last:
        return NO_HINT
    is_question = last.endswith("?")
    if not is_question and not _REQUEST.search(last):
        return Hint(expected=Expected.NOTHING, options=_telling(last))
    question = last.rpartition("¿")[2]
    question_words = _QUESTION_WORD.findall(question)
    if len(question_words) > 1:
        return NO_HINT
    if is_question and not question_words and _OR.search(question):
        return Hint(expected=Expected.CHOICE, options=_telling(question))
    return next((hint for pattern, hint in _ROWS if pattern.search(question)), NO_HINT)


def _telling(sentence: str) -> frozenset[str]:
    """The words that tell one alternative from another, or what was offered from everything else."""
    return frozenset(exact_words(sentence)) - _FILLING
