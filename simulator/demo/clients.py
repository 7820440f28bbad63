"""The HTTP interfaces of the gateway and of the simulator, as far as the demo uses them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from simulator.demo.failures import DemoFailed
from simulator.demo.feed import Event, EventReader

Json = dict[str, Any]
_TIMEOUT: Final = ClientTimeout(total=15.0)
_STREAM_TIMEOUT: Final = ClientTimeout(total=None, sock_connect=5.0, sock_read=45.0)
"""The gateway sends a comment every 15 s when nothing happens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The first user of the demo's gateway."""

    email: str = "demo@centralita.example"
    password: str = field(repr=False)


class Client:
    """JSON over HTTP. Every method raises DemoFailed when the answer is not the expected one."""

    def __init__(self, name: str, http: ClientSession, *, url: str) -> None:
        self.url = url
        self._name = name
        self._http = http

    async def ask(self, method: str, path: str, *, body: Mapping[str, Any] | None = None) -> Json:
        return dict((await self._request(method, path, body=body))[0])

    async def text(self, path: str) -> str:
        return (await self._request("GET", path))[1].decode()

    async def download(self, path: str) -> bytes:
        return (await self._request("GET", path))[1]

    async def _request(self, method: str, path: str, *, body: Mapping[str, Any] | None = None) -> tuple[Json, bytes]:
        url = path if path.startswith("http") else self.url + path
        try:
            async with self._http.request(method, url, json=body, timeout=_TIMEOUT) as response:
                content = await response.read()
                if not response.ok:
                    raise DemoFailed(f"{self._said(method, url)} {response.status}: {content[:500].decode()}")
                return (await response.json() if response.content_type == "application/json" else {}), content
        except (ClientError, TimeoutError) as error:
            raise DemoFailed(f"{self._said(method, url)} nothing ({type(error).__name__}).") from error

    def _said(self, method: str, url: str) -> str:
        return f"The {self._name} answered {method} {url.partition('?')[0]} with"


class Gateway(Client):
    """The gateway's API, without a token: the demo speaks to it over loopback."""

    async def initiate(self, name: str, number: str) -> Json:
        """Call somebody as any client does: `{call_id, call_control_id, …}`."""
        return await self.ask("POST", "/api/call/initiate", body={"nombre": name, "telefono": number})

    async def set_up(self, owner: Owner, *, token: str) -> None:
        """Make the owner, with the token of the link that a terminal shows."""
        mine = {"company": "Demo", "name": "Demo", "email": owner.email, "password": owner.password}
        await self.ask("POST", "/api/auth/setup", body={**mine, "token": token, "mode": "token"})

    async def call(self, call_id: str) -> Json:
        return await self.ask("GET", f"/api/calls/{call_id}")

    async def ready(self) -> bool:
        try:
            async with self._http.get(f"{self.url}/health/ready", timeout=_TIMEOUT) as response:
                return response.ok
        except (ClientError, TimeoutError):
            return False

    async def events(self, connected: asyncio.Event) -> AsyncGenerator[Event]:
        """What happens from `connected` on. Ends only by DemoFailed."""
        try:
            async with self._http.get(f"{self.url}/api/events", timeout=_STREAM_TIMEOUT) as response:
                async for event in _read(response, connected):
                    yield event
        except (ClientError, TimeoutError) as error:
            raise DemoFailed(f"The gateway's events broke off ({type(error).__name__}).") from error
        raise DemoFailed("The gateway ended its events.")


async def _read(response: ClientResponse, connected: asyncio.Event) -> AsyncGenerator[Event]:
    reader = EventReader()
    async for line in response.content:
        connected.set()
        for event in reader.read(line.decode()):
            yield event


class Simulator(Client):
    """The control API of the simulated world."""

    async def line(self, control_id: str) -> Json:
        """Everything the world knows of one call, by the carrier's id of it."""
        return await self.ask("GET", f"/sim/calls/{control_id}")

    async def set_delays(self, delays: Mapping[str, float]) -> None:
        await self.ask("PATCH", "/sim/delays", body=delays)

    async def add_fault(self, fault: Mapping[str, Any]) -> None:
        await self.ask("POST", "/sim/faults", body=fault)
