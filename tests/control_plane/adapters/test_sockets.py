"""Addresses and the loss of sockets."""

import asyncio
import socket
from typing import Any, cast

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

from control_plane.adapters.sockets import SocketTimings, http_url, lost, open_socket, send, websocket_url
from control_plane.ports.errors import Timeout, Unavailable


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


async def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(Unavailable):
            await open_socket("acme", url, headers={}, timings=SocketTimings())


async def test_a_peer_that_never_answers_the_handshake_is_a_timeout() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"ws://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(Timeout):
            await open_socket("acme", url, headers={"Authorization": "secret"}, timings=SocketTimings(connect=0.05))


class FullSocket:
    """A socket whose peer has stopped reading."""

    async def send(self, message: str | bytes) -> None:
        await asyncio.Event().wait()


async def test_a_peer_that_takes_no_data_does_not_hold_the_sender() -> None:
    with pytest.raises(Timeout):
        await send(cast(Any, FullSocket()), b"x", provider="acme", timings=SocketTimings(send=0.01))


def test_a_lost_socket_tells_its_close_code() -> None:
    assert lost("acme", ConnectionClosedError(Close(1011, "why"), None)).code == "1011"
    assert lost("acme", ConnectionClosedError(None, None)).code == ""
