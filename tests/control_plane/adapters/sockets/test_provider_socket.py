"""An open socket to a provider: what is written and read, and every way in which it ends."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from control_plane.adapters.provider_socket import INBOX, ProviderSocket, SocketLost, SocketTimings, lost
from control_plane.adapters.sockets import open_socket
from control_plane.ports.errors import Timeout, Unavailable
from tests.control_plane.adapters.sockets.raw_peer import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Wire, raw_peer
from tests.control_plane.adapters.sockets.raw_peer import PATIENCE_S as WHOLE_S

QUIET = SocketTimings(ping_every=60.0, close=0.2)
MAX_SIZE = 1000
LARGE = b"\xff" * 65536


@asynccontextmanager
async def joined(timings: SocketTimings = QUIET) -> AsyncIterator[tuple[ProviderSocket, Wire]]:
    """An open socket and its other end."""
    async with raw_peer() as peer:
        async with asyncio.TaskGroup() as group:
            welcoming = group.create_task(peer.welcomed())
            ours = await open_socket("acme", peer.url, headers={}, timings=timings, max_size=MAX_SIZE)
        try:
            yield ours, welcoming.result()
        finally:
            await ours.close()


async def received(ours: ProviderSocket) -> str | bytes:
    async with asyncio.timeout(WHOLE_S):
        return await ours.recv()


async def loss(ours: ProviderSocket) -> SocketLost:
    with pytest.raises(SocketLost) as told:
        await received(ours)
    return told.value


async def seen(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(WHOLE_S):
        while not condition():  # noqa: ASYNC110 - it comes from behind a socket
            await asyncio.sleep(0.005)


async def filled(ours: ProviderSocket) -> int:
    """Write until the peer, who does not read, takes no more; tells how many messages that were."""
    count = 0
    while ours.offer(LARGE):
        count += 1
        await asyncio.sleep(0)
    return count


# --- messages -------------------------------------------------------------------------------------


async def test_text_and_bytes_go_both_ways_as_what_they_are() -> None:
    async with joined() as (ours, wire):
        assert ours.offer("¿Sí?")
        await ours.send(b"\x00\xff" * 100)
        assert await wire.receive() == (TEXT, "¿Sí?".encode())
        assert await wire.receive() == (BINARY, b"\x00\xff" * 100)
        await wire.send(TEXT, "mañana".encode())
        await wire.send(BINARY, b"\xff" * 500)
        assert [await received(ours), await received(ours)] == ["mañana", b"\xff" * 500]


async def test_a_message_in_several_frames_is_one_message_even_with_a_ping_in_its_middle() -> None:
    async with joined() as (ours, wire):
        await wire.send(TEXT, "ma\xc3".encode("latin-1"), fin=False)
        await wire.send(PING, b"there?")
        await wire.send(CONTINUATION, b"", fin=False)
        await wire.send(CONTINUATION, b"\xb1ana")
        await wire.send(BINARY, b"next")
        assert [await received(ours), await received(ours)] == ["mañana", b"next"]
        assert await wire.receive() == (PONG, b"there?")


async def test_what_came_before_the_reader_was_there_waits_for_it() -> None:
    async with joined() as (ours, wire):
        for number in range(10):
            await wire.send(TEXT, str(number).encode())
        await wire.send(CLOSE, (1000).to_bytes(2, "big"))
        await wire.receive()
        assert [await received(ours) for _ in range(10)] == [str(number) for number in range(10)]
        assert (await loss(ours)).code == 1000


async def test_a_reader_that_is_cancelled_loses_no_message() -> None:
    async with joined() as (ours, wire):
        for number in range(20):
            reading = asyncio.ensure_future(ours.recv())
            await asyncio.sleep(0)
            await wire.send(TEXT, str(number).encode())
            await asyncio.sleep(0)
            reading.cancel()
            result = (await asyncio.gather(reading, return_exceptions=True))[0]
            if isinstance(result, asyncio.CancelledError):
                result = await received(ours)
            assert result == str(number)


async def test_a_reader_that_does_not_keep_up_holds_up_the_peer_and_misses_nothing() -> None:
    count = 40 * INBOX
    async with joined() as (ours, wire):
        wire.writer.transport.set_write_buffer_limits(high=1)
        writing = asyncio.ensure_future(_write(wire, count))
        await asyncio.sleep(0.1)
        assert len(ours._inbox) < count // 2
        for number in range(count):
            message = await received(ours)
            assert isinstance(message, bytes)
            assert int(message) == number
        await writing


async def _write(wire: Wire, count: int) -> None:
    for number in range(count):
        await wire.send(BINARY, str(number).encode().zfill(900))


async def test_messages_are_delivered_those_of_before_too_and_the_loss_once() -> None:
    async with joined() as (ours, wire):
        await wire.send(TEXT, b"before")
        await seen(lambda: ours._inbox)
        got: list[str | bytes] = []
        losses: list[SocketLost] = []
        over = asyncio.Event()

        def lost_now(how: SocketLost) -> None:
            losses.append(how)
            over.set()

        ours.deliver(got.append, lost_now)
        assert got == ["before"]
        await wire.send(TEXT, b"after")
        await wire.send(CLOSE, (4008).to_bytes(2, "big") + b"enough")
        async with asyncio.timeout(WHOLE_S):
            await over.wait()
        await ours.close()
        assert got == ["before", "after"]
        assert [(how.code, how.reason) for how in losses] == [(4008, "enough")]


async def test_who_asks_for_delivery_after_the_loss_is_told_at_once() -> None:
    async with joined() as (ours, wire):
        await wire.send(TEXT, b"last")
        await wire.send(CLOSE, b"")
        await seen(lambda: ours.ended)
        told: list[object] = []
        ours.deliver(told.append, told.append)
        assert told[0] == "last"
        assert isinstance(told[1], SocketLost)


async def test_a_socket_that_is_held_reads_nothing_until_it_reads_on() -> None:
    async with joined() as (ours, wire):
        got: list[str | bytes] = []
        ours.deliver(got.append, lambda how: None)
        ours.hold()
        await wire.send(TEXT, b"later")
        await asyncio.sleep(0.05)
        assert got == []
        ours.read_on()
        await seen(lambda: got)
        assert got == ["later"]


# --- a peer that does not take what is written ------------------------------------------------------


async def test_a_peer_that_takes_no_data_does_not_hold_the_sender() -> None:
    async with joined(SocketTimings(send=0.05, close=0.1, ping_every=60.0)) as (ours, _):
        await filled(ours)
        with pytest.raises(Timeout):
            await ours.send(b"x")


async def test_who_waits_for_a_slow_peer_goes_on_when_it_reads_again_and_a_cancelled_message_is_not_sent() -> None:
    async with joined() as (ours, wire):
        count = await filled(ours)
        waiting = asyncio.ensure_future(ours.send(b"waited"))
        given_up = asyncio.ensure_future(ours.send(b"given up"))
        await asyncio.sleep(0)
        assert not waiting.done()
        given_up.cancel()
        for _ in range(count):
            assert len((await wire.receive())[1]) == len(LARGE)
        await waiting
        await ours.send(b"after")
        assert [(await wire.receive())[1], (await wire.receive())[1]] == [b"waited", b"after"]


async def test_who_waits_for_a_slow_peer_is_told_when_it_is_gone() -> None:
    async with joined() as (ours, wire):
        await filled(ours)
        waiting = asyncio.ensure_future(ours.send(b"x"))
        await asyncio.sleep(0)
        wire.writer.transport.abort()
        with pytest.raises(Unavailable):
            async with asyncio.timeout(WHOLE_S):
                await waiting


# --- how it ends ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "code", "reason"),
    [
        ((1011).to_bytes(2, "big") + b"NET-0001", 1011, "NET-0001"),
        ((4008).to_bytes(2, "big") + "no más".encode(), 4008, "no más"),
        (b"", 1005, ""),
    ],
)
async def test_a_peer_that_closes_tells_why_and_is_answered(payload: bytes, code: int, reason: str) -> None:
    async with joined() as (ours, wire):
        await wire.send(CLOSE, payload)
        told = await loss(ours)
        assert (told.code, told.reason) == (code, reason)
        assert (await wire.receive())[0] == CLOSE
        await wire.until_end()
        assert not ours.offer(b"x")
        with pytest.raises(Unavailable) as error:
            await ours.send(b"x")
        assert error.value.code == str(code)


def test_a_lost_socket_tells_its_close_code() -> None:
    assert lost("acme", SocketLost(1011, "why")).code == "1011"
    assert lost("acme", SocketLost()).code == ""


async def test_a_connection_that_breaks_has_no_code() -> None:
    async with joined() as (ours, wire):
        wire.writer.transport.abort()
        assert (await loss(ours)).code is None
        assert not ours.usable


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([(BINARY, b"x" * (MAX_SIZE + 1), True, 0)], 1009),
        ([(BINARY, b"x" * 600, False, 0), (CONTINUATION, b"x" * 600, True, 0)], 1009),
        ([(TEXT, b"\xff\xfe", True, 0)], 1007),
        ([(CONTINUATION, b"x", True, 0)], 1002),
        ([(TEXT, b"x", False, 0), (TEXT, b"x", True, 0)], 1002),
        ([(TEXT, b"x", True, 4)], 1002),
        ([(3, b"x", True, 0)], 1002),
    ],
    ids=["too big", "too big together", "no text", "no beginning", "no end", "compressed", "no such kind"],
)
async def test_a_peer_that_breaks_the_rules_is_told_so_and_left(
    frames: list[tuple[int, bytes, bool, int]], code: int
) -> None:
    async with joined() as (ours, wire):
        for kind, payload, fin, reserved in frames:
            await wire.send(kind, payload, fin=fin, reserved=reserved)
        await loss(ours)
        kind, payload = await wire.receive()
        assert (kind, int.from_bytes(payload[:2], "big")) == (CLOSE, code)
        await wire.until_end()


async def test_closing_says_goodbye_and_ends_when_the_peer_answers() -> None:
    async with joined(SocketTimings(close=WHOLE_S * 10, ping_every=60.0)) as (ours, wire):
        closing = asyncio.ensure_future(ours.close())
        assert await wire.receive() == (CLOSE, (1000).to_bytes(2, "big"))
        await wire.send(TEXT, b"too late")
        await wire.send(CLOSE, (1000).to_bytes(2, "big"))
        async with asyncio.timeout(WHOLE_S):
            await closing
        assert (await loss(ours)).code is None


async def test_closing_does_not_wait_long_for_a_peer_that_does_not_answer() -> None:
    async with joined(SocketTimings(close=0.05, ping_every=60.0)) as (ours, wire):
        await ours.close()
        await wire.until_end()


async def test_closing_a_full_socket_whose_peer_does_not_read_leaves_no_connection() -> None:
    async with joined(SocketTimings(close=0.05, ping_every=60.0)) as (ours, _):
        await filled(ours)
        await ours.close()
        assert ours._transport is not None
        assert ours._transport.underlying_transport.is_closing()


async def test_a_reader_is_woken_when_we_close() -> None:
    async with joined(SocketTimings(close=0.05, ping_every=60.0)) as (ours, _):
        reading = asyncio.ensure_future(ours.recv())
        await asyncio.sleep(0)
        await ours.close()
        with pytest.raises(SocketLost):
            await reading


# --- a peer that is only half there -----------------------------------------------------------------


async def test_a_peer_that_answers_no_ping_is_lost() -> None:
    async with joined(SocketTimings(ping_every=0.02, ping_patience=0.02, close=0.05)) as (ours, wire):
        assert (await loss(ours)).code is None
        assert (await wire.receive())[0] == PING
        await wire.until_end()


async def test_a_peer_that_answers_pings_is_kept() -> None:
    async with joined(SocketTimings(ping_every=0.01, ping_patience=1.0, close=0.05)) as (ours, wire):
        for _ in range(3):
            assert await wire.receive() == (PING, b"")
            await wire.send(PONG)
        assert ours.usable


async def test_where_nobody_minds_pings_go_unanswered() -> None:
    async with joined(SocketTimings(ping_every=0.01, ping_patience=None, close=0.05)) as (ours, wire):
        for _ in range(5):
            assert (await wire.receive())[0] == PING
        assert ours.usable


async def test_a_pong_that_we_do_not_read_ourselves_is_none_of_the_peers_faults() -> None:
    async with joined(SocketTimings(ping_every=0.01, ping_patience=0.01, close=0.05)) as (ours, wire):
        for number in range(2 * INBOX):
            await wire.send(TEXT, str(number).encode())
        for _ in range(5):
            assert (await wire.receive())[0] == PING
        assert ours.usable


async def test_a_peer_whose_machine_is_gone_is_noticed_although_the_system_still_takes_data() -> None:
    async with joined(SocketTimings(ping_every=0.02, ping_patience=0.05, close=0.05)) as (ours, wire):
        raw: socket.socket = wire.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ours.offer(b"x")
        await loss(ours)
