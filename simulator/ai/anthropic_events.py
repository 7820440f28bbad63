"""A reply as the Messages API sends it: pieces of text and of tool arguments, and the events that carry them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Final

import orjson

_WORD: Final = re.compile(r"\s*\S+|\s+")
_LONGEST_PIECE: Final = 7
_JSON_CUTS: Final = (1, 6, 3, 9, 2, 5)
"""Lengths of the pieces of tool arguments: cuts fall inside names, values and escapes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One token: a content block's `index`, and text or a part of the tool's JSON."""

    index: int
    text: str
    is_json: bool = False

    @property
    def event(self) -> bytes:
        name, field = ("input_json_delta", "partial_json") if self.is_json else ("text_delta", "text")
        delta = {"type": name, field: self.text}
        return sse({"type": "content_block_delta", "index": self.index, "delta": delta})


def text_pieces(text: str) -> Iterator[str]:
    """Words with the space before them; long words in two pieces."""
    for match in _WORD.finditer(text):
        word = match.group()
        if len(word) > _LONGEST_PIECE:
            yield word[: len(word) // 2]
            yield word[len(word) // 2 :]
        else:
            yield word


def json_pieces(arguments: Mapping[str, Any]) -> Iterator[str]:
    """The arguments in odd pieces; without arguments one empty piece."""
    if not arguments:
        yield ""
        return
    text = json.dumps(arguments, ensure_ascii=False)
    lengths = cycle(_JSON_CUTS)
    start = 0
    while start < len(text):
        length = next(lengths)
        yield text[start : start + length]
        start += length


def sse(data: Mapping[str, Any]) -> bytes:
    """One server-sent event, named by its type."""
    return b"event: %b\ndata: %b\n\n" % (data["type"].encode(), orjson.dumps(data))


def message(message_id: str, model: str, *, usage: Mapping[str, Any]) -> dict[str, Any]:
    """A message without content yet."""
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }


def block_start(index: int, block: Mapping[str, Any]) -> bytes:
    empty = {**block, "text": ""} if block["type"] == "text" else {**block, "input": {}}
    return sse({"type": "content_block_start", "index": index, "content_block": empty})


def block_stop(index: int) -> bytes:
    return sse({"type": "content_block_stop", "index": index})


def ending(stop: Mapping[str, Any], output_tokens: int) -> bytes:
    """`message_delta` with the reason, and `message_stop`."""
    delta = {"type": "message_delta", "delta": stop, "usage": {"output_tokens": output_tokens}}
    return sse(delta) + sse({"type": "message_stop"})


def error_body(kind: str, text: str, *, request_id: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": text}, "request_id": request_id}
