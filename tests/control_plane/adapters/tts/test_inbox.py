"""The audio of one utterance between socket and call."""

import asyncio

import pytest

from control_plane.adapters.tts.inbox import Inbox
from control_plane.ports.errors import Timeout, Unavailable
from control_plane.ports.voice import SpokenPiece

PIECE = SpokenPiece(b"\x80" * 100)


async def test_what_was_put_comes_out_in_order_until_it_is_finished() -> None:
    inbox = Inbox("acme", patience_s=5)
    pieces = [SpokenPiece(bytes([number])) for number in range(3)]
    for piece in pieces:
        await inbox.put(piece)
    inbox.finish()
    assert [piece async for piece in inbox.pieces()] == pieces


async def test_audio_that_came_before_an_error_is_still_delivered() -> None:
    inbox = Inbox("acme", patience_s=5)
    await inbox.put(PIECE)
    inbox.finish(Unavailable("acme", "gone"))
    listening = inbox.pieces()
    assert await anext(listening) == PIECE
    with pytest.raises(Unavailable):
        await anext(listening)


async def test_a_full_inbox_holds_the_reader_until_something_is_taken() -> None:
    inbox = Inbox("acme", patience_s=5, max_bytes=150)
    await inbox.put(PIECE)
    await inbox.put(PIECE)
    third = asyncio.ensure_future(inbox.put(PIECE))
    await asyncio.sleep(0)
    assert not third.done()
    await anext(inbox.pieces())
    await third


async def test_a_listener_who_leaves_does_not_hold_the_reader() -> None:
    inbox = Inbox("acme", patience_s=5, max_bytes=50)
    await inbox.put(PIECE)
    waiting = asyncio.ensure_future(inbox.put(PIECE))
    await asyncio.sleep(0)
    inbox.close()
    await waiting
    await inbox.put(PIECE)
    assert [piece async for piece in inbox.pieces()] == []


async def test_closing_drops_the_error_too() -> None:
    inbox = Inbox("acme", patience_s=5)
    inbox.finish(Unavailable("acme", "gone"))
    inbox.close()
    assert [piece async for piece in inbox.pieces()] == []


async def test_overdue_audio_is_a_timeout() -> None:
    inbox = Inbox("acme", patience_s=0.01)
    inbox.expect()
    with pytest.raises(Timeout):
        await anext(inbox.pieces())


async def test_a_pause_between_clauses_is_not_overdue() -> None:
    inbox = Inbox("acme", patience_s=0.01)
    inbox.expect()
    await inbox.put(PIECE)
    await asyncio.sleep(0.03)
    inbox.finish()
    assert [piece async for piece in inbox.pieces()] == [PIECE]


async def test_after_the_last_clause_a_pause_is_overdue() -> None:
    inbox = Inbox("acme", patience_s=0.01)
    inbox.expect(last=True)
    await inbox.put(PIECE)
    listening = inbox.pieces()
    assert await anext(listening) == PIECE
    with pytest.raises(Timeout):
        await anext(listening)
