"""Deepgram's live recognition endpoint (`/v1/listen`): handshake, control messages, closes, and what can go wrong.

What is said is decided by the audio alone (`deepgram_ear`). Text that is no control message is answered with an `Error`
and the socket stays open; which encodings are simulated is written in `deepgram_query`.
"""

import asyncio
import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from aiohttp import WSCloseCode, web
from picows import WSMsgType

from simulator.ai.deepgram_door import refusal, refused_at_the_door
from simulator.ai.deepgram_ear import Ear, Heard
from simulator.ai.deepgram_query import KEYTERM_TOKENS, Query, RefusedError, parse_query
from simulator.ai.limits import AiLimits
from simulator.ai.outbox import Closing, ProviderSocket, SocketFaults
from simulator.faults import Fault
from simulator.sockets import check_upgrade
from simulator.world import World

_CONTAINERS: Final = (b"RIFF", b"OggS", b"fLaC", b"ID3", b"\x1aE\xdf\xa3")
_NET_0001: Final = (
    "Deepgram did not receive audio data or a text message within the timeout window. "
    "See https://dpgr.am/net0001 (NET-0001)"
)
_DATA_0000: Final = "The payload cannot be decoded as audio. See https://dpgr.am/data0000 (DATA-0000)"


class Deepgram:
    """The recognition service of one world; counts its live sockets."""

    def __init__(self, world: World, limits: AiLimits) -> None:
        self._world = world
        self._limits = limits
        self.live = 0

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """GET /deepgram/v1/listen, upgraded to a websocket."""
        request_id = str(uuid.uuid4())
        refused = await refused_at_the_door(self._world, request, provider="deepgram", request_id=request_id)
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
            return await _Recognition(self._world, self._limits, query=query, request_id=request_id).run(request)
        finally:
            self.live -= 1


class _Recognition(ProviderSocket):
    """One socket."""

    def __init__(self, world: World, limits: AiLimits, *, query: Query, request_id: str) -> None:
        super().__init__(clock=world.now)
        self._world = world
        self._limits = limits
        self._query = query
        self._request_id = request_id
        self._model_id = str(uuid.uuid5(uuid.NAMESPACE_URL, query.model))
        self._model = {"name": query.model, "version": "simulated", "arch": query.model.split("-general")[0]}
        self._ear = Ear(query, world.spoken, limits=limits)
        self._digest = hashlib.sha256()
        self._heard_from = world.now()
        self._had_audio = False
        self._faults = {fault.kind: fault for fault in world.faults.take_all("deepgram.stream")}
        self._troubles = SocketFaults(world, "deepgram", acts=self._acts())

    def opened(self) -> None:
        super().opened()
        for fault in self._faults.values():
            self._troubles.strike(fault, after_s=1.0)

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
            self._close_stream()
        elif not self._had_audio and (self._query.encoding is None or audio.startswith(_CONTAINERS)):
            self._close(WSCloseCode.POLICY_VIOLATION, _DATA_0000)
        else:
            self._had_audio = True
            self._digest.update(audio)
            for heard in self._ear.feed(audio, self._world.now()):
                self._send(heard)

    def _control(self, text: bytes) -> None:
        try:
            message = orjson.loads(text)
            act = self._controls()[message["type"]]
        except (ValueError, TypeError, KeyError):
            description = "Could not deserialize last text message"
            self.outbox.put({"type": "Error", "variant": "SchemaError", "description": description, "message": ""})
            return
        if not self.outbox.closing:
            act(message)

    def _controls(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        return {
            "KeepAlive": lambda _: None,
            "Finalize": lambda _: self._finalize(),
            "CloseStream": lambda _: self._close_stream(),
            "Configure": self._configure,
        }

    def _finalize(self) -> None:
        if self._ear.pending:
            for heard in self._ear.flush(from_finalize=True):
                self._send(heard)

    def _close_stream(self) -> None:
        if self._ear.pending:
            for heard in self._ear.flush(from_finalize=False):
                self._send(heard)
        self.outbox.put(self._metadata())
        self._close(WSCloseCode.OK, "")

    def _configure(self, message: dict[str, Any]) -> None:
        keyterms = message.get("keyterms")
        answer: dict[str, Any] = {"type": "ConfigureSuccess", "request_id": self._request_id}
        if keyterms is not None:
            answer["keyterms"] = keyterms
        code = ""
        if keyterms and not self._query.model.startswith("nova-3"):
            code = "CONFIGURE_KEYTERMS_NOT_SUPPORTED"
        elif keyterms and sum(len(str(term).split()) for term in keyterms) > KEYTERM_TOKENS:
            code = "CONFIGURE_KEYTERM_LIMIT_EXCEEDED"
        if code:
            answer = {"type": "ConfigureFailure", "request_id": self._request_id, "code": code, "description": code}
        self.outbox.put(answer)

    def _send(self, heard: Heard) -> None:
        message = heard.message
        delay_s = self._world.delay_s("deepgram_interim_ms" if heard.is_interim else "deepgram_final_ms")
        if message["type"] == "Results":
            message["metadata"] = {
                "request_id": self._request_id,
                "model_info": self._model,
                "model_uuid": self._model_id,
            }
            if message["is_final"] and "empty_finals" in self._faults:
                message["channel"]["alternatives"] = [{"transcript": "", "confidence": 0.0, "words": []}]
            if (late := self._faults.get("late")) is not None:
                delay_s += late.number("delay_s", 3.0)
        self.outbox.put(message, delay_s=delay_s, sent=self._witness(heard))
        if message["type"] == "SpeechStarted" and "duplicate_speech_started" in self._faults:
            self.outbox.put(message, delay_s=delay_s)

    def _witness(self, heard: Heard) -> Callable[[float], None] | None:
        spoken = heard.ended
        if spoken is None:
            return None
        return lambda at: self._world.stages.stt_final_sent(spoken.text, at, heard_at=heard.heard_at, call=spoken.call)

    def _metadata(self) -> dict[str, Any]:
        message: dict[str, Any] = {
            "type": "Metadata",
            "transaction_key": "deprecated",
            "request_id": self._request_id,
            "sha256": self._digest.hexdigest(),
            "created": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "duration": round(self._ear.seconds, 4),
            "channels": 1,
        }
        if self._had_audio:
            message |= {"models": [self._model_id], "model_info": {self._model_id: self._model}}
        return message

    def _close(self, code: int, reason: str) -> None:
        self.outbox.put(Closing(code, reason))

    async def _watch(self) -> None:
        """KeepAlive alone does not keep a socket that never got audio."""
        opened = self._world.now()
        while not self.outbox.closing:
            since = self._heard_from if self._had_audio else opened
            left = since + self._limits.deepgram_idle_s - self._world.now()
            if left <= 0:
                self.outbox.put(self._metadata())
                self._close(WSCloseCode.INTERNAL_ERROR, _NET_0001)
                return
            await asyncio.sleep(left)

    def _acts(self) -> dict[str, Callable[[Fault], None]]:
        ends = {
            "close_1011": lambda _: self._close(WSCloseCode.INTERNAL_ERROR, "Internal error (NET-0000)"),
            "data_0000": lambda _: self._close(WSCloseCode.POLICY_VIOLATION, _DATA_0000),
            "half_open": self._fall_silent,
        }
        lasting = dict.fromkeys(("late", "empty_finals", "duplicate_speech_started"), self._remember)
        return {**ends, **lasting, **dict.fromkeys(("cut", "stall", "garbage"), self.outbox.suffer)}

    def _remember(self, fault: Fault) -> None:
        self._faults[fault.kind] = fault

    def _fall_silent(self, _: Fault) -> None:
        """Half open: not even a pong."""
        self.outbox.dead = self.deaf = True
