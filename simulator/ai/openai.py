"""OpenAI's chat completions (`/v1/chat/completions`), streamed or not, with what can go wrong.

The model behind it is a persona, as behind Anthropic's API. Any model name is served, except those that begin with
`missing`.
"""

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from simulator.ai.anthropic_events import json_pieces, text_pieces
from simulator.ai.connection import Connection
from simulator.ai.openai_rules import InvalidRequestError, check
from simulator.ai.openai_stream import Answer, Exchange, Piece, usage_of, whole
from simulator.ai.persona import Reply, choose, personas
from simulator.ai.scene_personas import scene_personas
from simulator.world import World

_ERRORS: Final[Mapping[int, tuple[str, str | None, str]]] = {
    400: ("invalid_request_error", None, "The request was refused."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("invalid_request_error", "permission_denied", "Your project does not have access to this model."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    429: ("tokens", "rate_limit_exceeded", "Rate limit reached."),
    500: ("server_error", None, "The server had an error while processing your request."),
    503: ("server_error", "engine_overloaded", "The engine is currently overloaded."),
}


class OpenAi:
    """The language model of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def completions(self, request: web.Request) -> web.StreamResponse:
        """POST /openai/v1/chat/completions."""
        arrived = self._world.now()
        request_id = f"req_{uuid.uuid4().hex}"
        fault = self._world.faults.take("openai.request")
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.number("delay_s", 3.0))
        elif fault is not None:
            status = int(fault.kind.removeprefix("http_"))
            headers = {"retry-after": fault.text("retry_after", "1")} if status == 429 else {}
            return _error(status, request_id, code=fault.params.get("code"), headers=headers)
        if not self._authorised(request):
            return _error(401, request_id)
        try:
            body = check(await request.read())
        except InvalidRequestError as invalid:
            return _error(400, request_id, text=str(invalid))
        if body["model"].startswith("missing"):
            return _error(404, request_id)
        return await self._answer(request, body, request_id=request_id, arrived=arrived)

    async def model(self, request: web.Request) -> web.Response:
        """GET /openai/v1/models/{model}."""
        if not self._authorised(request):
            return _error(401, "req")
        name = request.match_info["model"]
        if name.startswith("missing"):
            return _error(404, "req")
        return web.json_response({"id": name, "object": "model", "owned_by": "simulator"})

    def _authorised(self, request: web.Request) -> bool:
        return request.headers.get("Authorization", "") == f"Bearer {self._world.settings.keys.openai_api_key}"

    async def _answer(
        self, request: web.Request, body: Mapping[str, Any], *, request_id: str, arrived: float
    ) -> web.StreamResponse:
        connection = Connection(request, self._world.now, id_header="x-request-id")
        texts = _user_texts(body)
        question = self._world.stages.brain_asked(texts[-1] if texts else "", arrived)
        limit = int(body.get("max_completion_tokens") or body.get("max_tokens") or 1_000_000)
        answer = _composed(_decided(body, texts)).within(limit)
        try:
            if not body.get("stream"):
                thinking_s = self._world.delay_s("llm_first_token_ms")
                thinking_s += sum(self._world.delay_s("llm_token_ms") for _ in answer.pieces)
                await connection.wait_until(self._world.now() + thinking_s)
                return web.json_response(whole(answer, body), headers={"x-request-id": request_id})
            exchange = Exchange(world=self._world, connection=connection, request_id=request_id, question=question)
            wants_usage = bool((body.get("stream_options") or {}).get("include_usage"))
            return await exchange.stream(answer, body["model"], usage=usage_of(answer, body) if wants_usage else None)
        except (ConnectionError, asyncio.CancelledError) as gone:
            self._world.stages.brain_cancelled(question, self._world.now())
            if isinstance(gone, asyncio.CancelledError):
                raise
            return connection.response or web.Response(status=499)


def _decided(body: Mapping[str, Any], texts: list[str]) -> Reply:
    """What the persona says to the last message."""
    messages = body["messages"]
    system = " ".join(_text(message) for message in messages if message["role"] in ("system", "developer"))
    persona = choose((*scene_personas(system), *personas()), system=system, texts=texts)
    if messages[-1]["role"] == "tool":
        calls = (call for message in messages for call in message.get("tool_calls") or ())
        used = {call["id"]: call["function"]["name"] for call in calls}
        return Reply(text=persona.closing(used[messages[-1]["tool_call_id"]]))
    replies = sum(message["role"] == "assistant" for message in messages)
    return persona.answer(texts, replies=replies, tools=_tools(body))


def _tools(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Names on offer and the schemas of their arguments."""
    if body.get("tool_choice") == "none":
        return {}
    functions = [tool["function"] for tool in body.get("tools") or ()]
    return {function["name"]: function.get("parameters") or {} for function in functions}


def _user_texts(body: Mapping[str, Any]) -> list[str]:
    return [_text(message) for message in body["messages"] if message["role"] == "user"]


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


def _composed(reply: Reply) -> Answer:
    pieces = [Piece(text) for text in text_pieces(reply.text)]
    if reply.tool is not None:
        pieces.extend(Piece(text, is_json=True) for text in json_pieces(reply.tool.arguments))
    name = "" if reply.tool is None else reply.tool.name
    return Answer(pieces=tuple(pieces), tool=name, reason="tool_calls" if name else "stop")


def _error(
    status: int,
    request_id: str,
    *,
    text: str = "",
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    kind, usual_code, usual = _ERRORS.get(status, _ERRORS[500])
    error = {"message": text or usual, "type": kind, "param": None, "code": code or usual_code}
    return web.json_response({"error": error}, status=status, headers={"x-request-id": request_id, **(headers or {})})
