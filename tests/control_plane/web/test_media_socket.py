"""The media socket as a carrier sees it: a real server, a real websocket, Telnyx's own messages."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from control_plane.adapters.carriers.telnyx.media import TelnyxMedia
from control_plane.core.call.commands import Hangup
from control_plane.core.turn.events import FinalHeard
from control_plane.ports.brain import ToolCalled
from control_plane.ports.carrier import Carrier
from control_plane.ports.stores import JournalEntry
from control_plane.services.media import door
from control_plane.testing.brains import calls, says
from control_plane.testing.carriers import FakeCallControl, FakeWebhookReader
from control_plane.testing.voices import FakeTextToSpeech
from control_plane.web.stream_listener import listening
from tests.gateways import Served, assembled
from tests.servers import real_server
from tests.virtual_time import eventually

SILENCE = base64.b64encode(b"\xff" * 160).decode()


class Leg:
    """A carrier's side of one media socket: plays what it gets, returns marks when they are due."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.events: list[str] = []
        self.audio = b""
        self.frames = 0
        self._plays_until = 0.0

    async def tell(self, event: str, **more: Any) -> None:
        await self.socket.send(json.dumps({"event": event, **more}))

    async def start(self, control_id: str = "leg-1") -> None:
        await self.tell("connected", version="1.0.0")
        media_format = {"encoding": "PCMU", "sample_rate": 8000, "channels": 1}
        start = {"call_control_id": control_id, "media_format": media_format}
        await self.tell("start", stream_id="stream-1", start=start)

    async def frame(self) -> None:
        self.frames += 1
        await self.tell("media", media={"track": "inbound", "chunk": str(self.frames), "payload": SILENCE})

    async def play(self) -> None:
        """Until the socket closes."""
        now = asyncio.get_running_loop().time
        async for text in self.socket:
            message = json.loads(text)
            self.events.append(message["event"])
            if message["event"] == "media":
                piece = base64.b64decode(message["media"]["payload"])
                self.audio += piece
                self._plays_until = max(now(), self._plays_until) + len(piece) / 8000
            elif message["event"] == "clear":
                self._plays_until = now()
            elif message["event"] == "mark":
                asyncio.get_running_loop().call_at(self._plays_until, self._return, message["mark"])

    def _return(self, mark: dict[str, str]) -> None:
        self._returning = asyncio.ensure_future(self.tell("mark", mark=mark))


class Line:
    """A served gateway, and the address of its media socket."""

    def __init__(self, it: Served, address: str, *, stream: str) -> None:
        self.it, self.address, self._stream = it, address, stream

    def connect(self, path: str = "", **options: Any) -> connect:
        return connect(f"ws://{self._stream}/stream/media{path}", **options)

    async def ticket(self) -> tuple[str, str]:
        """(call id, token) of a call that was placed."""
        async with httpx.AsyncClient() as client:
            order = {"nombre": "Test", "telefono": "+573001234567"}
            answer = await client.post(f"http://{self.address}/api/call/initiate", json=order)
        assert answer.status_code == 200
        ticket = self.it.control.sent[-1].leg.ticket
        assert ticket is not None
        assert ticket.url == f"wss://gateway.example/stream/media/{ticket.token}"
        return answer.json()["call_id"], ticket.token


@pytest.fixture(params=["the API's port", "a port of its own"])
async def line(tmp_path: Path, database_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    """Both servers that take media sockets."""
    control = FakeCallControl(name="telnyx")
    carrier = Carrier(name="telnyx", control=control, reader=FakeWebhookReader(), codec=TelnyxMedia)
    parts = {"carrier": carrier, "tts": FakeTextToSpeech(ms_per_character=4)}
    it = assembled(tmp_path, database_url, control=control, parts=parts)
    async with real_server(it.app) as address, listening(it.gateway, host="127.0.0.1", port=0, calls=5) as port:
        own = request.param == "a port of its own"
        yield Line(it, address, stream=f"127.0.0.1:{port}" if own else address)


async def closing_code(socket: ClientConnection, *, within_s: float = 5.0) -> int | None:
    async with asyncio.timeout(within_s):
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    return socket.close_code


@pytest.mark.parametrize("path", ["", "/nonsense", "/AAAA~call-1", "/a/b/c"])
@pytest.mark.parametrize("first", ['{"event":"connected"}', "nonsense", b"\x00\x01"])
async def test_a_stranger_is_shut_out_without_a_word(line: Line, path: str, first: str | bytes) -> None:
    async with line.connect(path) as socket:
        await socket.send(first)
        assert await closing_code(socket) == 4401


async def test_a_silent_stranger_is_shut_out_after_a_while(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    assert door.SHOW_TICKET_S <= 5
    monkeypatch.setattr(door, "SHOW_TICKET_S", 0.1)
    async with line.connect() as socket:
        assert await closing_code(socket, within_s=1) == 4401


async def test_a_ticket_for_a_call_that_is_over_is_turned_away(line: Line) -> None:
    token = line.it.gateway.door._parts.tickets.issue("nobody").token
    async with line.connect(f"/{token}") as socket:
        assert await closing_code(socket) == 4404


async def test_a_fault_of_ours_does_not_look_like_a_success(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*args: Any, **options: Any) -> None:
        raise LookupError("no such thing")

    monkeypatch.setattr(line.it.gateway.door, "serve", fails)
    async with line.connect() as socket:
        assert await closing_code(socket) == 1011


@pytest.mark.parametrize("place", ["path", "header", "message"])
async def test_the_ticket_may_be_shown_in_address_header_or_first_message(line: Line, place: str) -> None:
    call_id, token = await line.ticket()
    path = f"/{token}" if place == "path" else ""
    headers = {"x-telnyx-streaming-auth-token": token} if place == "header" else {}
    async with line.connect(path, additional_headers=headers) as socket:
        leg = Leg(socket)
        if place == "message":
            await leg.tell("connected", connected={"x-telnyx-streaming-auth-token": token})
        await leg.start()
        live = line.it.gateway.desk.roster.find(call_id)
        assert live is not None
        await eventually(lambda: live.session.record.state == "talking")


async def test_a_whole_little_conversation(line: Line) -> None:
    it = line.it
    it.brain.add(says("Abrimos a las nueve de la mañana, de lunes a viernes, y los sábados también. " * 3))
    it.brain.add(calls(ToolCalled(id="t1", name="end_call"), text="Hasta luego."))
    call_id, token = await line.ticket()
    async with line.connect(f"/{token}") as socket, asyncio.TaskGroup() as group:
        leg = Leg(socket)
        playing = group.create_task(leg.play())
        await leg.start()
        await eventually(lambda: leg.events.count("mark") == 1)
        assert leg.events[0] == "media"
        assert len(leg.audio) > 1000
        await leg.frame()
        await eventually(lambda: it.stt.ears and it.stt.ears[0].audio)
        ear = it.stt.ears[0]
        # The greeting is measured when it was heard to its end.
        await eventually(lambda: it.metric("turn_stage_seconds_count", stage="playout") == 1)

        ear.hear(FinalHeard(text="¿A qué hora abren?", ends_speech=True))
        heard = len(leg.audio)
        await eventually(lambda: len(leg.audio) > heard)
        await asyncio.sleep(0.2)
        ear.hear(FinalHeard(text="Gracias, eso es todo.", ends_speech=True))
        await eventually(lambda: "clear" in leg.events)
        await eventually(lambda: Hangup() in it.control.commands)
        await leg.tell("stop", stop={})
        await playing
    turns = await it.gateway.calls.turns(call_id)
    assert [turn.speaker for turn in turns] == ["agent", "caller", "agent", "caller", "agent"]
    assert (turns[2].interrupted, turns[4].interrupted) == (True, False)
    assert turns[2].text.startswith(turns[2].heard)
    assert turns[4].text == "Hasta luego."


async def test_a_carrier_that_goes_away_is_told_to_the_call(line: Line) -> None:
    call_id, token = await line.ticket()
    live = line.it.gateway.desk.roster.find(call_id)
    assert live is not None
    async with line.connect(f"/{token}") as socket:
        await Leg(socket).start()
        await eventually(lambda: live.session.state.media)
    await eventually(lambda: not live.session.state.media)
    # The call knows of it a moment before its journal does.
    [detached] = await eventually(lambda: _journalled(line, call_id, "MediaDetached"))
    assert detached.body == {"stream_id": "stream-1", "orderly": False}
    assert line.it.stt.ears[0].closed


async def test_events_of_a_call_reach_a_listener_over_the_wire_and_leave_with_it(line: Line) -> None:
    url = f"http://{line.address}/api/events"
    async with httpx.AsyncClient() as client, client.stream("GET", url) as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == "event: hello"
        others = len(line.it.gateway.bus._subscriptions) - 1
        call_id, _ = await line.ticket()
        async with asyncio.timeout(5):
            told = [text async for text in _until(lines, "event: call.state")]
            about = await anext(lines)
    assert told
    assert call_id in about
    await eventually(lambda: len(line.it.gateway.bus._subscriptions) == others)


async def _journalled(line: Line, call_id: str, kind: str) -> list[JournalEntry]:
    return [entry for entry in await line.it.gateway.calls.journal(call_id) if entry.kind == kind]


async def _until(lines: AsyncIterator[str], prefix: str) -> AsyncIterator[str]:
    async for text in lines:
        yield text
        if text.startswith(prefix):
            return
