"""The command `python -m benchmarks.sockets`: what a message over a provider's socket costs, and what a socket holds.

One client process holds the sockets of many calls and sends 20 ms of audio on each, for which a peer on another core
answers with a transcript. Told is the processor time of the client, not how long it takes.
"""

import argparse
import asyncio
import multiprocessing
import os
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Final, Protocol

import picows
import psutil  # type: ignore[import-untyped]
import uvloop
from picows.websockets.asyncio.client import connect as connect_alike
from websockets.asyncio.client import connect as connect_websockets

from benchmarks import machine, tables
from control_plane.adapters.provider_socket import SocketTimings
from control_plane.adapters.sockets import open_socket

AUDIO: Final = b"\xff" * 160
ANSWER: Final = '{"type":"Results","is_final":false,"channel":{"alternatives":[{"transcript":"quiero una cita"}]}}'
SOCKETS: Final = 100
ROUNDS: Final = 200
REPEATS: Final = 5
SEND_S: Final = 2.0
WHOLE_S: Final = 60.0


class Socket(Protocol):
    """What all of them have in common."""

    async def send(self, message: Any) -> None: ...

    async def recv(self) -> Any: ...

    async def close(self) -> None: ...


Open = Callable[[str], Awaitable[Socket]]


async def websockets_client(url: str) -> Socket:
    return await connect_websockets(url, compression=None, ping_interval=5, max_queue=64, proxy=None)


class _Timed:
    """The same with a bound on each message that is sent, as every await on the outside has to have one."""

    def __init__(self, socket: Socket) -> None:
        self.recv = socket.recv
        self.close = socket.close
        self._send = socket.send

    async def send(self, message: Any) -> None:
        async with asyncio.timeout(SEND_S):
            await self._send(message)


async def websockets_timed(url: str) -> Socket:
    return _Timed(await websockets_client(url))


async def picows_alike(url: str) -> Socket:
    return await connect_alike(url, compression=None, ping_interval=5, max_queue=64, proxy=None)


async def own(url: str) -> Socket:
    return await open_socket("bench", url, headers={}, timings=SocketTimings())


class _Bare(picows.WSListener):
    """The least that a listener can do: what picows itself costs."""

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._transport = transport
        self._messages: deque[str] = deque()
        self._waiter: asyncio.Future[None] | None = None

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.TEXT:
            self._messages.append(frame.get_payload_as_utf8_text())
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(None)

    async def send(self, message: bytes) -> None:
        self._transport.send(picows.WSMsgType.BINARY, message)

    async def recv(self) -> str:
        if not self._messages:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._messages.popleft()

    async def close(self) -> None:
        self._transport.disconnect(graceful=False)


async def bare(url: str) -> Socket:
    _, listener = await picows.ws_connect(_Bare, url)
    assert isinstance(listener, _Bare)
    return listener


async def bare_uvloop(url: str) -> Socket:
    _, listener = await picows.ws_connect(_Bare, url, use_aiofastnet=False)
    assert isinstance(listener, _Bare)
    return listener


KINDS: Final[Sequence[tuple[str, Open]]] = (
    ("websockets", websockets_client),
    ("websockets, each send under a timeout", websockets_timed),
    ("picows.websockets", picows_alike),
    ("picows, a listener that does nothing", bare),
    ("the same on uvloop's own transport", bare_uvloop),
    ("ProviderSocket", own),
)


class _Peer(picows.WSListener):
    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif frame.msg_type == picows.WSMsgType.BINARY:
            transport.send(picows.WSMsgType.TEXT, ANSWER)


def _serve(ready: Connection) -> None:
    async def serving() -> None:
        server = await picows.ws_create_server(lambda request: _Peer(), "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    with suppress(KeyboardInterrupt):
        uvloop.run(serving())


async def _measure(open_one: Open, url: str) -> tuple[float, float, float]:
    """µs for a message each way and for one that is only sent, and KB a socket."""
    async with asyncio.timeout(WHOLE_S):
        warm = await open_one(url)
        await _talk(warm, 10)
        before = psutil.Process().memory_info().rss
        sockets = [await open_one(url) for _ in range(SOCKETS)]
        held = psutil.Process().memory_info().rss - before
        both = sent = float("inf")
        for _ in range(REPEATS):
            began = time.process_time()
            await asyncio.gather(*(_talk(one, ROUNDS) for one in sockets))
            both = min(both, time.process_time() - began)
            sent = min(sent, await _only_sent(sockets))
        for one in [warm, *sockets]:
            await one.close()
    messages = SOCKETS * ROUNDS
    return both / messages * 1e6, sent / messages * 1e6, held / SOCKETS / 1024


async def _talk(socket: Socket, rounds: int) -> None:
    for _ in range(rounds):
        await socket.send(AUDIO)
        await socket.recv()


async def _only_sent(sockets: Sequence[Socket]) -> float:
    """Seconds of the processor for the sending alone; the answers are taken afterwards."""
    spent = 0.0
    for _ in range(ROUNDS // 20):
        began = time.process_time()
        for _ in range(20):
            for one in sockets:
                await one.send(AUDIO)
        spent += time.process_time() - began
        for one in sockets:
            for _ in range(20):
                await one.recv()
    return spent


def _row(number: int, url: str, *, answer: Connection) -> None:
    answer.send(uvloop.run(_measure(KINDS[number][1], url)))


def measure(cores: machine.Cores) -> list[Sequence[str]]:
    """A head and a row for each kind; each in a process of its own, since memory that is freed is not given back."""
    context = multiprocessing.get_context("spawn")
    theirs, mine = context.Pipe()
    peer = context.Process(target=_serve, args=(mine,), daemon=True)
    peer.start()
    os.sched_setaffinity(peer.pid or 0, cores.others)
    url = f"ws://127.0.0.1:{theirs.recv()}"
    rows: list[Sequence[str]] = [("socket", "µs sent and received", "µs sent", "KB a socket")]
    for number, (name, _) in enumerate(KINDS):
        here, there = context.Pipe()
        client = context.Process(target=_row, args=(number, url), kwargs={"answer": there})
        client.start()
        os.sched_setaffinity(client.pid or 0, cores.gateway)
        both, sent, held = here.recv()
        client.join()
        rows.append((name, f"{both:.1f}", f"{sent:.1f}", f"{held:.0f}"))
    peer.terminate()
    peer.join()
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sockets", description="What a provider's socket costs.")
    parser.add_argument("--pin", type=int, default=0, metavar="CORE", help="where to measure")
    rows = measure(machine.divide(machine.available_cores(), parser.parse_args().pin))
    print(tables.plain(rows), "\n\n", tables.markdown(rows), sep="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
