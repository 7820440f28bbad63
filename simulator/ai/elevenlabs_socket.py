"""ElevenLabs' text-to-speech sockets: one utterance (`stream-input`) or several contexts (`multi-stream-input`)."""

import asyncio
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from aiohttp import web
from picows import WSMsgType

from simulator.ai.limits import AiLimits
from simulator.ai.outbox import Closing, ProviderSocket, SocketFaults
from simulator.ai.voice_audio import FORMATS, Piece
from simulator.ai.voice_context import DEFAULT_SCHEDULE, Context, OverfullError, TextBuffer
from simulator.world import World

_ONCE: Final = ("voice_settings", "generation_config", "pronunciation_dictionary_locators")
_KEYS: Final = ("xi_api_key", "xi-api-key", "xiApiKey")
_POLICY: Final = 1008
_ONLY: Final = ""
"""The id of the only context of `stream-input`."""
_UNNAMED: Final = "default"


class ProtocolError(Exception):
    """The client broke a rule: an error frame with this name and text, then close 1008."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the URL and the headers said."""

    voice: str
    output_format: str
    auto_mode: bool = False
    inactivity_s: float = 20.0
    key: str | None = None
    """The key the first message must bring; None when the handshake brought it."""


class VoiceSocket(ProviderSocket):
    """One connection. `multi` has contexts by id; without it the socket is one utterance and closes after it."""

    def __init__(self, world: World, limits: AiLimits, *, options: Options, multi: bool) -> None:
        super().__init__(clock=world.now)
        self._world = world
        self._limits = limits
        self._options = options
        self._multi = multi
        self._contexts: dict[str, Context] = {}
        self._opened: asyncio.Queue[tuple[str, Context]] = asyncio.Queue(maxsize=2 * limits.elevenlabs_contexts)
        self._key = options.key
        self._heard_at = world.now()
        self._draining = False
        acts = dict.fromkeys(("cut", "stall", "garbage"), self.outbox.suffer)
        self._troubles = SocketFaults(world, "elevenlabs", acts=acts)

    async def run(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self.serve(request, self._watch(), self._speak_all())
        finally:
            self._troubles.close()

    def took(self, kind: WSMsgType, data: bytes) -> None:
        if kind in (WSMsgType.PING, WSMsgType.PONG):
            return
        self._troubles.look()
        if kind is not WSMsgType.TEXT or self.outbox.closing:
            return
        self._heard_at = self._world.now()
        try:
            self._take(_object(data))
        except ProtocolError as error:
            self._fail(error.name, error.text)
        except OverfullError:
            self._fail("rate_limit_exceeded", "Too much text is waiting to be spoken.")

    def _take(self, data: Mapping[str, Any]) -> None:
        self._authorise(data)
        if self._draining:
            return
        if data.get("close_socket"):
            self._drain()
            return
        name = str(data.get("context_id", data.get("contextId")) or _UNNAMED) if self._multi else _ONLY
        if not isinstance(data.get("text", ""), str):
            raise ProtocolError("invalid_parameters", "text must be a string")
        context = self._contexts.get(name)
        if context is None:
            if data.get("close_context"):
                return
            self._open(name, data)
        elif any(field in data for field in _ONCE):
            raise ProtocolError("invalid_message", f"{', '.join(_ONCE)} may be sent in the first message only")
        else:
            self._give(context, data)

    def _give(self, context: Context, data: Mapping[str, Any]) -> None:
        text = data.get("text", "")
        flush = bool(data.get("flush") or data.get("try_trigger_generation"))
        context.give(text, flush=flush)
        if data.get("close_context") or (not self._multi and text == "" and not flush):
            context.end()

    def _open(self, name: str, data: Mapping[str, Any]) -> None:
        """A flush or a keep-alive for a context that was never opened opens one too: that is the service's habit."""
        if len(self._contexts) >= self._limits.elevenlabs_contexts:
            raise ProtocolError(
                "max_active_conversations",
                f"Maximum simultaneous contexts exceeded ({self._limits.elevenlabs_contexts}).",
            )
        text = data.get("text", "")
        if text.strip() or (not self._multi and text != " "):
            raise ProtocolError("invalid_first_message", "The first message must have the text ' ' (one space).")
        settings = data.get("generation_config") or {}
        schedule = settings.get("chunk_length_schedule") or DEFAULT_SCHEDULE
        if not all(isinstance(length, int) and 50 <= length <= 500 for length in schedule):
            raise ProtocolError("invalid_parameters", "chunk_length_schedule takes values from 50 to 500")
        buffer = TextBuffer(schedule, auto_mode=self._options.auto_mode)
        send = self._sender(name)
        context = Context(self._world, self._options.voice, buffer=buffer, send=send, provider="elevenlabs")
        self._contexts[name] = context
        self._opened.put_nowait((name, context))

    def _sender(self, name: str) -> Callable[[Piece, Callable[[float], None]], None]:
        encode = FORMATS[self._options.output_format]

        def send(piece: Piece, sent: Callable[[float], None]) -> None:
            message: dict[str, Any] = {
                "audio": b2a_base64(encode(piece.audio), newline=False).decode(),
                "isFinal": False,
                "alignment": piece.alignment,
                "normalizedAlignment": piece.alignment,
            }
            self.outbox.put(message | self._tag(name), sent=sent)

        return send

    def _tag(self, name: str) -> dict[str, Any]:
        return {"contextId": name} if self._multi else {}

    async def _speak_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                name, context = await self._opened.get()
                group.create_task(self._speak(name, context))

    async def _speak(self, name: str, context: Context) -> None:
        await context.run(self.outbox.suffer)
        self.outbox.put({"audio": None, "isFinal": True} | self._tag(name))
        if context.fault is not None and context.fault.kind == "stale_audio" and context.last is not None:
            self._sender(name)(context.last, lambda _: None)
        self._contexts.pop(name, None)
        if not self._multi or (self._draining and not self._contexts):
            self.outbox.put(Closing(1000, ""))

    def _drain(self) -> None:
        self._draining = True
        for context in self._contexts.values():
            context.end()
        if not self._contexts:
            self.outbox.put(Closing(1000, ""))

    def _authorise(self, data: Mapping[str, Any]) -> None:
        if self._key is None:
            return
        offered = next((data[name] for name in _KEYS if name in data), None)
        offered = offered or str(data.get("authorization", "")).removeprefix("Bearer ")
        if offered != self._key:
            name = "invalid_api_key" if offered else "missing_api_key"
            raise ProtocolError(name, "The first message must bring a valid API key, or the header xi-api-key.")
        self._key = None

    async def _watch(self) -> None:
        left = self._options.inactivity_s
        while left > 0:
            await asyncio.sleep(left)
            left = self._heard_at + self._options.inactivity_s - self._world.now()
        seconds = f"{self._options.inactivity_s:g}"
        text = f"Have not received a new text input within the timeout of {seconds} seconds. The connection is closed."
        self._fail("input_timeout_exceeded", text)

    def _fail(self, name: str, text: str) -> None:
        self.outbox.put({"message": text, "error": name, "code": _POLICY})
        self.outbox.put(Closing(_POLICY, text))


def _object(text: bytes) -> dict[str, Any]:
    try:
        data = orjson.loads(text)
    except ValueError as error:
        raise ProtocolError("malformed_json", "The message is not valid JSON.") from error
    if not isinstance(data, dict):
        raise ProtocolError("malformed_json", "The message is not a JSON object.")
    return data
