"""How long small answers take over one connection that stays open."""

import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final

WARM_UP: Final = 200
_LENGTH: Final = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    p50_ms: float
    p99_ms: float
    per_second: float


def measure(port: int, path: str, *, count: int) -> Latencies:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(WARM_UP):
            ask(connection, path)
        taken = []
        for _ in range(count):
            begun = time.perf_counter()
            ask(connection, path)
            taken.append(time.perf_counter() - begun)
    return latencies(taken)


def latencies(seconds: Sequence[float]) -> Latencies:
    cuts = quantiles(seconds, n=100, method="inclusive")
    return Latencies(p50_ms=1000 * cuts[49], p99_ms=1000 * cuts[98], per_second=len(seconds) / sum(seconds))


def ask(connection: socket.socket, path: str) -> int:
    """One question and the whole answer; the length of its body."""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    found = _LENGTH.search(head)
    missing = (int(found[1]) if found else 0) - len(body)
    while missing > 0:
        missing -= len(_more(connection))
    return int(found[1]) if found else 0


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(1 << 18)
    if not piece:
        raise ConnectionResetError
    return piece
