"""A connection that changes its language becomes a media socket and nothing else."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config
from websockets.sync.client import connect

from tests.nginx.conftest import Front
from tests.nginx.edges import make_edge, running
from tests.stack.running import eventually, free_port

H2C = {"Upgrade": "h2c", "Connection": "Upgrade, HTTP2-Settings", "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA"}
PATHS = ("/stream/media/t", "/n/main/stream/media/t")


async def tell(scope: Any, receive: Any, send: Any) -> None:
    """Echoes on sockets, and says yes to everything else."""
    if scope["type"] == "lifespan":
        return
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": event["text"]})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"yes"})


@pytest.fixture(scope="module")
def hypercorn() -> Iterator[str]:
    """The server of the control plane, which speaks HTTP/2 to whoever asks for it."""
    port, loop, ended = free_port(), asyncio.new_event_loop(), asyncio.Event()
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.graceful_timeout = 0
    work = serve(tell, config, shutdown_trigger=ended.wait)  # type: ignore[arg-type]
    thread = threading.Thread(target=loop.run_until_complete, args=(work,), daemon=True)
    thread.start()

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    eventually(listens, within_s=10, what="the control plane's server")
    yield f"127.0.0.1:{port}"
    loop.call_soon_threadsafe(ended.set)
    thread.join(10)


@pytest.fixture(scope="module")
def port(hypercorn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    edge = make_edge(tmp_path_factory.mktemp("upgrades"), control_planes={"main": hypercorn})
    with running(edge):
        yield edge.port


def asked(port: int, path: str, **headers: str) -> tuple[socket.socket, bytes]:
    """The open connection, and what came back first."""
    line = socket.create_connection(("127.0.0.1", port), timeout=5)
    shown = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{shown}\r\n".encode())
    return line, line.recv(65536)


@pytest.mark.parametrize("path", PATHS)
def test_http2_cannot_be_spoken_past_the_web_server(port: int, path: str) -> None:
    line, said = asked(port, path, **H2C)
    with line:
        head, _, rest = said.partition(b"\r\n\r\n")
        assert b" 426 " in head.splitlines()[0]
        assert b"upgrade: websocket" in head.lower()
        assert b"upgrade_required" in rest


@pytest.mark.parametrize("wanted", ["h2c, websocket", "websocket, h2c", "websocketx", "xwebsocket", "TLS/1.0", ""])
def test_a_stream_is_a_websocket_or_nothing(port: int, wanted: str) -> None:
    line, said = asked(port, PATHS[0], **{**H2C, "Upgrade": wanted})
    with line:
        assert b" 426 " in said.splitlines()[0]


@pytest.mark.parametrize(
    "path",
    [
        *("/api/calls", "/api/events", "/api/auth/session", "/api/proxy/control/x", "/api/stats", "/health"),
        *("/health/ready", "/openapi.json", "/metrics", "/blobs/a.wav", "/n/first/blobs/a.wav"),
        *("/webhook/telnyx", "/n/first/webhook/telnyx", "/webhook/twilio/voice", "/webhook/telnyx/texml"),
    ],
)
@pytest.mark.parametrize("wanted", ["h2c", "websocket"])
def test_no_other_path_passes_a_change_of_language_on(front: Front, path: str, wanted: str) -> None:
    heard: list[dict[str, str]] = []
    for fake in (front.first, front.second, front.sidecar):
        fake.heard = heard
    line, said = asked(front.edge.port, f"{path}?{wanted}", **{**H2C, "Upgrade": wanted})
    with line:
        assert b" 200 " in said.splitlines()[0]
    [headers] = heard
    assert not {"upgrade", "http2-settings"} & headers.keys()
    assert headers.get("connection", "") in {"", "keep-alive"}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("word", ["websocket", "WebSocket"])
def test_media_still_talks(port: int, path: str, word: str) -> None:
    with connect(f"ws://127.0.0.1:{port}{path}", additional_headers={"HTTP2-Settings": "AAMAAABk"}) as stream:
        stream.send("hola")
        assert stream.recv(timeout=5) == "hola"
    key = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}
    line, said = asked(port, path, Connection="Upgrade", Upgrade=word, **key)
    with line:
        assert b" 101 " in said.splitlines()[0]
