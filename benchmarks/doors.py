"""The command `python -m benchmarks.doors`: what a message of a call costs at the door, by the server that takes it.

For each kind of server one process takes the media sockets of so many calls, fifty messages a second from each, and
answers every tenth; another process, the same for all kinds, is the carrier. Told are the server's processor time for
each message, its share of the answer included, and its memory for each socket. Kinds take turns, so that a machine that
gets slower does so for all.
"""

import argparse
import asyncio
import json
import multiprocessing
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median
from typing import Final

import picows
import psutil  # type: ignore[import-untyped]
import uvloop

from benchmarks import machine, tables
from benchmarks.door_servers import DOORS, EACH, HOST, PATH, run

FRAME_S: Final = 0.02
WARM_S: Final = 1.0
PATIENCE_S: Final = 20.0
KB: Final = 1024
MESSAGE: Final = json.dumps(
    {
        "event": "media",
        "sequence_number": "1042",
        "media": {"track": "inbound", "chunk": "1041", "timestamp": "20820", "payload": "f" * 216},
        "stream_id": "32de0dea-53cb-4b21-89a4-9e1819c043bc",
    },
    separators=(",", ":"),
)
"""20 ms of a caller, as Telnyx sends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the carrier does."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one server used."""

    us: float
    """Of the processor, for each message."""
    kb: float
    """Of memory, for each socket."""
    late: float
    """Messages that were not worked, or answers that did not come, of a hundred."""


class Caller(picows.WSListener):
    """One socket of the carrier."""

    def __init__(self) -> None:
        self.answers = 0

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.TEXT:
            self.answers += 1
        elif frame.msg_type == picows.WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())


async def talk(callers: Sequence[Caller], seconds: float) -> int:
    """Each sends in its own moment of the 20 ms. The number of messages."""
    messages = int(seconds / FRAME_S) * len(callers)
    apart, began, sent = FRAME_S / len(callers), time.monotonic(), 0
    while sent < messages:
        due = min(messages, int((time.monotonic() - began) / apart) + 1)
        for number in range(sent, due):
            callers[number % len(callers)].transport.send(picows.WSMsgType.TEXT, MESSAGE)
        sent = due
        await asyncio.sleep(0.001)
    return messages


async def _carry(load: Load, port: int, *, report: Connection) -> None:
    """Opens all sockets, warms up, talks; tells when each of these is done and waits for a word to go on."""
    async with asyncio.timeout(PATIENCE_S + load.seconds):
        url = f"ws://{HOST}:{port}{PATH}"
        first = await _call(url)
        await talk([first], WARM_S)
        await _in_turn(report, 0)
        callers = [await _call(url) for _ in range(load.calls)]
        await talk(callers, WARM_S)
        await _in_turn(report, 0)
        before = sum(caller.answers for caller in callers)
        messages = await talk(callers, load.seconds)
        await asyncio.sleep(0.2)
        await _in_turn(report, (messages, sum(caller.answers for caller in callers) - before))


async def _call(url: str) -> Caller:
    _, caller = await picows.ws_connect(Caller, url)
    assert isinstance(caller, Caller)
    return caller


async def _in_turn(report: Connection, said: object) -> None:
    report.send(said)
    await asyncio.to_thread(report.recv)


def _carrier(load: Load, port: int, *, report: Connection) -> None:
    uvloop.run(_carry(load, port, report=report))


def measure(kind: str, load: Load, *, cores: machine.Cores) -> Run:
    """Both processes are new, and gone afterwards."""
    context = multiprocessing.get_context("spawn")
    orders, theirs = context.Pipe()
    report, his = context.Pipe()
    port = _free_port()
    server = context.Process(target=run, args=(kind, port), kwargs={"orders": theirs}, daemon=True)
    carrier = context.Process(target=_carrier, args=(load, port), kwargs={"report": his}, daemon=True)
    try:
        machine.settle(cores.gateway)
        server.start()
        machine.settle(cores.others)
        _until_listening(port)
        carrier.start()
        memory = psutil.Process(server.pid)

        def used() -> tuple[float, int, int]:
            orders.send(None)
            seconds, received, sent = orders.recv()
            return float(seconds), int(received), int(sent)

        report.recv()
        empty = memory.memory_info().rss
        report.send(None)
        report.recv()
        before = used()
        report.send(None)
        messages, answers = report.recv()
        after, full = used(), memory.memory_info().rss
        report.send(None)
        worked = after[1] - before[1]
        missing = max(messages - worked, messages // EACH - answers, 0)
        return Run(
            us=(after[0] - before[0]) / worked * 1e6, kb=(full - empty) / load.calls / KB, late=missing / messages * 100
        )
    finally:
        for process in (carrier, server):
            if process.pid is not None:
                process.terminate()
                process.join()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _until_listening(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the server does not listen")


def rows(runs: dict[str, list[Run]]) -> list[Sequence[str]]:
    """A head and a row for each kind: least, middle and most; ratios are of the middles, to the last kind."""
    *_, standard = runs.values()
    us, kb = median(one.us for one in standard), median(one.kb for one in standard)
    table: list[Sequence[str]] = [("door", "µs a message", "ratio", "KB a socket", "ratio", "missing %")]
    for kind, found in runs.items():
        costs, sizes = sorted(one.us for one in found), sorted(one.kb for one in found)
        table.append(
            (
                kind,
                " / ".join(f"{value:.1f}" for value in (costs[0], median(costs), costs[-1])),
                f"{median(costs) / us:.1f}",
                " / ".join(f"{value:.0f}" for value in (sizes[0], median(sizes), sizes[-1])),
                f"{median(sizes) / kb:.1f}" if kb > 0 else tables.UNKNOWN,
                f"{max(one.late for one in found):.1f}",
            )
        )
    return table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.doors", description="What a message costs at the door.")
    parser.add_argument("--calls", type=int, default=100, metavar="N", help="media sockets at one time")
    parser.add_argument("--seconds", type=float, default=5.0, metavar="S", help="how long each run is measured")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="runs of each kind, in turn")
    parser.add_argument("--pin", type=int, default=0, metavar="CORE", help="the servers' core")
    options = parser.parse_args()
    cores = machine.divide(machine.available_cores(), options.pin)
    load = Load(calls=options.calls, seconds=options.seconds)
    runs: dict[str, list[Run]] = {kind: [] for kind in DOORS}
    for _ in range(options.repeat):
        for kind, found in runs.items():
            found.append(measure(kind, load, cores=cores))
            print(f"{kind}: {found[-1].us:.1f} µs, {found[-1].kb:.0f} KB", file=sys.stderr)
    table = rows(runs)
    print(tables.plain(table), "\n\n", tables.markdown(table), sep="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
