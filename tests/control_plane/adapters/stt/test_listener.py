"""What a recogniser's messages become, and where a fault ends up."""

import asyncio
import gc
import weakref
from collections.abc import Callable
from typing import cast

import pytest

from control_plane.adapters.provider_socket import ProviderSocket, SocketLost, lost
from control_plane.adapters.stt.deepgram_flux import FluxEar, FluxTimings
from control_plane.adapters.stt.listener import MALFORMED_LIMIT, Listener
from control_plane.core.turn.events import InterimHeard
from control_plane.ports.errors import MalformedMessage, ProviderError, Unavailable
from control_plane.ports.hearing import Heard, Listening
from control_plane.services.supervisor import Supervisor


class Socket:
    """Delivers what a test says."""

    provider = "somebody"

    def __init__(self) -> None:
        self.inbox: list[str | bytes] = []
        self.take: Callable[[str | bytes], None] | None = None
        self.tell_lost: Callable[[SocketLost], None] | None = None

    def deliver(self, take: Callable[[str | bytes], None], lost: Callable[[SocketLost], None]) -> None:
        while self.inbox:
            take(self.inbox.pop(0))
        self.take, self.tell_lost = take, lost

    def comes(self, *messages: str) -> None:
        for message in messages:
            assert self.take is not None
            self.take(message)

    def ends(self) -> None:
        assert self.tell_lost is not None
        self.tell_lost(SocketLost(1011))

    async def send(self, message: str | bytes) -> None: ...

    async def close(self) -> None:
        self.take = self.tell_lost = None


def read(message: str | bytes) -> Heard | Listening | None:
    match message:
        case "garbage":
            raise MalformedMessage("garbage")
        case "refused":
            raise Unavailable("somebody", "refused")
        case "fault":
            raise KeyError("a fault of ours")
        case "nothing":
            return None
        case _:
            return InterimHeard(text=str(message))


@pytest.fixture
def socket() -> Socket:
    return Socket()


@pytest.fixture
async def listener(socket: Socket) -> Listener:
    return Listener(cast(ProviderSocket, socket), read=read, closed=lambda how: lost("somebody", how))


async def listening(listener: Listener, take: Callable[[Heard | Listening], None]) -> "asyncio.Future[None]":
    task = asyncio.ensure_future(listener.listen(take))
    await asyncio.sleep(0)
    return task


async def test_what_comes_is_told_in_the_callback_that_brings_it(socket: Socket, listener: Listener) -> None:
    heard: list[Heard | Listening] = []
    socket.inbox = ["before"]
    task = await listening(listener, heard.append)
    socket.comes("hola", "nothing", "adiós")
    assert heard == [InterimHeard(text=text) for text in ("before", "hola", "adiós")]
    listener.close()
    await task


async def test_after_the_close_nothing_is_told_and_the_end_is_no_error(socket: Socket, listener: Listener) -> None:
    heard: list[Heard | Listening] = []
    task = await listening(listener, heard.append)
    listener.close()
    socket.comes("too late")
    socket.ends()
    await task
    assert heard == []


async def test_one_that_was_closed_does_not_listen(listener: Listener) -> None:
    listener.close()
    await listener.listen(lambda _: None)


async def test_whoever_hears_may_close_it_from_there(socket: Socket, listener: Listener) -> None:
    heard: list[Heard | Listening] = []

    def take(event: Heard | Listening) -> None:
        heard.append(event)
        listener.close()

    task = await listening(listener, take)
    socket.comes("hola", "too late")
    await task
    assert heard == [InterimHeard(text="hola")]


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        (["refused"], ProviderError),
        (["fault"], KeyError),
        (["garbage"] * MALFORMED_LIMIT, Unavailable),
    ],
)
async def test_what_ends_it_reaches_whoever_listens_and_nobody_else(
    socket: Socket, listener: Listener, messages: list[str], error: type[Exception]
) -> None:
    task = await listening(listener, lambda _: None)
    socket.comes(*messages, "too late")
    with pytest.raises(error):
        await task


async def test_what_the_listener_raises_comes_back_to_it(socket: Socket, listener: Listener) -> None:
    def take(_: Heard | Listening) -> None:
        raise LookupError("a fault of ours")

    task = await listening(listener, take)
    socket.comes("hola")
    with pytest.raises(LookupError):
        await task


async def test_unreadable_messages_between_readable_ones_are_skipped(socket: Socket, listener: Listener) -> None:
    heard: list[Heard | Listening] = []
    task = await listening(listener, heard.append)
    socket.comes(*["garbage", "hola"] * MALFORMED_LIMIT)
    assert len(heard) == MALFORMED_LIMIT
    listener.close()
    await task


async def test_a_lost_socket_is_told(socket: Socket, listener: Listener) -> None:
    task = await listening(listener, lambda _: None)
    socket.ends()
    with pytest.raises(Unavailable) as caught:
        await task
    assert caught.value.code == "1011"


async def test_an_ear_that_was_closed_is_freed_without_the_collector() -> None:
    socket = Socket()
    ear = FluxEar(cast(ProviderSocket, socket), timings=FluxTimings(), spawn=Supervisor().spawn)
    task = asyncio.ensure_future(ear.listen(lambda _: None))
    await asyncio.sleep(0)
    gone = weakref.ref(ear)
    gc.disable()
    try:
        await ear.aclose()
        await task
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del ear, task
        assert gone() is None
    finally:
        gc.enable()
