"""A control plane on a real socket that can be told to misbehave."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

METRICS = """\
# HELP gateway_calls_live Calls that have not ended, in this process.
# TYPE gateway_calls_live gauge
gateway_calls_live 2.0
# HELP gateway_calls_started Calls that began.
# TYPE gateway_calls_started counter
gateway_calls_started_total{direction="in"} 7.0
gateway_calls_started_created{direction="in"} 1.7e+09
# HELP gateway_turn_total_seconds Whole turns.
# TYPE gateway_turn_total_seconds histogram
gateway_turn_total_seconds_bucket{le="0.5"} 1.0 # {trace_id="4bf92f3577b34da6"} 0.4 1700000000.0
gateway_turn_total_seconds_bucket{le="+Inf"} 1.0
gateway_turn_total_seconds_count 1.0
gateway_turn_total_seconds_sum 0.4
# HELP process_resident_memory_bytes Resident memory size in bytes.
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 90000000.0
# HELP process_cpu_seconds Total user and system CPU time spent in seconds.
# TYPE process_cpu_seconds counter
process_cpu_seconds_total 12.5
# EOF
"""


def figures(**changes: Any) -> dict[str, Any]:
    return {
        "node": "main",
        "version": "0.1.0",
        "pid": 0,
        "uptime_s": 60.0,
        "ready": True,
        "draining": False,
        "reasons": [],
        "calls": {"live": 2, "today": 5, "answered_today": 4},
        "messages": {"today": 3, "total": 40},
        "bots": 2,
        "sellers": 0,
        **changes,
    }


@dataclass(kw_only=True)
class FakeControlPlane:
    """`mode`: well, silent (accepts and says nothing), garbage, or a status such as 500."""

    port: int
    mode: str = "well"
    delay_s: float = 0.0
    said: dict[str, Any] = field(default_factory=figures)
    metrics: str = METRICS
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    stored: list[dict[str, Any]] = field(default_factory=list)
    callbacks_status: int = 200
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line, headers, body = await _request(reader)
        self.requests.append((line, headers, body))
        if self.mode == "silent":
            await asyncio.Event().wait()
        await asyncio.sleep(self.delay_s)
        if self.mode == "garbage":
            writer.write(b"\x00\xff no http here\r\n\r\n")
            return False
        if " /stream " in line:
            await self._stream(writer)
            return False
        status, content = self._content(line, body)
        writer.write(
            f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\nset-cookie: a=b\r\n"
            f"content-type: application/json\r\n\r\n".encode()
            + content
        )
        await writer.drain()
        return headers.get("connection") != "close"

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        """A first piece at once, a second one when `go_on` is set."""
        writer.write(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        await writer.drain()
        await self.go_on.wait()
        writer.write(b"3\r\ntwo\r\n0\r\n\r\n")
        await writer.drain()

    def _content(self, line: str, body: bytes) -> tuple[int, bytes]:
        method, target, _ = line.split(" ")
        if self.mode.isdigit():
            return int(self.mode), b"{}"
        if target == "/api/figures":
            return 200, json.dumps(self.said).encode()
        if target == "/metrics":
            return 200, self.metrics.encode()
        if target == "/api/callbacks":
            return self._store(json.loads(body)["items"])
        return 200, json.dumps({"method": method, "target": target, "body": body.decode()}).encode()

    def _store(self, items: list[dict[str, Any]]) -> tuple[int, bytes]:
        bad = any(item["from"] == "bad" for item in items)
        if bad or self.callbacks_status != 200:
            return (422 if bad else self.callbacks_status), b"{}"
        self.stored += items
        return 200, json.dumps({"stored": [item["id"] for item in items]}).encode()


async def _request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int((await reader.readline()).strip() or b"0", 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
        return head[0], headers, body
    return head[0], headers, await reader.readexactly(int(headers.get("content-length", "0")))


@asynccontextmanager
async def fake_control_plane(port: int = 0, **how: Any) -> AsyncIterator[FakeControlPlane]:
    listener = socket.create_server(("127.0.0.1", port))
    fake = FakeControlPlane(port=listener.getsockname()[1], **how)
    server = await asyncio.start_server(fake.serve, sock=listener)
    try:
        yield fake
    finally:
        server.close()
