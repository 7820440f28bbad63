"""Chance that falls the same way every time: the showcase looks alike on every machine."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Numbers drawn from a name. Two dice of one name fall alike."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._drawn = 0

    def chance(self) -> float:
        """0 up to 1."""
        self._drawn += 1
        digest = hashlib.blake2b(f"{self._name}/{self._drawn}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.chance()

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.chance() * len(choices))]
