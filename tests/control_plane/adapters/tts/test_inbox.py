"""The audio of one utterance between socket and call."""

import asyncio
from collections.abc import Callable

import pytest

from control_plane.adapters.tts.inbox import Inbox
from control_plane.ports.errors import Timeout, Unavailable
from control_plane.ports.voice import SpokenPiece

PIECE = SpokenPiece(b"\x80" * 100)


def new(patience_s: float = 5.0) -> Inbox:
    return Inbox("acme", patience_s=patience_s, room=lambda: None)


async def test_what_was_put_comes_out_in_order_until_it_is_finished() -> None:
    inbox = new()
    pieces = [SpokenPiece(bytes([number])) for number in range(3)]
    for piece in pieces:
        inbox.put(piece)
    inbox.finish()
    assert [piece async for piece in inbox.pieces()] == pieces


async def test_audio_that_came_before_an_error_is_still_delivered() -> None:
    inbox = new()
    inbox.put(PIECE)
    inbox.finish(Unavailable("acme", "gone"))
    listening = inbox.pieces()
    assert await anext(listening) == PIECE
    with pytest.raises(Unavailable):
        await anext(listening)


async def test_a_full_inbox_says_so_and_tells_when_there_is_room() -> None:
    told: list[str] = []
    inbox = Inbox("acme", patience_s=5, room=lambda: told.append("room"), max_bytes=150)
    assert inbox.put(PIECE)
    assert not inbox.put(PIECE)
    assert not inbox.put(PIECE)
    listening = inbox.pieces()
    await anext(listening)
    assert told == []
    await anext(listening)
    assert told == ["room"]
    assert inbox.put(SpokenPiece(b"\x80" * 40))
    assert [await anext(listening), await anext(listening)] == [PIECE, SpokenPiece(b"\x80" * 40)]
    assert told == ["room"]


@pytest.mark.parametrize("end", [Inbox.close, Inbox.finish])
async def test_an_inbox_that_ends_holds_nobody_up(end: Callable[[Inbox], None]) -> None:
    told: list[str] = []
    inbox = Inbox("acme", patience_s=5, room=lambda: told.append("room"), max_bytes=50)
    inbox.put(PIECE)
    end(inbox)
    assert told == ["room"]
    assert inbox.put(PIECE)


async def test_what_comes_for_a_listener_who_left_is_dropped() -> None:
    inbox = new()
    inbox.put(PIECE)
    inbox.close()
    inbox.put(PIECE)
    assert [piece async for piece in inbox.pieces()] == []


async def test_closing_drops_the_error_too() -> None:
    inbox = new()
    inbox.finish(Unavailable("acme", "gone"))
    inbox.close()
    assert [piece async for piece in inbox.pieces()] == []


async def test_overdue_audio_is_a_timeout() -> None:
    inbox = new(0.01)
    inbox.expect()
    with pytest.raises(Timeout):
        await anext(inbox.pieces())


async def test_a_pause_between_clauses_is_not_overdue() -> None:
    inbox = new(0.01)
    inbox.expect()
    inbox.put(PIECE)
    await asyncio.sleep(0.03)
    inbox.finish()
    assert [piece async for piece in inbox.pieces()] == [PIECE]


async def test_after_the_last_clause_a_pause_is_overdue() -> None:
    inbox = new(0.01)
    inbox.expect(last=True)
    inbox.put(PIECE)
    listening = inbox.pieces()
    assert await anext(listening) == PIECE
    with pytest.raises(Timeout):
        await anext(listening)


async def test_what_we_hold_up_ourselves_is_not_overdue() -> None:
    inbox = Inbox("acme", patience_s=0.01, room=lambda: None, max_bytes=50)
    inbox.expect(last=True)
    inbox.put(PIECE)
    await asyncio.sleep(0.03)
    listening = inbox.pieces()
    assert await anext(listening) == PIECE
    with pytest.raises(Timeout):  # from now on it is
        await anext(listening)
