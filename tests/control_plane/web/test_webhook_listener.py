"""The port for webhooks alone: they are taken there as at the API's port, everything else is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from control_plane.ports.carrier import Notice
from control_plane.testing.carriers import SIGNATURE
from control_plane.web import json_body, webhook_listener
from control_plane.web.webhook_listener import WebhookListener, taking_webhooks
from control_plane.web.webhook_receipt import LIMIT
from tests.gateways import Served

PATIENCE_S = 60.0
"""However busy the machine is."""


@dataclass(slots=True)
class Line:
    """A connection to it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, *parts: bytes) -> None:
        self.writer.writelines(parts)

    async def answer(self) -> tuple[int, dict[str, str], Any]:
        async with asyncio.timeout(PATIENCE_S):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            first, *rest = head.strip().split("\r\n")
            headers = {name.lower(): value for name, value in (one.split(": ", 1) for one in rest)}
            body = await self.reader.readexactly(int(headers["content-length"]))
        return int(first.split(" ")[1]), headers, json.loads(body)

    async def is_closed(self) -> bool:
        async with asyncio.timeout(PATIENCE_S):
            try:
                return await self.reader.read() == b""
            except ConnectionError:
                return True


@dataclass(slots=True)
class Port:
    listener: WebhookListener
    number: int
    served: Served

    async def line(self) -> Line:
        return Line(*await asyncio.open_connection("127.0.0.1", self.number))

    def body(self, event_id: str) -> bytes:
        return self.served.reader.add(Notice(event_id=event_id, kind="call.cost", event=None))


@pytest.fixture
async def port(it: Served) -> AsyncIterator[Port]:
    listener = WebhookListener(it.gateway)
    yield Port(listener, await listener.open("127.0.0.1", 0), it)
    await listener.close()


@dataclass(slots=True)
class Held:
    """A database that waits."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    kept: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
def held(it: Served, monkeypatch: pytest.MonkeyPatch) -> Held:
    store = type(it.gateway.intakes["telnyx"]._parts.store)
    real, held = store.add_all, Held()

    async def slowly(self: Any, webhooks: Any) -> Any:
        held.reached.set()
        await held.go_on.wait()
        found = await real(self, webhooks)
        held.kept.set()
        return found

    monkeypatch.setattr(store, "add_all", slowly)
    return held


def request(body: bytes, *lines: str, first: str = "POST /webhook/telnyx HTTP/1.1", length: str | None = None) -> bytes:
    signature = [f"{name}: {value}" for name, value in SIGNATURE.items()]
    told = [f"Content-Length: {len(body)}"] if length is None else [length] if length else []
    return "\r\n".join((first, "Host: gateway", *signature, *told, *lines, "", "")).encode("latin-1") + body


async def test_many_webhooks_come_over_one_connection(port: Port) -> None:
    line = await port.line()
    for number in range(3):
        line.send(request(port.body(f"event-{number}")))
        status, headers, said = await line.answer()
        assert (status, headers["content-type"], said) == (200, "application/json", {"status": "stored"})
        assert headers["server"] == "centralita"
    line.send(request(port.body("event-0")))
    assert (await line.answer())[2] == {"status": "duplicate"}
    assert port.served.metric("http_requests_total", route="/webhook/<carrier>", status="200") == 4
    assert port.served.metric("webhooks_total", carrier="telnyx", outcome="stored") == 3


async def test_a_request_may_come_in_pieces_and_the_next_with_its_end(port: Port) -> None:
    line = await port.line()
    both = request(port.body("event-1")) + request(port.body("event-2"))
    for at in range(0, len(both), 7):
        line.send(both[at : at + 7])
        await line.writer.drain()
        await asyncio.sleep(0)
    assert [(await line.answer())[2] for _ in range(2)] == [{"status": "stored"}] * 2


async def test_a_refusal_leaves_the_connection_to_the_next(port: Port) -> None:
    line = await port.line()
    line.send(request(b"unheard of"))
    line.send(request(port.body("event-1")))
    refusal, taken = [await line.answer() for _ in range(2)]
    assert (refusal[0], refusal[1]["content-type"]) == (400, "application/problem+json")
    assert (refusal[2]["code"], refusal[2]["instance"]) == ("malformed", "/webhook/telnyx")
    assert taken[0] == 200


async def test_a_forged_webhook_is_refused(port: Port) -> None:
    line = await port.line()
    line.send(b"POST /webhook/telnyx HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\n{}")
    status, _, said = await line.answer()
    assert (status, said["code"]) == (401, "bad_signature")
    assert port.served.metric("webhooks_total", carrier="telnyx", outcome="refused") == 1


async def test_what_is_signed_is_what_came_though_it_says_that_it_is_packed(port: Port) -> None:
    line = await port.line()
    line.send(request(port.body("event-1"), "Content-Encoding: gzip"))
    assert (await line.answer())[0] == 200


async def test_an_oversized_webhook_is_refused_before_it_has_come(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_listener, "LINGER_S", 0.05)
    line = await port.line()
    line.send(request(b"", length=f"Content-Length: {LIMIT + 1}"))
    status, headers, said = await line.answer()
    assert (status, headers["content-type"], said["code"]) == (413, "application/problem+json", "body_too_large")
    assert await line.is_closed()
    assert port.served.metric("webhooks_total", carrier="telnyx", outcome="too_large") == 1


@pytest.mark.parametrize("size", [LIMIT + 1, 5 * LIMIT])
async def test_an_oversized_webhook_in_chunks_is_refused(port: Port, size: int) -> None:
    line = await port.line()
    line.send(request(b"", "Transfer-Encoding: chunked", length=""))
    line.send(f"{size:x}\r\n".encode(), b"x" * size, b"\r\n0\r\n\r\n")
    status, _, said = await line.answer()
    assert (status, said["code"]) == (413, "body_too_large")


async def test_the_largest_webhook_is_taken(port: Port) -> None:
    line = await port.line()
    line.send(request(b"x" * LIMIT))
    assert (await line.answer())[2]["code"] == "malformed"  # it came whole, and says nothing


@pytest.mark.parametrize(
    ("first", "status"),
    [
        pytest.param("GET /webhook/telnyx HTTP/1.1", 405, id="another method"),
        pytest.param("POST /webhook/nobody HTTP/1.1", 404, id="no such carrier"),
        pytest.param("POST /webhook/telnyx/texml HTTP/1.1", 404, id="below a carrier"),
        pytest.param("POST /api/calls HTTP/1.1", 404, id="another path"),
        pytest.param("POST /telnyx HTTP/1.1", 404, id="a carrier alone"),
    ],
)
async def test_what_is_no_webhook_is_refused(port: Port, first: str, status: int) -> None:
    line = await port.line()
    line.send(request(b"", first=first))
    found, headers, said = await line.answer()
    assert (found, said["status"], headers["content-type"]) == (status, status, "application/problem+json")
    assert headers.get("allow") == ("POST" if status == 405 else None)
    assert port.served.metric("http_requests_total", route="unknown", status=str(status)) == 1


async def test_what_cannot_be_read_is_refused_in_the_same_words_and_ends_the_connection(port: Port) -> None:
    line = await port.line()
    line.send(request(b"", "Content-Length: 1"))
    status, headers, said = await line.answer()
    assert (status, said["code"]) == (400, "bad_request")
    assert (headers["content-type"], headers["server"]) == ("application/problem+json", "centralita")
    assert await line.is_closed()


async def test_before_the_gateway_has_started_the_carrier_is_told_to_come_again(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port.served.gateway, "workers", [])
    line = await port.line()
    line.send(request(port.body("event-1")))
    status, headers, _ = await line.answer()
    assert (status, headers["retry-after"]) == (503, "2")


async def test_who_asks_to_close_is_closed_after_the_answer(port: Port) -> None:
    line = await port.line()
    line.send(request(port.body("event-1"), "Connection: close"))
    assert (await line.answer())[0] == 200
    assert await line.is_closed()


async def test_a_body_that_does_not_come_is_given_up(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_body, "BODY_PATIENCE_S", 0.05)
    monkeypatch.setattr(webhook_listener, "LINGER_S", 0.05)
    line = await port.line()
    line.send(request(b"", length="Content-Length: 5"))
    status, _, said = await line.answer()
    assert (status, said["code"]) == (400, "unreadable_body")
    assert await line.is_closed()


@pytest.mark.parametrize("begun", [b"", b"POST /web"], ids=["nothing", "half a head"])
async def test_a_connection_without_a_request_is_closed(
    port: Port, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(webhook_listener, "IDLE_S", 0.05)
    line = await port.line()
    line.send(begun)
    assert await line.is_closed()


async def test_only_so_many_connections_are_kept(port: Port, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_listener, "CONNECTIONS", 1)
    first = await port.line()
    first.send(request(port.body("event-1")))
    assert (await first.answer())[0] == 200
    assert await (await port.line()).is_closed()
    first.send(request(port.body("event-2")))
    assert (await first.answer())[0] == 200


async def test_a_webhook_is_stored_though_the_proxy_has_gone_away(
    port: Port, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, real = asyncio.Event(), web.RequestHandler.connection_lost

    def lose(self: web.RequestHandler, error: BaseException | None) -> None:
        real(self, error)
        lost.set()

    monkeypatch.setattr(web.RequestHandler, "connection_lost", lose)
    gone = await port.line()
    gone.send(request(port.body("event-1")))
    async with asyncio.timeout(PATIENCE_S):
        await held.reached.wait()
        gone.writer.transport.abort()
        await lost.wait()
        held.go_on.set()
        await held.kept.wait()
    line = await port.line()
    line.send(request(port.body("event-1")))
    assert (await line.answer())[2] == {"status": "duplicate"}


async def test_at_the_end_what_is_being_taken_is_answered_first(port: Port, held: Held) -> None:
    busy, idle = await port.line(), await port.line()
    busy.send(request(port.body("event-1")))
    async with asyncio.timeout(PATIENCE_S):
        await held.reached.wait()
    closing = port.served.gateway.supervisor.spawn(port.listener.close(timeout_s=PATIENCE_S), "closing")
    assert await idle.is_closed()
    held.go_on.set()
    assert (await busy.answer())[:1] == (200,)
    assert await busy.is_closed()
    await closing


async def test_it_listens_as_long_as_it_is_asked_to(it: Served) -> None:
    async with taking_webhooks(it.gateway, host="127.0.0.1", port=0) as number:
        (await asyncio.open_connection("127.0.0.1", number))[1].close()
    with pytest.raises(OSError, match=r"Connect call failed|refused"):
        await asyncio.open_connection("127.0.0.1", number)
