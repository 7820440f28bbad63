"""The door of the media sockets: who has a ticket for a live call comes in, everybody else is told nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from control_plane.core.audio.playout import Playout
from control_plane.core.call.events import CallEvent, HearingLost, MediaAttached, MediaDetached
from control_plane.core.turn.events import TurnEvent
from control_plane.core.turn.vad import VadGate
from control_plane.observability.logging import bind_call, get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import MediaCodec, MediaStarted, SocketOpened
from control_plane.ports.end_of_turn import EndOfTurnModel
from control_plane.ports.errors import MalformedMessage
from control_plane.ports.hearing import HearingOptions, SpeechToText
from control_plane.ports.infrastructure import Clock
from control_plane.services.calls.talk import CallTalk
from control_plane.services.media.attention import Attention
from control_plane.services.media.echo import ECHO_S, Echo, EchoRoom, unheeded
from control_plane.services.media.hearing import Hearing
from control_plane.services.media.line import Line
from control_plane.services.media.socket import MediaSocket, SocketClosed
from control_plane.services.media.stream import MediaStream, StreamParts
from control_plane.services.media.tickets import Tickets
from control_plane.services.supervisor import Supervisor

log = get_logger("media")

STRANGER: Final = 4401
NO_SUCH_CALL: Final = 4404
BAD_STREAM: Final = 4400

SHOW_TICKET_S: Final = 5.0
AWAIT_START_S: Final = 180.0
"""A socket may be opened while the far end still rings; `start` comes only with the answer."""
LIVES_EVERY_S: Final = 2.0
"""So often a socket that waits for its `start` is asked whether its call still lives."""


class Party(Protocol):
    """A live call, as the door sees it."""

    @property
    def talk(self) -> CallTalk: ...

    @property
    def control_id(self) -> str: ...

    def post(self, event: CallEvent) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorParts:
    """What the door works with."""

    tickets: Tickets
    find: Callable[[str], Party | None]
    """The live call with this id, if this process owns it."""
    stt: SpeechToText | None
    clock: Clock
    metrics: Metrics
    supervisor: Supervisor
    playout: Callable[[], Playout]
    hearing: Callable[[CallTalk], HearingOptions]
    turn_model: EndOfTurnModel | None = None
    """Hears the end of a turn; None: words and silence decide."""


class MediaDoor:
    """Serves media sockets of one carrier's wire language."""

    def __init__(self, parts: DoorParts) -> None:
        self._parts = parts
        self.streams: set[MediaStream] = set()
        """Those that run."""
        self._echo = EchoRoom(parts.clock)

    def knows(self, token: str) -> bool:
        """Whether it is a ticket of ours. Takes anything a stranger may send."""
        tickets = self._parts.tickets
        return tickets.check(token) is not None or tickets.check_echo(token) is not None

    async def serve(self, socket: MediaSocket, codec: MediaCodec, *, token: str) -> None:
        """An accepted socket, from its first message to its end. `token` from path or header, empty if neither."""
        try:
            if (name := self._parts.tickets.check_echo(token)) is not None:
                await self._admit_echo(socket, codec, name=name)
                return
            call_id = self._parts.tickets.check(token) or await self._await_token(socket, codec)
            if call_id is None:
                await self._turn_away(socket, STRANGER, reason="no_ticket")
                return
            with bind_call(call_id):
                await self._admit(socket, codec, call_id=call_id)
        except SocketClosed:
            return

    async def _await_token(self, socket: MediaSocket, codec: MediaCodec) -> str | None:
        """A socket without a ticket in its address may show it in its first message."""
        try:
            async with asyncio.timeout(SHOW_TICKET_S):
                first = codec.receive(await socket.receive())
        except (TimeoutError, MalformedMessage):
            return None
        return self._parts.tickets.check(first.token) if isinstance(first, SocketOpened) else None

    async def _admit(self, socket: MediaSocket, codec: MediaCodec, *, call_id: str) -> None:
        party = self._parts.find(call_id)
        if party is None:
            await self._turn_away(socket, NO_SUCH_CALL, reason="no_call")
            return
        try:
            async with asyncio.timeout(AWAIT_START_S):
                started = await self._await_start(socket, codec, lives=lambda: self._parts.find(call_id) is party)
        except (TimeoutError, MalformedMessage) as error:
            log.warning("media socket without a usable start", error=str(error))
            await self._turn_away(socket, BAD_STREAM, reason="bad_start")
            return
        if party.control_id and started.control_id and started.control_id != party.control_id:
            # The ticket decides; a carrier may have more than one name for a leg.
            log.info("media stream names another leg than its call")
        await self._run(socket, codec, started=started, party=party)

    async def _admit_echo(self, socket: MediaSocket, codec: MediaCodec, *, name: str) -> None:
        """Somebody who wants to hear himself: the whole way of a call's audio, without call and conversation."""
        with self._echo.entered(name) as let_in:
            if not let_in:
                await self._turn_away(socket, NO_SUCH_CALL, reason="echo_busy")
                return
            try:
                async with asyncio.timeout(ECHO_S):
                    started = await self._await_start(socket, codec, lives=lambda: True)
                    line = Line(socket, codec, playout=self._parts.playout(), clock=self._parts.clock)
                    await MediaStream(started, self._echo_parts(socket, codec, line=line)).run()
            except (TimeoutError, MalformedMessage) as error:
                log.info("echo call ended by the gateway", error=str(error))
            await socket.close(1000)

    def _echo_parts(self, socket: MediaSocket, codec: MediaCodec, *, line: Line) -> StreamParts:
        return StreamParts(
            socket=socket,
            codec=codec,
            line=line,
            gate=VadGate(),
            hearing=Echo(line),
            recorder=None,
            perceive=unheeded,
            clock=self._parts.clock,
            metrics=self._parts.metrics,
            spawn=self._parts.supervisor.spawn,
        )

    async def _await_start(self, socket: MediaSocket, codec: MediaCodec, *, lives: Callable[[], bool]) -> MediaStarted:
        """Raises TimeoutError when the call has ended without one."""
        while True:
            try:
                async with asyncio.timeout(LIVES_EVERY_S):
                    message = codec.receive(await socket.receive())
            except TimeoutError:
                if not lives():
                    raise
                continue
            if isinstance(message, MediaStarted):
                return message

    async def _run(self, socket: MediaSocket, codec: MediaCodec, *, started: MediaStarted, party: Party) -> None:
        talk = party.talk
        hearing = self._hearing(talk)
        stream = MediaStream(started, self._stream_parts(socket, codec, talk=talk, hearing=hearing))
        self.streams.add(stream)
        talk.attach(stream)
        party.post(MediaAttached(stream_id=started.stream_id))
        try:
            await stream.run()
        finally:
            self.streams.discard(stream)
            talk.detach(stream)
            if hearing is not None and hearing.deaf:
                party.post(HearingLost(stream_id=started.stream_id))
            else:
                party.post(MediaDetached(stream_id=started.stream_id, orderly=stream.orderly))

    def _hearing(self, talk: CallTalk) -> Hearing | None:
        parts = self._parts
        if parts.stt is None or not talk.listens:
            return None
        return Hearing(parts.stt, parts.hearing(talk), heard=talk.perceive, metrics=parts.metrics)

    def _attention(self, talk: CallTalk, hearing: Hearing | None) -> Attention | None:
        model = self._parts.turn_model
        if model is None or hearing is None or not talk.is_eager:
            return None
        return Attention(hearing, model, tell=talk.perceive, spawn=self._parts.supervisor.spawn)

    def _stream_parts(
        self, socket: MediaSocket, codec: MediaCodec, *, talk: CallTalk, hearing: Hearing | None
    ) -> StreamParts:
        parts = self._parts
        attention = self._attention(talk, hearing)

        def perceive(event: TurnEvent) -> None:
            if hearing is not None:
                hearing.notice(event)
            talk.perceive(event)
            if attention is not None:
                attention.notice(event)

        return StreamParts(
            socket=socket,
            codec=codec,
            line=Line(socket, codec, playout=parts.playout(), clock=parts.clock),
            gate=(gate := VadGate()),
            hearing=attention or hearing,
            recorder=talk.recorder(),
            eager=talk.is_eager,
            ear=talk.ear.leg(gate),
            perceive=perceive,
            clock=parts.clock,
            metrics=parts.metrics,
            spawn=parts.supervisor.spawn,
        )

    async def _turn_away(self, socket: MediaSocket, code: int, *, reason: str) -> None:
        self._parts.metrics.media_refused_total.labels(reason=reason).inc()
        log.warning("media socket turned away", reason=reason)
        await socket.close(code)
