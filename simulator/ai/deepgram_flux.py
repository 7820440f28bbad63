"""Deepgram's turn-taking endpoint (`/v2/listen`): handshake, control messages, ends, and what can go wrong.

What is said and when a turn is over is decided by the audio alone (`deepgram_flux_ear`).
"""

import asyncio
import json
import uuid
from collections.abc import Callable
from typing import Any, Final

from aiohttp import WSCloseCode, WSMsgType, web

from simulator.ai.deepgram_door import refusal, refused_at_the_door
from simulator.ai.deepgram_ear import Heard
from simulator.ai.deepgram_flux_ear import FluxEar
from simulator.ai.deepgram_flux_query import FluxQuery, check_keyterms, parse_query, thresholds
from simulator.ai.deepgram_query import RefusedError
from simulator.ai.limits import AiLimits
from simulator.ai.outbox import Closing, Outbox, SocketFaults, serve
from simulator.faults import Fault
from simulator.world import World

_PROVIDER: Final = "deepgram_flux"
_NO_FRAME: Final = 0
"""The connection ends without a close status."""


class DeepgramFlux:
    """The turn-taking recognition of one world; counts its live sockets."""

    def __init__(self, world: World, limits: AiLimits) -> None:
        self._world = world
        self._limits = limits
        self.live = 0

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """GET /deepgram/v2/listen, upgraded to a websocket."""
        request_id = str(uuid.uuid4())
        refused = await refused_at_the_door(self._world, request, provider=_PROVIDER, request_id=request_id)
        if refused is not None:
            return refused
        try:
            query = parse_query(request.query)
        except RefusedError as reason:
            return refusal(400, request_id, reason=str(reason))
        if self.live >= self._limits.deepgram_sockets:
            return refusal(429, request_id)
        socket = web.WebSocketResponse(autoping=False, timeout=2.0, compress=False)
        socket.headers["dg-request-id"] = request_id
        await socket.prepare(request)
        self.live += 1
        try:
            outbox = Outbox(socket, request.transport, clock=self._world.now)
            await _Conversation(self._world, self._limits, query=query, socket=socket, outbox=outbox).run()
        finally:
            self.live -= 1
        return socket


class _Conversation:
    """One socket. The reader ends when the socket does; whatever else runs ends with it."""

    def __init__(
        self, world: World, limits: AiLimits, *, query: FluxQuery, socket: web.WebSocketResponse, outbox: Outbox
    ) -> None:
        self._world = world
        self._limits = limits
        self._socket = socket
        self._outbox = outbox
        self._request_id = socket.headers["dg-request-id"]
        self._ear = FluxEar(query, world.spoken, limits=limits)
        self._keyterms: list[Any] = []
        self._sequence = 0
        self._late_s = 0.0
        self._deaf = False
        self._heard_from = world.now()
        self._troubles = SocketFaults(world, _PROVIDER, acts=self._acts())

    async def run(self) -> None:
        self._tell({"type": "Connected"})
        for fault in self._world.faults.take_all(f"{_PROVIDER}.stream"):
            self._troubles.strike(fault, after_s=0.0 if fault.kind == "late" else 1.0)
        try:
            await serve(self._read(), self._outbox, side=[self._watch()])
        finally:
            self._troubles.close()

    async def _read(self) -> None:
        while True:
            message = await self._socket.receive()
            self._troubles.look()
            if message.type is WSMsgType.BINARY:
                self._audio(message.data)
            elif message.type is WSMsgType.TEXT:
                self._control(message.data)
            elif message.type is WSMsgType.PING:
                if not self._deaf:
                    await self._socket.pong(message.data)
            elif message.type is not WSMsgType.PONG:
                return
            self._heard_from = self._world.now()

    def _audio(self, audio: bytes) -> None:
        if self._outbox.closing:
            return
        if not audio:
            self._outbox.put(Closing(_NO_FRAME, ""))
            return
        for heard in self._ear.feed(audio, self._world.now()):
            self._hear(heard)

    def _control(self, text: str) -> None:
        try:
            message = json.loads(text)
            act = self._controls()[message["type"]]
        except (ValueError, TypeError, KeyError):
            description = "Could not deserialize last text message"
            self._tell({"type": "Error", "code": "UNPARSABLE_CLIENT_MESSAGE", "description": description})
            self._outbox.put(Closing(WSCloseCode.POLICY_VIOLATION, description))
            return
        if not self._outbox.closing:
            act(message)

    def _controls(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        return {
            "Configure": self._configure,
            "ForceEndTurn": lambda _: self._force_end(),
            "CloseStream": lambda _: self._close_stream(),
        }

    def _force_end(self) -> None:
        heard = self._ear.force_end()
        if heard is not None:
            self._hear(heard)
            return
        description = "There is no turn to end."
        self._tell({"type": "Warning", "code": "FORCE_END_TURN_NO_ACTIVE_TURN", "description": description})

    def _close_stream(self) -> None:
        """What is left is told in an update; no turn ends, and there is no close status."""
        self._hear(self._ear.update())
        self._outbox.put(Closing(_NO_FRAME, ""))

    def _configure(self, message: dict[str, Any]) -> None:
        try:
            changed = thresholds(self._ear.thresholds, message.get("thresholds") or {})
            check_keyterms(message.get("keyterms") or ())
        except RefusedError as refused:
            self._tell({"type": "ConfigureFailure", "code": "INVALID_CONFIGURATION", "description": str(refused)})
            return
        self._ear.thresholds = changed
        if message.get("keyterms") is not None:
            self._keyterms = message["keyterms"]
        self._tell({"type": "ConfigureSuccess", "thresholds": changed.shown, "keyterms": self._keyterms})

    def _hear(self, heard: Heard) -> None:
        sent = None
        if (spoken := heard.ended) is not None:
            stages, heard_at = self._world.stages, heard.heard_at

            def sent(at: float) -> None:
                stages.stt_final_sent(spoken.text, at, heard_at=heard_at, call=spoken.call)

        self._tell(heard.message, delay_s=self._world.delay_s("deepgram_interim_ms") + self._late_s, sent=sent)

    def _tell(
        self, message: dict[str, Any], *, delay_s: float = 0.0, sent: Callable[[float], None] | None = None
    ) -> None:
        whole = {**message, "request_id": self._request_id, "sequence_id": self._sequence}
        self._sequence += 1
        self._outbox.put(whole, delay_s=delay_s, sent=sent)

    async def _watch(self) -> None:
        """A client that sends nothing, not even a ping, is dropped."""
        while not self._outbox.closing:
            left = self._heard_from + self._limits.deepgram_flux_idle_s - self._world.now()
            if left <= 0:
                self._outbox.put(Closing(_NO_FRAME, ""))
                return
            await asyncio.sleep(left)

    def _acts(self) -> dict[str, Callable[[Fault], None]]:
        return {
            "late": self._become_late,
            "half_open": self._fall_silent,
            "error": self._fail,
            **dict.fromkeys(("cut", "stall", "garbage"), self._outbox.suffer),
        }

    def _become_late(self, fault: Fault) -> None:
        self._late_s = fault.number("delay_s", 3.0)

    def _fall_silent(self, _: Fault) -> None:
        self._outbox.dead = self._deaf = True

    def _fail(self, _: Fault) -> None:
        self._tell({"type": "Error", "code": "INTERNAL_SERVER_ERROR", "description": "Internal server error"})
        self._outbox.put(Closing(WSCloseCode.INTERNAL_ERROR, "Internal server error"))
