"""Addresses, and the opening of sockets: who is refused, why, and what is left behind."""

import asyncio
import socket
from functools import cache
from pathlib import Path

import pytest

from control_plane.adapters import sockets
from control_plane.adapters.provider_socket import ProviderSocket, SocketTimings
from control_plane.adapters.sockets import http_url, open_socket, websocket_url
from control_plane.ports.errors import (
    Misconfigured,
    ProviderError,
    RateLimited,
    Rejected,
    Timeout,
    Unavailable,
)
from tests.certificates import server_and_trust
from tests.control_plane.adapters.sockets.raw_peer import RawPeer, raw_peer

SOON = SocketTimings(connect=0.1)
HASTY = SocketTimings(close=0.01)
PATIENT = SocketTimings(connect=5.0)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://api.acme.com", "wss://api.acme.com/v1"),
        ("http://127.0.0.1:4010/acme/", "ws://127.0.0.1:4010/acme/v1"),
        ("wss://api.acme.com", "wss://api.acme.com/v1"),
        ("ws://h:1/p", "ws://h:1/p/v1"),
    ],
)
def test_any_base_url_becomes_a_websocket_address(base: str, expected: str) -> None:
    assert websocket_url(base, "/v1") == expected


def test_any_base_url_becomes_an_http_address() -> None:
    assert http_url("wss://api.acme.com/p", "/v1") == "https://api.acme.com/p/v1"
    assert http_url("http://h:1", "") == "http://h:1"


@pytest.mark.parametrize("base", ["", "api.acme.com", "ftp://api.acme.com", "https://"])
def test_what_is_not_a_base_url_is_refused_at_once(base: str) -> None:
    with pytest.raises(ValueError, match="not a base URL"):
        websocket_url(base, "/v1")


async def opening(peer: RawPeer, timings: SocketTimings = PATIENT, error_header: str = "") -> ProviderSocket:
    headers = {"Authorization": "Token secret"}
    return await open_socket("acme", peer.url, headers=headers, timings=timings, error_header=error_header)


async def refused(peer: RawPeer, status: str, headers: dict[str, str]) -> ProviderError:
    async with asyncio.TaskGroup() as group:
        refusing = group.create_task(_refuse(peer, status, headers))
        with pytest.raises(ProviderError) as told:
            await opening(peer, error_header="acme-error")
        await refusing
    return told.value


async def _refuse(peer: RawPeer, status: str, headers: dict[str, str]) -> None:
    wire = await peer.taken()
    await wire.asked()
    await wire.answer(status, {"Content-Length": "6", **headers}, body=b"secret")


async def test_the_request_carries_our_headers_and_the_query() -> None:
    async with raw_peer() as peer, asyncio.TaskGroup() as group:
        welcoming = group.create_task(peer.welcomed())
        opened = await opening(peer)
        wire = await welcoming
        assert (wire.path, wire.headers["Authorization"]) == ("/v1?model=one", "Token secret")
        assert "Sec-WebSocket-Extensions" not in wire.headers
        await opened.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("401 Unauthorized", Misconfigured),
        ("400 Bad Request", Rejected),
        ("503 Service Unavailable", Unavailable),
        ("302 Found", Unavailable),
        ("200 OK", Unavailable),
        ("504 Gateway Timeout", Timeout),
    ],
)
async def test_a_refused_handshake_tells_what_kind_of_refusal_it_is(status: str, kind: type[ProviderError]) -> None:
    async with raw_peer() as peer:
        error = await refused(peer, status, {"acme-error": "BAD_MODEL", "Location": "ws://127.0.0.1:1/"})
    assert type(error) is kind
    assert error.code == "BAD_MODEL"
    assert "secret" not in str(error)


async def test_a_refusal_for_now_tells_when_to_come_back() -> None:
    async with raw_peer() as peer:
        error = await refused(peer, "429 Too Many Requests", {"retry-after": "7"})
    assert isinstance(error, RateLimited)
    assert error.retry_after == 7.0


@pytest.mark.parametrize("nonsense", [b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"HTTP/1.1 101 Fine\r\n\r\n"])
async def test_an_answer_that_is_no_handshake_is_unavailable(nonsense: bytes) -> None:
    async def answer(peer: RawPeer) -> None:
        wire = await peer.taken()
        await wire.asked()
        wire.writer.write(nonsense)

    async with raw_peer() as peer, asyncio.TaskGroup() as group:
        group.create_task(answer(peer))
        with pytest.raises(Unavailable):
            await opening(peer)


async def test_a_peer_that_hangs_up_in_the_middle_of_the_handshake_is_unavailable() -> None:
    async def hang_up(peer: RawPeer) -> None:
        wire = await peer.taken()
        await wire.asked()
        wire.writer.close()

    async with raw_peer() as peer, asyncio.TaskGroup() as group:
        group.create_task(hang_up(peer))
        with pytest.raises(Unavailable):
            await opening(peer)


async def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(Unavailable):
            await open_socket("acme", url, headers={}, timings=SocketTimings())


@pytest.mark.parametrize("url", ["https://api.acme.com", "ws://", "ws://h:port/", "ws://h/#part"])
async def test_what_is_no_websocket_address_is_our_fault(url: str) -> None:
    with pytest.raises(Misconfigured):
        await open_socket("acme", url, headers={}, timings=SocketTimings())


async def test_a_peer_that_never_answers_the_handshake_is_a_timeout_and_is_let_go() -> None:
    async with raw_peer() as peer:
        with pytest.raises(Timeout):
            await opening(peer, SOON)
        await (await peer.taken()).until_end()


async def test_an_opening_that_nobody_waits_for_any_more_leaves_no_connection() -> None:
    async with raw_peer() as peer:
        task = asyncio.ensure_future(opening(peer))
        wire = await peer.taken()
        await wire.asked()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await wire.welcome()
        await wire.until_end()


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with raw_peer() as peer, asyncio.TaskGroup() as group:
        group.create_task(peer.welcomed())
        await (await opening(peer)).close()


async def test_a_certificate_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server, ours = server_and_trust(tmp_path, "localhost")
    async with raw_peer(server) as peer:
        with pytest.raises(Unavailable):
            await opening(peer)
        monkeypatch.setattr(sockets, "_trust", cache(lambda: ours))
        async with asyncio.TaskGroup() as group:
            welcoming = group.create_task(peer.welcomed())
            opened = await opening(peer)
            wire = await welcoming
            await opened.send(b"over TLS")
            assert await wire.receive() == (2, b"over TLS")
            await opened.close()


async def test_a_hundred_openings_leave_nothing_behind() -> None:
    before = set(_descriptors())
    async with raw_peer() as peer:
        for _ in range(100):
            async with asyncio.TaskGroup() as group:
                welcoming = group.create_task(peer.welcomed())
                opened = await opening(peer, HASTY)
                wire = await welcoming
            async with asyncio.TaskGroup() as group:
                group.create_task(opened.close())
                await wire.until_end()
                wire.writer.transport.abort()
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(set(_descriptors()) - before) <= 1


def _descriptors() -> list[str]:
    return [entry.name for entry in Path("/proc/self/fd").iterdir()]
