"""Deepgram's turn-taking endpoint (`/v2/listen`): handshake, control messages, ends, and what can go wrong.

What is said and when a turn is over is decided by the audio alone (`deepgram_flux_ear`).
"""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any, Final

import orjson
from aiohttp import WSCloseCode, web
from picows import WSMsgType

from simulator.ai.deepgram_door import refusal, refused_at_the_door
from simulator.ai.deepgram_ear import Heard
from simulator.ai.deepgram_flux_ear import FluxEar
from simulator.ai.deepgram_flux_query import FluxQuery, check_keyterms, parse_query, thresholds
from simulator.ai.deepgram_query import RefusedError
from simulator.ai.limits import AiLimits
from simulator.ai.outbox import Closing, ProviderSocket, SocketFaults
from simulator.faults import Fault
from simulator.sockets import check_upgrade
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
        check_upgrade(request)
        self.live += 1
        try:
            return await _Conversation(self._world, self._limits, query=query, request_id=request_id).run(request)
        finally:
            self.live -= 1


class _Conversation(ProviderSocket):
    """One socket."""

    def __init__(self, world: World, limits: AiLimits, *, query: FluxQuery, request_id: str) -> None:
        super().__init__(clock=world.now)
        self._world = world
        self._limits = limits
        self._request_id = request_id
        self._ear = FluxEar(query, world.spoken, limits=limits)
        self._keyterms: list[Any] = []
        self._sequence = 0
        self._late_s = 0.0
        self._heard_from = world.now()
        self._troubles = SocketFaults(world, _PROVIDER, acts=self._acts())

    def opened(self) -> None:
        super().opened()
        self._tell({"type": "Connected"})
        for fault in self._world.faults.take_all(f"{_PROVIDER}.stream"):
            self._troubles.strike(fault, after_s=0.0 if fault.kind == "late" else 1.0)

    async def run(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self.serve(request, self._watch(), headers={"dg-request-id": self._request_id})
        finally:
            self._troubles.close()

    def took(self, kind: WSMsgType, data: bytes) -> None:
        self._troubles.look()
        if kind is WSMsgType.BINARY:
            self._audio(data)
        elif kind is WSMsgType.TEXT:
            self._control(data)
        self._heard_from = self._world.now()

    def _audio(self, audio: bytes) -> None:
        if self.outbox.closing:
            return
        if not audio:
            self.outbox.put(Closing(_NO_FRAME, ""))
            return
        for heard in self._ear.feed(audio, self._world.now()):
            self._hear(heard)

    def _control(self, text: bytes) -> None:
        try:
            message = orjson.loads(text)
            act = self._controls()[message["type"]]
        except (ValueError, TypeError, KeyError):
            description = "Could not deserialize last text message"
            self._tell({"type": "Error", "code": "UNPARSABLE_CLIENT_MESSAGE", "description": description})
            self.outbox.put(Closing(WSCloseCode.POLICY_VIOLATION, description))
            return
        if not self.outbox.closing:
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
        self.outbox.put(Closing(_NO_FRAME, ""))

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
        self.outbox.put(whole, delay_s=delay_s, sent=sent)

    async def _watch(self) -> None:
        """A client that sends nothing, not even a ping, is dropped."""
        while not self.outbox.closing:
            left = self._heard_from + self._limits.deepgram_flux_idle_s - self._world.now()
            if left <= 0:
                self.outbox.put(Closing(_NO_FRAME, ""))
                return
            await asyncio.sleep(left)

    def _acts(self) -> dict[str, Callable[[Fault], None]]:
        return {
            "late": self._become_late,
            "half_open": self._fall_silent,
            "error": self._fail,
            **dict.fromkeys(("cut", "stall", "garbage"), self.outbox.suffer),
        }

    def _become_late(self, fault: Fault) -> None:
        self._late_s = fault.number("delay_s", 3.0)

    def _fall_silent(self, _: Fault) -> None:
        self.outbox.dead = self.deaf = True

    def _fail(self, _: Fault) -> None:
        self._tell({"type": "Error", "code": "INTERNAL_SERVER_ERROR", "description": "Internal server error"})
        self.outbox.put(Closing(WSCloseCode.INTERNAL_ERROR, "Internal server error"))
