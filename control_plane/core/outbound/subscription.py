"""Which kinds of events somebody wants to hear of."""

import re
from collections.abc import Iterable
from typing import Final

EVERYTHING: Final = "*"

_PATTERN: Final = re.compile(r"\*|[a-z_]+(\.[a-z_]+)*(\.\*)?", re.ASCII)


def is_pattern(text: str) -> bool:
    """`order.created`, `order.*` for all that begins so, or `*`."""
    return len(text) <= 100 and _PATTERN.fullmatch(text) is not None


def wants(patterns: Iterable[str], kind: str) -> bool:
    """Whether one of the patterns means this kind."""
    return any(_means(pattern, kind) for pattern in patterns)


def _means(pattern: str, kind: str) -> bool:
    if pattern == EVERYTHING:
        return True
    return kind.startswith(pattern[:-1]) if pattern.endswith(".*") else kind == pattern
