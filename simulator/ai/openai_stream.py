"""How a completion goes out as server-sent events: at which pace, and how it can break off."""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from aiohttp import web

from simulator.ai.connection import Connection
from simulator.faults import Fault
from simulator.stage_links import Question
from simulator.world import World

_STALL_S: Final = 3600.0
_LIMITS: Final[Mapping[str, str]] = {"max_tokens": "length", "refusal": "content_filter"}
_DONE: Final = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Piece:
    """One token: text, or a part of the tool's JSON."""

    text: str
    is_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All of a reply: its pieces in order, the tool that is used at its end, why it ends."""

    pieces: tuple[Piece, ...]
    tool: str
    reason: str

    def within(self, tokens: int) -> "Answer":
        return self if len(self.pieces) <= tokens else replace(self, pieces=self.pieces[:tokens], reason="length")

    def disturbed(self, fault: Fault | None) -> "Answer":
        """Under a `refusal` or a `max_tokens` fault; the latter hits inside the arguments of a tool if there is one."""
        if fault is None or fault.kind not in _LIMITS:
            return self
        place = int(fault.number("after_tokens", 0 if fault.kind == "refusal" else 3))
        inside = [index for index, piece in enumerate(self.pieces) if piece.is_json]
        if fault.kind == "max_tokens" and inside:
            place = inside[len(inside) // 2]
        return replace(self, pieces=self.pieces[:place], reason=_LIMITS[fault.kind])


def usage_of(answer: Answer, body: Mapping[str, Any]) -> dict[str, Any]:
    """Four letters are a token; nothing is cached."""
    prompt = len(json.dumps(body["messages"], ensure_ascii=False)) // 4
    tokens = len(answer.pieces)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": tokens,
        "total_tokens": prompt + tokens,
        "prompt_tokens_details": {"cached_tokens": 0},
    }


def whole(answer: Answer, body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a request that is not streamed."""
    text = "".join(piece.text for piece in answer.pieces if not piece.is_json)
    message: dict[str, Any] = {"role": "assistant", "content": text or None}
    if answer.tool:
        arguments = "".join(piece.text for piece in answer.pieces if piece.is_json) or "{}"
        function = {"name": answer.tool, "arguments": arguments}
        message["tool_calls"] = [{"id": _call_id(), "type": "function", "function": function}]
    choice = {"index": 0, "message": message, "finish_reason": answer.reason}
    return {**_envelope("chat.completion", body["model"]), "choices": [choice], "usage": usage_of(answer, body)}


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request that is being answered."""

    world: World
    connection: Connection
    request_id: str
    question: Question

    async def stream(self, answer: Answer, model: str, *, usage: dict[str, Any] | None) -> web.StreamResponse:
        """Send the reply. Raises ConnectionError when the client leaves."""
        fault = self.world.faults.take("openai.stream")
        answer = answer.disturbed(fault)
        began = self.world.now()
        envelope = _envelope("chat.completion.chunk", model)
        response = await self.connection.open(self.request_id)
        await self.connection.wait_until(began + self.world.delay_s("llm_first_token_ms"))
        await self._send(envelope, {"role": "assistant", "content": ""})
        if await self._pieces(answer, envelope, fault=fault):
            await self._send(envelope, {}, finish=answer.reason)
            if usage is not None:
                await self.connection.write(_sse({**envelope, "choices": [], "usage": usage}))
            await self.connection.write(_DONE)
            await response.write_eof()
        return response

    async def _pieces(self, answer: Answer, envelope: Mapping[str, Any], *, fault: Fault | None) -> bool:
        """False when a fault ended the stream. Token times are sums of pauses, so late wake-ups do not add up."""
        breaks_at = min(int(fault.number("after_tokens", 3)), len(answer.pieces) - 1) if fault is not None else -1
        due = self.world.now()
        called = False
        for number, piece in enumerate(answer.pieces):
            if fault is not None and number == breaks_at and await self._broken(fault):
                return False
            await self.connection.wait_until(due)
            due += self.world.delay_s("llm_token_ms")
            if not piece.is_json:
                await self._send(envelope, {"content": piece.text})
                self.world.stages.brain_token(self.question, piece.text, at=self.world.now())
                continue
            call: dict[str, Any] = {"index": 0, "function": {"arguments": piece.text}}
            if not called:
                called = True
                function = {"name": answer.tool, "arguments": ""}
                first = {"index": 0, "id": _call_id(), "type": "function", "function": function}
                await self._send(envelope, {"tool_calls": [first]})
            await self._send(envelope, {"tool_calls": [call]})
        return True

    async def _send(self, envelope: Mapping[str, Any], delta: Mapping[str, Any], *, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        await self.connection.write(_sse({**envelope, "choices": [choice]}))

    async def _broken(self, fault: Fault) -> bool:
        """Let the fault happen; True when the stream is over."""
        match fault.kind:
            case "error_event":
                error = {"message": "The server had an error.", "type": fault.text("type", "server_error")}
                await self.connection.write(_sse({"error": {**error, "param": None, "code": fault.params.get("code")}}))
                return True
            case "cut":
                self.connection.cut()
                return True
            case "garbage":
                await self.connection.write(b'data: {"id":"chatcmpl","choices":[{"index":0,"del\n\n')
            case "stall":
                await self.connection.wait_until(self.world.now() + fault.number("seconds", _STALL_S))
        return False


def _envelope(kind: str, model: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex[:24]}", "object": kind, "created": int(time.time()), "model": model}


def _call_id() -> str:
    return f"call_{uuid.uuid4().hex[:24]}"


def _sse(data: Mapping[str, Any]) -> bytes:
    return b"data: %b\n\n" % orjson.dumps(data)
