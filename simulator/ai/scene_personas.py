"""Personas that answer the turns of the scenes as they are written down there."""

import re
from functools import lru_cache
from typing import Final

from simulator.ai.persona import Persona, Rule
from simulator.caller.scenes import answers
from simulator.letters import plain

_OTHERWISE: Final = {
    "es": (
        "Claro, dígame un poco más, por favor, para que pueda ayudarle mejor.",
        "De acuerdo, ya lo anoté. ¿Hay alguna otra cosa en la que le pueda ayudar?",
    ),
    "en": (
        "Sure, please tell me a little more, so that I can help you better.",
        "Alright, I made a note of that. Is there anything else I can do for you?",
    ),
}
PREFIXES: Final = {"tuned": "turns", "held_out": "held_out"}
_ALONE: Final = 4
"""Fewer words than this are only recognised when nothing else was said."""


def scene_personas(system: str) -> tuple[Persona, ...]:
    """Those that the system prompt names: `turns_es`, `turns_en`, `held_out_es`, `held_out_en`."""
    return tuple(
        _persona(name, corpus, language=language)
        for corpus, prefix in PREFIXES.items()
        for language in _OTHERWISE
        if (name := f"{prefix}_{language}") in system
    )


@lru_cache(maxsize=4)
def _persona(name: str, corpus: str, *, language: str) -> Persona:
    return Persona(
        name=name,
        language=language,
        marks=frozenset(),
        rules=_rules(corpus, language),
        otherwise=_OTHERWISE[language],
    )


def _rules(corpus: str, language: str) -> tuple[Rule, ...]:
    """Whole turns first; then what was said after the last pause of one, for a bot that missed the rest."""
    whole: dict[tuple[str, ...], list[str]] = {}
    ends: dict[tuple[str, ...], list[str]] = {}
    for texts, answer in answers(corpus, language):
        whole.setdefault(_words(" ".join(texts)), []).append(answer)
        if len(texts) > 1:
            ends.setdefault(_words(texts[-1]), []).append(answer)
    longest_first = [one for kind in (whole, ends) for one in sorted(kind.items(), key=_length, reverse=True)]
    return tuple(Rule(when=_pattern(words), say=tuple(found)) for words, found in longest_first)


def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    start = r"^\W*" if len(words) < _ALONE else r"(?:^|\W)"
    return re.compile(start + "".join(map(_piece, words[:-1])) + re.escape(words[-1]) + r"\W*$")


def _piece(word: str) -> str:
    """A recogniser may miss a single letter: "¿Y mañana?"."""
    return rf"(?:{word}\W+)?" if len(word) == 1 else rf"{re.escape(word)}\W+"


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", plain(text)))


def _length(entry: tuple[tuple[str, ...], list[str]]) -> int:
    return len(entry[0])
