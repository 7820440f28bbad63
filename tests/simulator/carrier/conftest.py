"""A tiny gateway that takes webhooks and one media socket a call, and a simulator that rings at it."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType, web
from aiohttp.test_utils import TestServer

from simulator.app import Running, start
from simulator.settings import Delays, Settings
from simulator.telnyx.calls import Leg

QUICK = Delays(
    telnyx_rest_s=0.0,
    telnyx_answer_s=0.05,
    telnyx_no_answer_s=0.1,
    telnyx_ring_patience_s=5.0,
    telnyx_webhook_s=0.0,
    telnyx_webhook_retry_s=0.02,
    telnyx_media_connect_s=0.0,
    telnyx_recording_s=0.02,
    telnyx_amd_s=0.05,
    telnyx_transcription_s=0.02,
    caller_pause_s=0.1,
    caller_patience_s=0.4,
    caller_wait_s=1.0,
)


class Gateway:
    """What the other side of every wire saw."""

    def __init__(self) -> None:
        self.webhooks: list[tuple[dict[str, str], bytes]] = []
        self.messages: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.statuses: list[int] = []
        """Answers to the next webhooks; 200 when empty."""
        self.arrived = asyncio.Event()
        self.url = ""

    @property
    def stream_url(self) -> str:
        return self.url.replace("http", "ws") + "/media"

    def events(self, name: str) -> list[dict[str, Any]]:
        found = [json.loads(body)["data"] for _, body in self.webhooks]
        return [data for data in found if data["event_type"] == name]

    @property
    def names(self) -> list[str]:
        return [json.loads(body)["data"]["event_type"] for _, body in self.webhooks]

    def frames(self, name: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["event"] == name]

    def audio(self) -> bytes:
        """What came on the inbound track, in the order of chunks."""
        chunks = sorted((int(m["media"]["chunk"]), m["media"]["payload"]) for m in self.frames("media"))
        return b"".join(base64.b64decode(payload) for _, payload in chunks)

    async def until(self, predicate: Callable[[], Any], seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while not predicate():
                self.arrived.clear()
                await self.arrived.wait()

    async def heard(self, event: str, seconds: float = 5.0) -> dict[str, Any]:
        await self.until(lambda: self.events(event), seconds)
        return self.events(event)[0]["payload"]

    async def send(self, **message: Any) -> None:
        await self.sockets[-1].send_json(message)

    async def play(self, audio: bytes) -> None:
        await self.send(event="media", media={"payload": base64.b64encode(audio).decode()})

    async def on_webhook(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.webhooks.append((headers, await request.read()))
        self.arrived.set()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def on_media(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.messages.append(json.loads(message.data))
                self.arrived.set()
        return socket


class Phone:
    """REST and control commands to the simulator."""

    def __init__(self, running: Running, http: ClientSession, gateway: Gateway) -> None:
        self.running = running
        self.http = http
        self.gateway = gateway

    @property
    def world(self) -> Any:
        return self.running.state

    async def command(self, path: str, *, method: str = "POST", **body: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.running.credentials['telnyx_api_key']}"}
        async with self.http.request(method, f"{self.running.url}/v2{path}", json=body, headers=headers) as response:
            return response.status, await response.json()

    async def act(self, leg: Leg, verb: str, **body: Any) -> tuple[int, dict[str, Any]]:
        return await self.command(f"/calls/{leg.call_control_id}/actions/{verb}", **body)

    async def sim(self, method: str, path: str, body: Any = None) -> Any:
        async with self.http.request(method, f"{self.running.url}/sim{path}", json=body) as response:
            assert response.status < 300, await response.text()
            return await response.json()

    async def ring(self, *steps: dict[str, Any], **script: Any) -> Leg:
        """An inbound call with this script, announced."""
        answer = await self.sim("POST", "/calls", {"script": {"name": "test", "steps": list(steps), **script}})
        leg: Leg = self.world.carrier.legs.find(answer["id"])
        await self.gateway.heard("call.initiated")
        return leg

    async def talk(self, *steps: dict[str, Any], **script: Any) -> Leg:
        """An inbound call that is answered with an rtp stream, up to its `start`."""
        stream = script.pop("stream", {})
        leg = await self.ring(*steps, **script)
        await self.act(
            leg, "answer", stream_url=self.gateway.stream_url, **{"stream_bidirectional_mode": "rtp", **stream}
        )
        await self.gateway.until(lambda: self.gateway.frames("start"))
        return leg

    async def dial(self, **body: Any) -> tuple[int, dict[str, Any]]:
        return await self.command(
            "/calls", **{"connection_id": "1", "to": "+5215512345678", "from": "+5255501", **body}
        )

    async def report(self, leg: Leg) -> dict[str, Any]:
        report: dict[str, Any] = await self.sim("GET", f"/calls/{leg.id}")
        return report


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    gateway = Gateway()
    app = web.Application()
    app.add_routes([web.post("/webhook/telnyx", gateway.on_webhook), web.get("/media", gateway.on_media)])
    server = TestServer(app)
    await server.start_server()
    gateway.url = str(server.make_url("")).rstrip("/")
    yield gateway
    for socket in gateway.sockets:
        await socket.close()
    await server.close()


@pytest.fixture
async def phone(gateway: Gateway) -> AsyncIterator[Phone]:
    running = await start(replace(Settings(), port=0, gateway_url=gateway.url, delays=QUICK))
    async with ClientSession() as http:
        yield Phone(running, http, gateway)
    await running.stop()


HANGUP = {"do": "hangup"}
WAIT = {"do": "wait_hangup", "timeout_s": 10}
