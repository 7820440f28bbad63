"""Deepgram's text to speech (`/v1/speak`): a socket that speaks what is flushed, and a request for a whole text.

Every voice name exists except those that begin with `missing`. Text is spoken at a `Flush`, which the live service also
does by itself at the ends of sentences. What a warning about too many flushes is called is assumed.
"""

import asyncio
import json
import re
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from aiohttp import web
from picows import WSMsgType

from simulator.ai.limits import AiLimits
from simulator.ai.outbox import Closing, ProviderSocket, SocketFaults
from simulator.ai.voice_audio import FORMATS, Piece
from simulator.ai.voice_context import Context, OverfullError, TextBuffer
from simulator.faults import Fault
from simulator.sockets import check_upgrade
from simulator.world import World

_PROVIDER: Final = "deepgram_speak"
_VOICE: Final = re.compile(r"aura(?:-2)?-(?P<name>[a-z]+)-[a-z]{2}")
_FORMATS: Final[Mapping[tuple[str, str], str]] = {
    ("mulaw", "8000"): "ulaw_8000",
    ("alaw", "8000"): "alaw_8000",
    ("linear16", "8000"): "pcm_8000",
    ("linear16", "16000"): "pcm_16000",
}
_CHARACTERS: Final = 2000
_HTTP_TIMEOUT_S: Final = 120.0
_ERRORS: Final = {
    400: ("INVALID_QUERY_PARAMETER", "Bad Request"),
    401: ("INVALID_AUTH", "Invalid credentials."),
    402: ("ASR_PAYMENT_REQUIRED", "Project does not have enough credits."),
    403: ("INSUFFICIENT_PERMISSIONS", "Project does not have access to the requested model."),
    413: ("PAYLOAD_TOO_LARGE", "Input text exceeds maximum character limit."),
    429: ("TOO_MANY_REQUESTS", "Too many requests. Please try again later."),
    503: ("SERVICE_UNAVAILABLE", "Service unavailable, try again later."),
}


class RefusedError(Exception):
    """An HTTP status, and why."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the query said."""

    voice: str
    format: str


class DeepgramSpeak:
    """The voices of one world; counts its live sockets."""

    def __init__(self, world: World, limits: AiLimits) -> None:
        self._world = world
        self._limits = limits
        self.live = 0

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """GET /deepgram/v1/speak, upgraded to a websocket."""
        request_id = str(uuid.uuid4())
        try:
            options = await self._admit(request)
            if self.live >= self._limits.deepgram_speak_sockets:
                raise RefusedError(429)
        except RefusedError as refused:
            return _refusal(refused, request_id)
        check_upgrade(request)
        self.live += 1
        try:
            return await _Voice(self._world, self._limits, options=options).run(request, request_id)
        finally:
            self.live -= 1

    async def whole(self, request: web.Request) -> web.StreamResponse:
        """POST /deepgram/v1/speak: all the audio at once."""
        request_id = str(uuid.uuid4())
        try:
            options = await self._admit(request)
            text = await _text(request)
        except RefusedError as refused:
            return _refusal(refused, request_id)
        audio = bytearray()

        def send(piece: Piece, sent: Callable[[float], None]) -> None:
            audio.extend(FORMATS[options.format](piece.audio))
            sent(self._world.now())

        def broken(fault: Fault) -> None:
            if fault.kind == "cut" and request.transport is not None:
                request.transport.close()

        buffer = TextBuffer((1,), auto_mode=True)
        context = Context(self._world, options.voice, buffer=buffer, send=send, provider=_PROVIDER)
        context.give(text)
        context.end()
        async with asyncio.timeout(_HTTP_TIMEOUT_S):
            await context.run(broken)
        return web.Response(body=bytes(audio), headers={"dg-request-id": request_id})

    async def _admit(self, request: web.Request) -> Options:
        """Faults first, then the key. Raises RefusedError."""
        fault = self._world.faults.take(f"{_PROVIDER}.handshake")
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.number("delay_s", 3.0))
        elif fault is not None:
            raise RefusedError(int(fault.kind.removeprefix("http_")))
        if request.headers.get("Authorization", "") != f"Token {self._world.settings.keys.deepgram_api_key}":
            raise RefusedError(401)
        query = request.query
        voice = _VOICE.fullmatch(query.get("model", "aura-asteria-en"))
        if voice is None or voice["name"].startswith("missing"):
            raise RefusedError(400, "No such model")
        wanted = _FORMATS.get((query.get("encoding", "linear16"), query.get("sample_rate", "24000")))
        if wanted is None or query.get("container", "none") != "none":
            raise RefusedError(400, "The simulator speaks raw mulaw and alaw at 8000 and linear16 at 8000 and 16000.")
        return Options(voice=voice.group(), format=wanted)


class _Voice(ProviderSocket):
    """One socket: what is said, what is flushed, what is taken back."""

    def __init__(self, world: World, limits: AiLimits, *, options: Options) -> None:
        super().__init__(clock=world.now)
        self._world = world
        self._limits = limits
        self._options = options
        self._text = ""
        self._flushes: asyncio.Queue[str | None] = asyncio.Queue(maxsize=limits.deepgram_speak_flushes)
        self._flushed_at: deque[float] = deque(maxlen=limits.deepgram_speak_flushes)
        self._speaking: asyncio.Task[None] | None = None
        self._sequence = 0
        acts = dict.fromkeys(("cut", "stall", "garbage"), self.outbox.suffer)
        self._troubles = SocketFaults(world, _PROVIDER, acts=acts)

    async def run(self, request: web.Request, request_id: str) -> web.StreamResponse:
        self.outbox.put({"type": "Metadata", "request_id": request_id, "model_name": self._options.voice})
        try:
            return await self.serve(request, self._speak_all(), headers={"dg-request-id": request_id})
        finally:
            self._troubles.close()

    def took(self, kind: WSMsgType, data: bytes) -> None:
        if kind in (WSMsgType.PING, WSMsgType.PONG):
            return
        self._troubles.look()
        if kind is not WSMsgType.TEXT or self.outbox.closing:
            return
        try:
            message = orjson.loads(data)
            act = self._controls()[message["type"]]
        except (ValueError, TypeError, KeyError):
            self.outbox.put(Closing(1003, "MESSAGE-0000: the message cannot be read"))
            return
        act(message)

    def _controls(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        return {
            "Speak": self._speak,
            "Flush": lambda _: self._flush(),
            "Clear": lambda _: self._clear(),
            "Close": lambda _: self._close(),
        }

    def _speak(self, data: dict[str, Any]) -> None:
        self._text += str(data.get("text", ""))
        if len(self._text) > _CHARACTERS:
            self.outbox.put(Closing(1009, "BIG-0000: too much text"))

    def _flush(self) -> None:
        now = self._world.now()
        if len(self._flushed_at) == self._flushed_at.maxlen and now - self._flushed_at[0] < 60.0:
            text = "The maximum number of Flush messages in 60 seconds is exceeded."
            self.outbox.put({"type": "Warning", "code": "EXCESSIVE_FLUSH", "description": text})
            return
        self._flushed_at.append(now)
        text, self._text = self._text, ""
        self._flushes.put_nowait(text)

    def _clear(self) -> None:
        """Audio that was already sent stays sent."""
        self._text = ""
        while not self._flushes.empty():
            self._flushes.get_nowait()
        if self._speaking is not None:
            self._speaking.cancel()
        self.outbox.put({"type": "Cleared", "sequence_id": self._sequence})

    def _close(self) -> None:
        self._flushes.put_nowait(self._text)
        self._flushes.put_nowait(None)

    async def _speak_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            while (text := await self._flushes.get()) is not None:
                self._speaking = group.create_task(self._utter(text))
                await asyncio.wait({self._speaking})
        self.outbox.put(Closing(1000, ""))

    async def _utter(self, text: str) -> None:
        """Speak one flush and confirm it."""
        buffer = TextBuffer((1,), auto_mode=True)
        context = Context(self._world, self._options.voice, buffer=buffer, send=self._send, provider=_PROVIDER)
        try:
            context.give(text)
            context.end()
        except OverfullError:
            self.outbox.put(Closing(1009, "BIG-0001: too much text"))
            return
        await context.run(self.outbox.suffer)
        self.outbox.put({"type": "Flushed", "sequence_id": self._sequence})
        self._sequence += 1

    def _send(self, piece: Piece, sent: Callable[[float], None]) -> None:
        self.outbox.put(FORMATS[self._options.format](piece.audio), sent=sent)


async def _text(request: web.Request) -> str:
    try:
        text = json.loads(await request.read())["text"]
    except (ValueError, TypeError, KeyError) as error:
        raise RefusedError(400, "The body is {text}.") from error
    if not isinstance(text, str) or not text.strip():
        raise RefusedError(400, "text must not be empty")
    if len(text) > _CHARACTERS:
        raise RefusedError(413)
    return text


def _refusal(refused: RefusedError, request_id: str) -> web.Response:
    code, usual = _ERRORS.get(refused.status, ("INTERNAL_SERVER_ERROR", "Internal server error"))
    text = str(refused) or usual
    body = {"err_code": code, "err_msg": text, "request_id": request_id}
    return web.json_response(body, status=refused.status, headers={"dg-error": text, "dg-request-id": request_id})
