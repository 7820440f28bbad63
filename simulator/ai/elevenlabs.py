"""ElevenLabs' text-to-speech endpoints: their addresses, keys, queries and plain HTTP requests.

Voices: every id is a voice of its own; an id that begins with `missing` does not exist. The sockets are in
`elevenlabs_socket`.
"""

import asyncio
import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from aiohttp import web

from simulator.ai.elevenlabs_socket import Options, VoiceSocket
from simulator.ai.limits import AiLimits
from simulator.ai.voice_audio import DEFAULT_FORMAT, FORMATS, Piece
from simulator.ai.voice_context import Context, TextBuffer
from simulator.faults import Fault
from simulator.sockets import check_upgrade
from simulator.world import World

_ERRORS: Final[Mapping[int, tuple[str, str, str]]] = {
    400: ("validation_error", "invalid_parameters", "The request is invalid."),
    401: ("authentication_error", "invalid_api_key", "Invalid API key"),
    402: ("payment_required", "insufficient_credits", "Not enough credits."),
    403: ("authorization_error", "voice_access_denied", "No access to this voice."),
    404: ("not_found", "voice_not_found", "A voice with this id was not found."),
    429: ("rate_limit_error", "concurrent_limit_exceeded", "Too many concurrent requests."),
    500: ("internal_error", "internal_error", "Internal error"),
    503: ("service_unavailable", "service_unavailable", "Service unavailable"),
}
_CHARACTERS: Final = 40_000
_HTTP_TIMEOUT_S: Final = 120.0


class RequestRefusedError(Exception):
    """An HTTP status, and where known the machine name and text that go with it."""

    def __init__(self, status: int, code: str = "", *, text: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text


class ElevenLabs:
    """The voices of one world."""

    def __init__(self, world: World, limits: AiLimits) -> None:
        self._world = world
        self._limits = limits

    async def stream_input(self, request: web.Request) -> web.StreamResponse:
        """GET …/stream-input, upgraded: one utterance."""
        return await self._socket(request, multi=False)

    async def multi_stream_input(self, request: web.Request) -> web.StreamResponse:
        """GET …/multi-stream-input, upgraded: contexts."""
        return await self._socket(request, multi=True)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """POST …/stream: audio in chunks as it is generated."""
        try:
            options, text = await self._asked(request)
        except RequestRefusedError as refused:
            return _refusal(refused)
        response = web.StreamResponse(headers=_headers(text))
        await response.prepare(request)
        outgoing: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1000)
        async with asyncio.TaskGroup() as group, asyncio.timeout(_HTTP_TIMEOUT_S):
            speaking = group.create_task(self._say(options, text, request=request, outgoing=outgoing))
            try:
                while (audio := await outgoing.get()) is not None:
                    await response.write(audio)
                await response.write_eof()
            except ConnectionError:
                speaking.cancel()
        return response

    async def whole(self, request: web.Request) -> web.StreamResponse:
        """POST …/{voice}: all the audio at once."""
        try:
            options, text = await self._asked(request)
        except RequestRefusedError as refused:
            return _refusal(refused)
        outgoing: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1000)
        async with asyncio.timeout(_HTTP_TIMEOUT_S):
            await self._say(options, text, request=request, outgoing=outgoing)
        return web.Response(body=b"".join(_drained(outgoing)), headers=_headers(text))

    async def _say(
        self, options: Options, text: str, *, request: web.Request, outgoing: "asyncio.Queue[bytes | None]"
    ) -> None:
        """Fill the queue at the pace of generation; None ends it."""
        encode = FORMATS[options.output_format]

        def send(piece: Piece, sent: Any) -> None:
            outgoing.put_nowait(encode(piece.audio))
            sent(self._world.now())

        def broken(fault: Fault) -> None:
            if fault.kind == "cut" and request.transport is not None:
                request.transport.close()

        buffer = TextBuffer((1,), auto_mode=True)
        context = Context(self._world, options.voice, buffer=buffer, send=send, provider="elevenlabs")
        context.give(text)
        context.end()
        await context.run(broken)
        outgoing.put_nowait(None)

    async def _socket(self, request: web.Request, *, multi: bool) -> web.StreamResponse:
        try:
            await self._admit(request)
            options = self._options(request)
        except RequestRefusedError as refused:
            return _refusal(refused)
        check_upgrade(request)
        return await VoiceSocket(self._world, self._limits, options=options, multi=multi).run(request)

    async def _asked(self, request: web.Request) -> tuple[Options, str]:
        await self._admit(request)
        options = self._options(request)
        if options.key is not None:
            raise RequestRefusedError(401, "missing_api_key", text="The header xi-api-key is missing.")
        try:
            body = json.loads(await request.read())
        except ValueError as error:
            raise RequestRefusedError(400, "malformed_json", text="The body is not valid JSON.") from error
        if not isinstance(body, dict) or not isinstance(body.get("text"), str):
            raise RequestRefusedError(400, "missing_required_field", text="text is required")
        if not body["text"].strip():
            raise RequestRefusedError(400, "empty_text", text="text must not be empty")
        if len(body["text"]) > _CHARACTERS:
            raise RequestRefusedError(400, "text_too_long", text="text is too long")
        _check_model(str(body.get("model_id", "")))
        return options, body["text"]

    async def _admit(self, request: web.Request) -> None:
        """Faults first, then the key. Raises RequestRefusedError."""
        fault = self._world.faults.take("elevenlabs.handshake")
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.number("delay_s", 3.0))
        elif fault is not None:
            raise RequestRefusedError(int(fault.kind.removeprefix("http_")))
        key = _key_of(request)
        if key is not None and key != self._world.settings.keys.elevenlabs_api_key:
            raise RequestRefusedError(401)
        if request.match_info["voice"].startswith("missing"):
            raise RequestRefusedError(404)

    def _options(self, request: web.Request) -> Options:
        query = request.query
        wanted = query.get("output_format", DEFAULT_FORMAT)
        if wanted not in FORMATS:
            known = ", ".join(FORMATS)
            text = f"The simulator does not encode {wanted[:30]}; it speaks {known}."
            raise RequestRefusedError(400, "invalid_output_format", text=text)
        patience = query.get("inactivity_timeout", "20")
        if not patience.isdecimal() or not 1 <= int(patience) <= 180:
            raise RequestRefusedError(400, "invalid_parameters", text="inactivity_timeout takes 1 to 180 seconds")
        _check_model(query.get("model_id", ""))
        return Options(
            voice=request.match_info["voice"],
            output_format=wanted,
            auto_mode=query.get("auto_mode") == "true",
            inactivity_s=int(patience),
            key=None if _key_of(request) else self._world.settings.keys.elevenlabs_api_key,
        )


def _check_model(model: str) -> None:
    if model.startswith(("eleven_v3", "eleven_v4")):
        raise RequestRefusedError(400, "unsupported_model", text=f"{model[:40]} is not available here")
    if model and not model.startswith("eleven_"):
        raise RequestRefusedError(404, "model_not_found", text=f"No such model: {model[:40]}")


def _key_of(request: web.Request) -> str | None:
    key = request.headers.get("xi-api-key") or request.query.get("authorization", "").removeprefix("Bearer ")
    return key or None


def _drained(queue: "asyncio.Queue[bytes | None]") -> Iterator[bytes]:
    while not queue.empty():
        if (audio := queue.get_nowait()) is not None:
            yield audio


def _headers(text: str) -> dict[str, str]:
    return {
        "Content-Type": "application/octet-stream",
        "request-id": uuid.uuid4().hex,
        "x-trace-id": uuid.uuid4().hex,
        "character-cost": str(len(text)),
    }


def _refusal(refused: RequestRefusedError) -> web.Response:
    kind, code, text = _ERRORS.get(refused.status, _ERRORS[500])
    trace = uuid.uuid4().hex
    code = refused.code or code
    detail = {"type": kind, "code": code, "message": refused.text or text, "status": code, "request_id": trace}
    return web.json_response({"detail": detail}, status=refused.status, headers={"x-trace-id": trace})
