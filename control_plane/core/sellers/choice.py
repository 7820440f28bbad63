"""Whose turn it is: the one who has waited longest, of those who can take it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A seller who is at work."""

    id: str
    turn: int
    """Which turn of all was theirs last; 0: none yet."""
    load: int = 0
    """What they have on their hands."""
    max_load: int | None = None
    """None: as much as there is."""
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the work asks for; empty: nothing in particular."""

    skill: str = ""
    language: str = ""
    but: str = ""
    """Not this seller, as long as there is another."""


def folded(words: Iterable[str]) -> frozenset[str]:
    """Skills and languages as they are compared: `Ventas` is `ventas`."""
    return frozenset(word.strip().casefold() for word in words)


def next_of(candidates: Iterable[Candidate], wanted: Wanted) -> Candidate | None:
    """None when nobody can. Given one after the other, turns go round: nobody has two more than somebody else who could
    have taken them as well."""
    able = [each for each in candidates if _can(each, wanted)]
    others = [each for each in able if each.id != wanted.but]
    return min(others or able, key=lambda each: (each.turn, each.load, each.id), default=None)


def _can(candidate: Candidate, wanted: Wanted) -> bool:
    return (
        (candidate.max_load is None or candidate.load < candidate.max_load)
        and (not wanted.skill or folded((wanted.skill,)) <= candidate.skills)
        and (not wanted.language or _speaks(candidate, wanted.language))
    )


def _speaks(candidate: Candidate, language: str) -> bool:
    """`es` is spoken by whoever speaks `es-MX`, and the other way round."""
    plain = {each.partition("-")[0] for each in candidate.languages}
    return language.strip().casefold().partition("-")[0] in plain
