"""Answers that are ready before anybody asks; only ages are filled in when they are given."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

JSON_TYPE: Final = b"application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """`parts` with an age between each two: how long ago the steady time in `stamps` is."""

    status: int = 200
    content_type: bytes = JSON_TYPE
    parts: tuple[bytes, ...] = ()
    stamps: tuple[float, ...] = ()

    def body(self, now: float) -> bytes:
        if not self.stamps:
            return self.parts[0]
        ages = [b"%.1f" % max(now - stamp, 0.0) for stamp in self.stamps]
        joined = [piece for pair in zip(self.parts, ages, strict=False) for piece in pair]
        return b"".join((*joined, self.parts[-1]))


class Draft:
    """One JSON answer in the making. Its marks cannot be guessed, so nothing that was read can pass for one."""

    def __init__(self) -> None:
        self._secret = secrets.token_hex(8)

    def age(self, stamp: float) -> str:
        return f"{self._secret}:{stamp!r}"

    def prepare(self, content: Mapping[str, Any], *, status: int = 200) -> Prepared:
        pieces = re.split(rb'"%s:([-+.e0-9]+)"' % self._secret.encode(), orjson.dumps(content))
        stamps = tuple(float(stamp) for stamp in pieces[1::2])
        return Prepared(status=status, parts=tuple(pieces[0::2]), stamps=stamps)


def plain(text: str, content_type: str) -> Prepared:
    return Prepared(content_type=content_type.encode(), parts=(text.encode(),))
