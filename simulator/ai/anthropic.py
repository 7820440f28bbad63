"""Anthropic's Messages API (`/v1/messages`), streamed or not, with what can go wrong before and during a reply.

The model behind it is a persona. Any model name that begins with `claude-` is served.
"""

import asyncio
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from simulator.ai.anthropic_cache import PromptCache
from simulator.ai.anthropic_events import Piece, error_body, json_pieces, message, text_pieces
from simulator.ai.anthropic_rules import VERSIONS, InvalidRequestError, check, merged, user_texts
from simulator.ai.anthropic_stream import Answer, Exchange
from simulator.ai.connection import Connection
from simulator.ai.limits import AiLimits
from simulator.ai.persona import Reply, ToolCall, arguments_for, choose, personas
from simulator.ai.scene_personas import scene_personas
from simulator.faults import Fault
from simulator.world import World

_ERRORS: Final = {
    400: ("invalid_request_error", "The request was refused."),
    401: ("authentication_error", "invalid x-api-key"),
    402: ("billing_error", "Your credit balance is too low to access the API."),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "The requested resource could not be found."),
    408: ("timeout_error", "Request timed out."),
    409: ("conflict_error", "Conflict"),
    413: ("request_too_large", "Request exceeds the maximum size"),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit."),
    500: ("api_error", "Internal server error"),
    503: ("api_error", "Service unavailable"),
    529: ("overloaded_error", "Overloaded"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A valid request: its body and what the persona needs of it."""

    body: Mapping[str, Any]
    texts: Sequence[str]

    @property
    def tools(self) -> dict[str, Mapping[str, Any]]:
        """Names on offer and their input schemas."""
        if self.choice == "none":
            return {}
        return {tool["name"]: tool.get("input_schema", {}) for tool in self.body.get("tools") or ()}

    @property
    def choice(self) -> str:
        return str((self.body.get("tool_choice") or {}).get("type", "auto"))

    @property
    def system(self) -> str:
        system = self.body.get("system") or ""
        return system if isinstance(system, str) else " ".join(block["text"] for block in system)


class Anthropic:
    """The language model of one world."""

    def __init__(self, world: World, limits: AiLimits) -> None:
        self._world = world
        self._limits = limits
        self._cache = PromptCache(world.now)

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """POST /anthropic/v1/messages."""
        arrived = self._world.now()
        request_id = f"req_{uuid.uuid4().hex[:24]}"
        fault = self._world.faults.take("anthropic.request")
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.number("delay_s", 3.0))
        elif fault is not None:
            return _refused(fault, request_id)
        if not self._authorised(request):
            return _error(401, request_id)
        try:
            body = await _body(request)
        except InvalidRequestError as invalid:
            return _error(400, request_id, text=str(invalid))
        if not str(body["model"]).startswith("claude-"):
            return _error(404, request_id, text=f"model: {str(body['model'])[:60]}")
        return await self._answer(request, body, request_id=request_id, arrived=arrived)

    def _authorised(self, request: web.Request) -> bool:
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return self._world.settings.keys.anthropic_api_key in (request.headers.get("x-api-key"), bearer)

    async def _answer(
        self, request: web.Request, body: Mapping[str, Any], *, request_id: str, arrived: float
    ) -> web.StreamResponse:
        usage = self._cache.usage(body)
        envelope = message(f"msg_{uuid.uuid4().hex[:24]}", body["model"], usage=usage)
        connection = Connection(request, self._world.now)
        asked = Asked(body=body, texts=list(user_texts(body["messages"])))
        if body["max_tokens"] == 0:
            answer = Answer(pieces=(), blocks=(), stop_reason="max_tokens")
            question = None
        else:
            answer = _limited(_compose(_decide(asked)), body)
            question = self._world.stages.brain_asked(asked.texts[-1] if asked.texts else "", arrived)
        try:
            if not body.get("stream"):
                return await self._whole(connection, envelope, answer=answer, request_id=request_id)
            exchange = Exchange(
                world=self._world,
                limits=self._limits,
                connection=connection,
                request_id=request_id,
                question=question,
            )
            return await exchange.stream(envelope, answer)
        except (ConnectionError, asyncio.CancelledError) as gone:
            if question is not None:
                self._world.stages.brain_cancelled(question, self._world.now())
            if isinstance(gone, asyncio.CancelledError):
                raise
            return connection.response or web.Response(status=499)

    async def _whole(
        self, connection: Connection, envelope: dict[str, Any], *, answer: Answer, request_id: str
    ) -> web.Response:
        thinking_s = self._world.delay_s("llm_first_token_ms")
        thinking_s += sum(self._world.delay_s("llm_token_ms") for _ in answer.pieces)
        await connection.wait_until(self._world.now() + thinking_s)
        content = []
        for index, block in enumerate(answer.blocks):
            text = "".join(piece.text for piece in answer.pieces if piece.index == index)
            if block["type"] == "text":
                content.append({**block, "text": text})
            else:
                content.append({**block, "input": _parsed(text)})
        usage = {**envelope["usage"], "output_tokens": len(answer.pieces)}
        whole = {**envelope, "content": content, **answer.stop, "usage": usage}
        return web.json_response(whole, headers={"request-id": request_id})


async def _body(request: web.Request) -> dict[str, Any]:
    """Raises InvalidRequestError."""
    version = request.headers.get("anthropic-version")
    if version is None:
        raise InvalidRequestError("anthropic-version: header is required")
    if version not in VERSIONS:
        raise InvalidRequestError("anthropic-version: is not a valid version")
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise InvalidRequestError("The request body is not valid JSON.") from error
    check(body, version)
    return dict(body)


def _decide(asked: Asked) -> Reply:
    """What the persona says to the last message."""
    turns = merged(asked.body["messages"])
    persona = choose((*scene_personas(asked.system), *personas()), system=asked.system, texts=asked.texts)
    results = [block for block in turns[-1][1] if block["type"] == "tool_result"]
    if results and all(block["type"] == "tool_result" for block in turns[-1][1]):
        used = {block["id"]: block["name"] for block in turns[-2][1] if block["type"] == "tool_use"}
        return Reply(text=persona.closing(used[results[-1]["tool_use_id"]]))
    replies = sum(role == "assistant" for role, _ in turns)
    reply = persona.answer(asked.texts, replies=replies, tools=asked.tools)
    return _forced(reply, asked)


def _forced(reply: Reply, asked: Asked) -> Reply:
    """`tool_choice` may demand a tool, or a certain one."""
    name = next(iter(asked.tools), None) if asked.choice == "any" else None
    if asked.choice == "tool":
        name = asked.body["tool_choice"]["name"]
    if name is None or name not in asked.tools or (reply.tool is not None and asked.choice == "any"):
        return reply
    return Reply(text="", tool=ToolCall(name=name, arguments=arguments_for(asked.tools[name], {})))


def _compose(reply: Reply) -> Answer:
    content: list[dict[str, Any]] = []
    pieces: list[Piece] = []
    if reply.text:
        content.append({"type": "text"})
        pieces.extend(Piece(0, text) for text in text_pieces(reply.text))
    if reply.tool is not None:
        index = len(content)
        content.append({"type": "tool_use", "id": f"toolu_{uuid.uuid4().hex[:24]}", "name": reply.tool.name})
        pieces.extend(Piece(index, text, is_json=True) for text in json_pieces(reply.tool.arguments))
    reason = "end_turn" if reply.tool is None else "tool_use"
    return Answer(pieces=tuple(pieces), blocks=tuple(content), stop_reason=reason)


def _limited(answer: Answer, body: Mapping[str, Any]) -> Answer:
    """What is left of the answer under `max_tokens` and `stop_sequences`."""
    said = ""
    for index, piece in enumerate(answer.pieces[: body["max_tokens"]]):
        said += "" if piece.is_json else piece.text
        for stop in body.get("stop_sequences") or ():
            if stop in said:
                return answer.cut(index, "stop_sequence", stop_sequence=stop)
    return answer.cut(body["max_tokens"], "max_tokens") if len(answer.pieces) > body["max_tokens"] else answer


def _parsed(text: str) -> Any:
    """Arguments that `max_tokens` cut through are `{}`."""
    try:
        return json.loads(text or "{}")
    except ValueError:
        return {}


def _refused(fault: Fault, request_id: str) -> web.Response:
    status = int(fault.kind.removeprefix("http_"))
    headers = {"retry-after": fault.text("retry_after", "1")} if status == 429 else {}
    return _error(status, request_id, headers=headers)


def _error(
    status: int, request_id: str, *, text: str | None = None, headers: Mapping[str, str] | None = None
) -> web.Response:
    kind, usual = _ERRORS.get(status, _ERRORS[500])
    body = error_body(kind, text or usual, request_id=request_id)
    return web.json_response(body, status=status, headers={"request-id": request_id, **(headers or {})})
