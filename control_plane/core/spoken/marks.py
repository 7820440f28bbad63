"""Which signs are not spoken, and which have a name."""

import re
from typing import Final

from control_plane.core.spoken.tongue import Manner, Rule

EMOJI: Final = (
    r"\U0001F000-\U0001FAFF\u2190-\u21FF\u2300-\u23FF\u2460-\u24FF\u2500-\u27BF\u2900-\u297F\u2B00-\u2BFF\u3030\u303D"
    r"\uFE0E\uFE0F\u200B-\u200D\u2060\uFEFF\u20E3\U000E0020-\U000E007F™®©"
)
"""Pictures, arrows and invisible signs, as part of a set of characters."""

MARKS: Final = rf" ?[{EMOJI}|&=]|[*•`~#_<>\[\]\\@+−–—-]"
"""Where one of the signs may begin, as a pattern."""


def _nothing(found: re.Match[str], manner: Manner) -> str:
    return ""


def _opening(found: re.Match[str], manner: Manner) -> str | None:
    """A bullet, a quote or a heading, at the beginning of a line."""
    begin = found.start()
    return "" if not begin or found.string[begin - 1] == "\n" else None


def _pictures(found: re.Match[str], manner: Manner) -> str:
    after = found.string[found.end() : found.end() + 1]
    return " " if found[0].startswith(" ") and after.isalnum() else ""


def _number(found: re.Match[str], manner: Manner) -> str:
    return f"{manner.tongue.words.number} "


def _minus(found: re.Match[str], manner: Manner) -> str:
    return f"{manner.tongue.words.minus} "


def _plus(found: re.Match[str], manner: Manner) -> str:
    return f"{manner.tongue.words.plus} "


def _plus_behind(found: re.Match[str], manner: Manner) -> str:
    return f" {manner.tongue.words.plus}"


def _and(found: re.Match[str], manner: Manner) -> str:
    return f" {manner.tongue.words.and_} "


def _equals(found: re.Match[str], manner: Manner) -> str:
    return f" {manner.tongue.words.equals} "


def _at(found: re.Match[str], manner: Manner) -> str:
    return f"{manner.tongue.words.at} "


def _to(found: re.Match[str], manner: Manner) -> str:
    return f" {manner.tongue.words.to} "


def _stroke(found: re.Match[str], manner: Manner) -> str:
    return f" {manner.tongue.words.slash} "


def _comma(found: re.Match[str], manner: Manner) -> str:
    return ", "


_PICTURES: Final = Rule(re.compile(rf" ?[{EMOJI}]+(?: [{EMOJI}]+)*"), _pictures)

DEBRIS: Final = (
    _PICTURES,
    Rule(re.compile(r"(?:[-–—•*>]|#{1,6})\s+"), _opening),
    Rule(re.compile(r"•\s*|\*+|`+|~{2,}|\\(?=[*_#`\[\]()~-])"), _nothing),
    Rule(re.compile(r"(?<![^\W_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![^\W_])"), _nothing),
    Rule(re.compile(r"\[(?=[^\[\]\n]{1,200}\]\()|\]\([^()\s]{1,300}\)"), _nothing),
    Rule(re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,9}\s?/?>"), _nothing),
)
"""Signs that mean the same in every language: nothing."""

SIGNS: Final = (
    *DEBRIS,
    Rule(re.compile(r"\s?\|\s?"), _comma),
    Rule(re.compile(r"#(?=(?:[A-Z]{1,4}-?)?[0-9])"), _number),
    Rule(re.compile(r"(?<![^\s(])[-−](?=[$€£]?[0-9])"), _minus),
    Rule(re.compile(r"\+\s?(?=[0-9])"), _plus),
    Rule(re.compile(r"\s?&\s?(?=\S)"), _and),
    Rule(re.compile(r"(?<=[\w)])?\s?=\s?(?=[\w$(-])"), _equals),
    Rule(re.compile(r"(?<!\w)@(?=[^\W_])"), _at),
)
BETWEEN_FIGURES: Final = (
    Rule(re.compile(r"\+(?![\w+])"), _plus_behind),
    Rule(re.compile(r"(?:\s?[–—]\s?|-|\s-\s|:)(?=[$€£]?[0-9])"), _to),
    Rule(re.compile(r"/(?=[0-9])"), _stroke),
)
"""Behind a figure that has just been said, before another."""
