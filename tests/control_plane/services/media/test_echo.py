"""Who has an echo ticket hears himself, once, alone and not for long."""

import asyncio

from control_plane.services.media.door import NO_SUCH_CALL
from control_plane.services.media.echo import ECHO_S, EchoRoom
from control_plane.services.media.tickets import ECHO_VALID_S, Tickets
from control_plane.testing.clock import FakeClock
from tests.control_plane.services.media.test_door import Entrance
from tests.telephones import QUIET, Telephone
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True


def echo_ticket(it: Entrance) -> str:
    return it.tickets.issue_echo().token


async def test_the_bearer_of_an_echo_ticket_hears_himself() -> None:
    it = Entrance()
    door = it.knock(echo_ticket(it))
    it.phone.start()
    it.phone.sound(QUIET)
    await eventually(lambda: it.phone.got)
    it.phone.tell("stop")
    await door
    assert it.phone.closed_with == 1000
    assert it.stt.ears == []
    assert it.call.posted == []
    await it.supervisor.aclose()


async def test_an_echo_call_is_ended_after_ten_seconds() -> None:
    it = Entrance()
    began = LoopClock().steady()
    door = it.knock(echo_ticket(it))
    it.phone.start()
    await door
    assert ECHO_S <= LoopClock().steady() - began < ECHO_S + 1
    assert it.phone.closed_with == 1000


async def test_a_second_one_at_the_same_time_and_a_used_ticket_are_turned_away() -> None:
    it = Entrance()
    token = echo_ticket(it)
    door = it.knock(token)
    first = it.phone
    await asyncio.sleep(0)
    for again in (echo_ticket(it), token):
        it.phone = Telephone()
        await it.knock(again)
        assert it.phone.closed_with == NO_SUCH_CALL
    first.start()
    first.tell("stop")
    await door
    it.phone = Telephone()
    await it.knock(token)
    assert it.phone.closed_with == NO_SUCH_CALL
    assert it.refused("echo_busy") == 3


def test_tickets_of_one_kind_do_not_open_the_door_of_the_other() -> None:
    clock = FakeClock()
    tickets = Tickets(b"secret", stream_url="wss://here", clock=clock)
    echo, call = tickets.issue_echo().token, tickets.issue("call-1").token
    assert tickets.check(echo) is None
    assert tickets.check_echo(call) is None
    assert tickets.check_echo(echo) == echo.partition("~")[2]
    clock.advance(ECHO_VALID_S + 2)
    assert tickets.check_echo(echo) is None


def test_used_tickets_are_remembered_no_longer_than_they_are_valid() -> None:
    clock = FakeClock()
    room = EchoRoom(clock)
    for number in range(100):
        with room.entered(str(number)) as let_in:
            assert let_in
        clock.advance(10)
    assert len(room._used) <= 7
