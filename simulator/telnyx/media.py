"""The media socket of one leg, from the carrier's side: it connects to the gateway, sends the caller, plays the bot."""

import asyncio
import binascii
from typing import Any, Final

import orjson
from picows import WSError, WSMsgType

from simulator.audio.g711 import ALAW_TO_ULAW
from simulator.faults import Fault
from simulator.sockets import Socket, connect
from simulator.spoken import Spoken
from simulator.telnyx.calls import Leg
from simulator.telnyx.playout import Playout
from simulator.telnyx.requests import StreamOptions
from simulator.telnyx.uplink import Uplink
from simulator.telnyx.webhooks import Webhooks
from simulator.telnyx.wire import USER_ID, Wire
from simulator.world import World

_FRAME: Final = 160
_LONGEST: Final = 8000 * 30
"""Bytes of 30 s, the most that one message may hold."""
_SEND_S: Final = 0.2
"""A gateway that does not read for this long loses the socket: no call may hold up the others."""
_CONNECT_S: Final = 5.0
_CLOSE_S: Final = 1.0


class MediaStream:
    """One connection. A stream that reconnects is another object with another stream id."""

    def __init__(self, world: World, leg: Leg, *, options: StreamOptions, webhooks: Webhooks) -> None:
        self._world = world
        self._leg = leg
        self.options = options
        self._webhooks = webhooks
        self.wire = Wire()
        self._faults = {fault.kind: fault for fault in world.faults.take_all("telnyx.media", call=leg.id)}
        self.uplink = Uplink(self.wire, options, faults=self._faults)
        self.playout = Playout(self._mark_returned)
        self._socket: _MediaSocket | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._outbox: list[str] = []
        self._last_mp3_at = float("-inf")
        self.started = False
        self.flows = False
        """Audio does: it was started and is not closed."""
        self.closed = False

    def fault(self, kind: str) -> Fault | None:
        return self._faults.get(kind)

    async def run(self) -> None:
        """Connect and read until the socket closes."""
        await asyncio.sleep(self._world.delays.telnyx_media_connect_s)
        try:
            socket = await self._connect()
        except (OSError, WSError):
            self._failed()
            return
        if self.closed:
            socket.close(patience_s=_CLOSE_S)  # the call has ended meanwhile
            return
        self._socket = socket
        try:
            socket.send(self.wire.connected(self.options.token))
            if self._leg.answered:
                self.begin()
            await socket.gone
        finally:
            await self.finish(stop_frame=False)

    def begin(self) -> None:
        """The call is answered: send `start`, then audio flows."""
        if self.started or self._socket is None or self.closed:
            return
        self.started = self.flows = True
        self._leg.record.streams += 1
        if (noise := self.fault("comfort_noise")) is not None and self._leg.mouth is not None:
            self._leg.mouth.set_noise(self._world.settings.seed, noise.number("dbfs", -35.0))
        self._socket.send(self.wire.start(self._start_message()))
        self._webhooks.send(self._leg, "streaming.started", **self._naming())
        for kind in ("drop_socket", "reconnect"):
            if (fault := self.fault(kind)) is not None:
                self._world.tasks.start(self._lose_socket(fault), "media fault")

    def tick(self, frame: bytes, spoken: Spoken | None, *, heard: bytes | None) -> None:
        """Send the caller's 20 ms, and what waits to be said besides."""
        socket = self._socket
        if socket is None:
            return
        for message in self.uplink.messages(frame, spoken, heard=heard):
            self._leg.record.frames_sent += 1
            socket.send_text(message)
        if self._outbox:
            for text in self._outbox:
                socket.send(text)
            self._outbox.clear()

    def press(self, digit: str) -> None:
        if self.started and self._socket is not None:
            self._socket.send(self.wire.dtmf(digit))

    async def finish(self, *, stop_frame: bool) -> None:
        """Close, once; `streaming.stopped` follows when the stream had begun."""
        if self.closed:
            return
        self.closed = True
        self.flows = False
        if self._stuck is not None:
            self._stuck.cancel()
        if self._socket is not None:
            if stop_frame and self.started and "no_stop" not in self._faults:
                self._socket.send(self.wire.stop(self._leg.call_control_id))
            self._socket.close(patience_s=_CLOSE_S)
            await self._socket.gone
        if self.started:
            self._leg.ears.cleared()
            self._webhooks.send(self._leg, "streaming.stopped", **self._naming())

    async def _connect(self) -> "_MediaSocket":
        if self.fault("connect_failed") is not None:
            raise TimeoutError
        headers = {"x-telnyx-streaming-auth-token": self.options.token} if self.options.token else {}
        socket = _MediaSocket(self)
        async with asyncio.timeout(_CONNECT_S):
            await connect(socket, self.options.url, headers=headers)
        return socket

    def _failed(self) -> None:
        self.closed = True
        self._webhooks.send(
            self._leg,
            "streaming.failed",
            failure_reason="connection_failed",
            stream_id=self.wire.stream_id,
            stream_type="websocket",
            stream_params={"stream_url": self.options.url, "track": self.options.track},
        )

    async def _lose_socket(self, fault: Fault) -> None:
        await asyncio.sleep(fault.number("after_s", 2.0))
        await self.finish(stop_frame=False)
        if fault.kind == "reconnect" and self._leg.alive:
            await asyncio.sleep(fault.number("pause_s", 0.2))
            self._world.carrier.open_stream(self._leg, self.options)

    def _start_message(self) -> dict[str, Any]:
        leg = self._leg
        return {
            "user_id": USER_ID,
            "call_control_id": leg.call_control_id,
            "call_session_id": leg.call_session_id,
            **leg.parties(),
            "tags": [],
            "client_state": leg.client_state,
            "custom_parameters": dict(self.options.parameters),
            "media_format": {"encoding": self.uplink.encoding, "sample_rate": 8000, "channels": 1},
        }

    def _naming(self) -> dict[str, str]:
        return {"stream_url": self.options.url, "stream_id": self.wire.stream_id}

    def read(self, text: bytes) -> None:
        """A message of the gateway."""
        try:
            message = orjson.loads(text)
            event = message["event"]
        except (ValueError, TypeError, KeyError):
            self._complain(
                "bad_json",
                100003,
                title="malformed_frame",
                detail="The frame received does not conform to expectations.",
            )
            return
        match event:
            case "media":
                self._leg.record.frames_received += 1
                self._media(message)
            case "clear":
                self._leg.record.cleared(self._world.now())
                self._leg.ears.cleared()
                self.playout.clear()
            case "mark":
                self._leg.record.marks_received += 1
                name = message.get("mark", {}).get("name")
                if isinstance(name, str):
                    self.playout.mark(name)
                else:
                    self._complain("bad_mark", 100003, title="malformed_frame", detail="A mark needs a name.")
            case _:
                self._blame("unknown_event", str(event)[:40])

    def _media(self, message: dict[str, Any]) -> None:
        try:
            audio = binascii.a2b_base64(message["media"]["payload"], strict_mode=True)
        except (binascii.Error, ValueError, TypeError, KeyError):
            self._complain("bad_base64", 100004, title="invalid_media", detail="The payload is not valid base64.")
            return
        if self.options.mode != "rtp":
            self._file_mode()
            return
        if len(audio) < _FRAME or len(audio) % _FRAME:
            self._blame("ragged_chunk" if len(audio) > _FRAME else "short_chunk", f"{len(audio)} bytes")
        if len(audio) > _LONGEST:
            self._blame("long_chunk", f"{len(audio)} bytes")
            return
        if self.options.return_encoding == "PCMA":
            audio = audio.translate(ALAW_TO_ULAW)
        elif self.options.return_encoding != "PCMU":
            self._blame("codec", f"the simulator does not play {self.options.return_encoding}")
            return
        self.playout.play(audio, self._world.now())

    def _file_mode(self) -> None:
        """In mp3 mode a message is a whole file, one a second; raw G.711 is no file and stays silent."""
        now = self._world.now()
        if now - self._last_mp3_at < 1.0:
            self._complain(
                "rate_limit", 100005, title="rate_limit_reached", detail="At most one media message per second."
            )
        else:
            self._blame("mp3_mode", "raw audio while stream_bidirectional_mode is mp3: silence")
        self._last_mp3_at = now

    def _mark_returned(self, name: str) -> None:
        self._outbox.append(self.wire.mark(name))

    def _complain(self, kind: str, code: int, *, title: str, detail: str) -> None:
        self._blame(kind, detail)
        self._outbox.append(self.wire.error(code, title, detail=detail))

    def _blame(self, kind: str, detail: str) -> None:
        self._leg.record.blame(kind, detail, at=self._world.now())

    def not_text(self) -> None:
        self._blame("not_text", "a binary message")

    def choked(self, choked: bool) -> None:
        """The gateway does not read, or reads again."""
        if self._stuck is not None:
            self._stuck.cancel()
        self._stuck = asyncio.get_running_loop().call_later(_SEND_S, self._give_up) if choked else None

    def _give_up(self) -> None:
        self._blame("not_reading", "the socket took no more messages")
        self._world.tasks.start(self.finish(stop_frame=False), "media stream gives up")


class _MediaSocket(Socket):
    def __init__(self, stream: MediaStream) -> None:
        super().__init__()
        self._stream = stream

    def took(self, kind: WSMsgType, data: bytes) -> None:
        if kind is WSMsgType.TEXT:
            self._stream.read(data)
        elif kind is WSMsgType.BINARY:
            self._stream.not_text()

    def filled(self, choked: bool) -> None:
        self._stream.choked(choked)
