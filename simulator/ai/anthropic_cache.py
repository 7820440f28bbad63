"""How many tokens a request has, and which of them prompt caching would have read or written."""

import json
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final

MINIMUM_PREFIX: Final = 512
"""Tokens of the shortest prefix that is cached (Haiku 5.5); below, both counters stay 0."""
_LOOK_BACK: Final = 20
"""Blocks before a breakpoint at which an earlier prefix is looked for."""
_LIFETIMES_S: Final = {"5m": 300.0, "1h": 3600.0}
_BOUND: Final = 10_000
_CHARACTERS_PER_TOKEN: Final = 4


def count_tokens(text: str) -> int:
    """An estimate: four characters to a token."""
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


class PromptCache:
    """Prefixes that are cached, by their digest. When the bound is reached everything is forgotten."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._until: dict[bytes, float] = {}

    def usage(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The input side of `usage`; breakpoints of the request are remembered."""
        prefixes, marks = self._prefixes(body)
        total = prefixes[-1][1] if prefixes else 0
        if not marks or prefixes[max(marks)][1] < MINIMUM_PREFIX:
            return _usage(total, read=0, written={})
        last = max(marks)
        read = 0
        for digest, tokens in reversed(prefixes[max(0, last - _LOOK_BACK) : last + 1]):
            if self._until.get(digest, 0.0) > self._now():
                read = tokens
                break
        if len(self._until) > _BOUND:
            self._until.clear()
        for place, ttl in marks.items():
            if prefixes[place][1] >= MINIMUM_PREFIX:
                self._until[prefixes[place][0]] = self._now() + _LIFETIMES_S[ttl]
        written = prefixes[last][1] - read
        return _usage(total - read - written, read=read, written={marks[last]: written})

    def _prefixes(self, body: Mapping[str, Any]) -> tuple[list[tuple[bytes, int]], dict[int, str]]:
        """`(digest, tokens)` up to each block, and the places of the breakpoints with their time to live."""
        digest = blake2b(digest_size=16)
        characters = 0
        prefixes: list[tuple[bytes, int]] = []
        marks: dict[int, str] = {}
        for block in _blocks(body):
            if (mark := block.get("cache_control")) is not None:
                marks[len(prefixes)] = _ttl(mark)
            text = json.dumps({name: value for name, value in block.items() if name != "cache_control"})
            digest.update(text.encode())
            characters += len(text)
            prefixes.append((digest.digest(), -(-characters // _CHARACTERS_PER_TOKEN)))
        if prefixes and (mark := body.get("cache_control")) is not None:
            marks[len(prefixes) - 1] = _ttl(mark)
        return prefixes, marks


def _blocks(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything that is cached, in the order in which it is: tools, system, messages."""
    yield from body.get("tools") or ()
    system = body.get("system") or ()
    yield from [{"type": "text", "text": system}] if isinstance(system, str) else system
    for message in body["messages"]:
        content = message["content"]
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            yield {**block, "role": message["role"]}


def _ttl(mark: Mapping[str, Any]) -> str:
    ttl = mark.get("ttl", "5m")
    return ttl if ttl in _LIFETIMES_S else "5m"


def _usage(uncached: int, *, read: int, written: Mapping[str, int]) -> dict[str, Any]:
    return {
        "input_tokens": uncached,
        "cache_creation_input_tokens": sum(written.values()),
        "cache_read_input_tokens": read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": written.get("5m", 0),
            "ephemeral_1h_input_tokens": written.get("1h", 0),
        },
        "output_tokens": 0,
    }
