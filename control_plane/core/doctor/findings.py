"""What a check has found, and the words for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How bad it is, from good to bad."""

    OK = "ok"
    WARN = "warn"
    """Calls go, and somebody should look."""
    FAIL = "fail"
    """Calls, or a part of them, will not go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What was seen, and what to do about it (empty when there is nothing to do), in one language."""

    seen: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The words for one code. `{names}` in them are filled in with the finding's values."""

    level: Level
    en: Words
    es: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of one check. Values are safe to show: no key, no number of a person."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)


def found(code: str, **values: str) -> Finding:
    return Finding(code=code, values=values)


def filled(words: Words, values: Mapping[str, str]) -> Words:
    """The words with the values in their places."""
    return Words(seen=words.seen.format_map(values), remedy=words.remedy.format_map(values))


def worst(levels: list[Level]) -> Level:
    """OK when there is none."""
    return max(levels, key=list(Level).index, default=Level.OK)
