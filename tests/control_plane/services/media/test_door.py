"""Who comes in at the media door, and what the others learn."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from control_plane.core.audio.playout import Playout
from control_plane.core.call.events import CallEvent, MediaAttached, MediaDetached
from control_plane.core.turn.events import TurnEvent
from control_plane.observability.metrics import Metrics
from control_plane.ports.hearing import HearingOptions
from control_plane.services.calls.ears import CallEar
from control_plane.services.media.door import AWAIT_START_S, LIVES_EVERY_S, SHOW_TICKET_S, DoorParts, MediaDoor
from control_plane.services.media.stream import MediaStream
from control_plane.services.media.tickets import VALID_S, Tickets
from control_plane.services.supervisor import Supervisor
from control_plane.testing.carriers import PlainCodec
from control_plane.testing.clock import FakeClock
from control_plane.testing.ears import FakeSpeechToText
from tests.records import call_record
from tests.telephones import QUIET, Telephone
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True


class FakeTalk:
    """The conversation side of a call, as the door uses it."""

    def __init__(self) -> None:
        self.streams: list[MediaStream] = []
        self.perceived: list[TurnEvent] = []
        self.ear = CallEar(call_record(), None, clock=LoopClock())

    def attach(self, stream: MediaStream) -> None:
        self.streams.append(stream)

    def detach(self, stream: MediaStream) -> None:
        self.streams.remove(stream)

    is_eager = False
    listens = True

    def perceive(self, event: TurnEvent) -> None:
        self.perceived.append(event)

    def recorder(self) -> None:
        return None


class FakeCall:
    def __init__(self, control_id: str = "leg-1") -> None:
        self.talk = FakeTalk()
        self.control_id = control_id
        self.posted: list[CallEvent] = []

    def post(self, event: CallEvent) -> None:
        self.posted.append(event)


class Entrance:
    """A door with one live call behind it and one telephone in front of it."""

    def __init__(self) -> None:
        self.ticket_clock = FakeClock()
        self.tickets = Tickets(b"secret", stream_url="wss://here/stream/media", clock=self.ticket_clock)
        self.call = FakeCall()
        self.live = {"call-1": self.call}
        self.metrics, self.supervisor, self.stt = Metrics(version="test"), Supervisor(), FakeSpeechToText()
        self.phone = Telephone()
        parts = DoorParts(
            tickets=self.tickets,
            find=self.live.get,  # type: ignore[arg-type]
            stt=self.stt,
            clock=LoopClock(),
            metrics=self.metrics,
            supervisor=self.supervisor,
            playout=Playout,
            hearing=lambda talk: HearingOptions(language="es"),
        )
        self.door = MediaDoor(parts)

    def token(self, call_id: str = "call-1") -> str:
        return self.tickets.issue(call_id).token

    def knock(self, token: str = "") -> "asyncio.Task[None]":
        return self.supervisor.spawn(self.door.serve(self.phone, PlainCodec(), token=token), "door")

    def refused(self, reason: str) -> float:
        return self.metrics.registry.get_sample_value("gateway_media_refused_total", {"reason": reason}) or 0.0

    def nobody_came_in(self) -> bool:
        return not (self.call.posted or self.call.talk.streams or self.phone.got or self.stt.ears)


@pytest.fixture
async def it() -> AsyncIterator[Entrance]:
    entrance = Entrance()
    yield entrance
    await entrance.supervisor.aclose()


async def test_a_ticket_in_the_address_lets_the_call_in(it: Entrance) -> None:
    door = it.knock(it.token())
    it.phone.tell("open")
    it.phone.start(stream_id="stream-7")
    await eventually(lambda: it.call.posted)
    assert it.call.posted == [MediaAttached(stream_id="stream-7")]
    assert [stream.stream_id for stream in it.call.talk.streams] == ["stream-7"]
    it.phone.sound(QUIET)
    await eventually(lambda: it.stt.ears and it.stt.ears[0].audio)
    it.phone.tell("stop")
    await door
    assert it.call.posted[1:] == [MediaDetached(stream_id="stream-7", orderly=True)]
    assert it.call.talk.streams == []


async def test_a_ticket_in_the_first_message_does_as_well(it: Entrance) -> None:
    it.knock()
    it.phone.tell(f"open {it.token()}")
    it.phone.start()
    await eventually(lambda: it.call.posted)


async def test_a_socket_that_closes_without_a_word_is_told_to_the_call(it: Entrance) -> None:
    door = it.knock(it.token())
    it.phone.start()
    await eventually(lambda: it.call.posted)
    it.phone.hang_up()
    await door
    assert it.call.posted[1:] == [MediaDetached(stream_id="stream-1", orderly=False)]


async def test_a_server_that_cancels_the_handler_leaves_the_call_detached(it: Entrance) -> None:
    door = it.knock(it.token())
    it.phone.start()
    await eventually(lambda: it.call.posted)
    door.cancel()
    with pytest.raises(asyncio.CancelledError):
        await door
    assert it.call.posted[1:] == [MediaDetached(stream_id="stream-1", orderly=False)]
    assert it.call.talk.streams == []


@pytest.mark.parametrize("token", ["", "nonsense", "AAAA~call-1"])
async def test_a_stranger_who_says_nothing_is_told_nothing_and_shut_out_after_five_seconds(
    it: Entrance, token: str
) -> None:
    began = LoopClock().steady()
    await it.knock(token)
    assert LoopClock().steady() - began == pytest.approx(SHOW_TICKET_S)
    assert it.phone.closed_with == 4401
    assert it.nobody_came_in()
    assert it.refused("no_ticket") == 1


@pytest.mark.parametrize("first", ["open", "open AAAA~call-1", "start stream-1 leg-1 PCMU", "audio x y", "key 5"])
async def test_a_stranger_who_says_the_wrong_thing_is_shut_out_at_once(it: Entrance, first: str) -> None:
    it.phone.tell(first)
    await it.knock()
    assert it.phone.closed_with == 4401
    assert it.nobody_came_in()


async def test_a_ticket_that_has_expired_is_none(it: Entrance) -> None:
    token = it.token()
    it.ticket_clock.advance(VALID_S + 2)
    await it.knock(token)
    assert it.phone.closed_with == 4401


async def test_a_ticket_for_a_call_that_does_not_live_here_is_turned_away(it: Entrance) -> None:
    await it.knock(it.token("call-2"))
    assert it.phone.closed_with == 4404
    assert it.refused("no_call") == 1
    assert it.nobody_came_in()


async def test_a_stream_that_names_its_leg_differently_comes_in_with_its_ticket(it: Entrance) -> None:
    it.knock(it.token())
    it.phone.start(control_id="leg-2", stream_id="stream-7")
    await eventually(lambda: it.call.posted)
    assert it.call.posted == [MediaAttached(stream_id="stream-7")]
    assert it.phone.closed_with is None


async def test_a_leg_that_has_no_name_yet_may_bring_any(it: Entrance) -> None:
    it.call.control_id = ""
    it.knock(it.token())
    it.phone.start(control_id="leg-2")
    await eventually(lambda: it.call.posted)


async def test_a_start_that_comes_with_the_answer_much_later_is_waited_for(it: Entrance) -> None:
    it.knock(it.token())
    it.phone.tell("open")
    await asyncio.sleep(60)
    assert it.phone.closed_with is None
    it.phone.start()
    await eventually(lambda: it.call.posted)


async def test_a_start_that_never_comes_is_not_waited_for_without_end(it: Entrance) -> None:
    it.phone.tell("open")
    began = LoopClock().steady()
    await it.knock(it.token())
    assert LoopClock().steady() - began == pytest.approx(AWAIT_START_S)
    assert it.phone.closed_with == 4400
    assert it.nobody_came_in()


async def test_a_socket_whose_call_ends_before_its_start_does_not_outlive_it_for_long(it: Entrance) -> None:
    it.phone.tell("open")
    began = LoopClock().steady()
    serving = it.knock(it.token())
    await asyncio.sleep(1)
    it.live.clear()
    await serving
    assert LoopClock().steady() - began <= 1 + 2 * LIVES_EVERY_S
    assert it.phone.closed_with == 4400


async def test_a_start_that_cannot_be_used_is_turned_away(it: Entrance) -> None:
    it.phone.start(encoding="OPUS")
    await it.knock(it.token())
    assert it.phone.closed_with == 4400
    assert it.refused("bad_start") == 1


@pytest.mark.parametrize("with_ticket", [True, False])
async def test_a_socket_that_closes_before_its_start_leaves_no_trace(it: Entrance, with_ticket: bool) -> None:
    it.phone.hang_up()
    await it.knock(it.token() if with_ticket else "")
    assert it.phone.closed_with is None
    assert it.nobody_came_in()
