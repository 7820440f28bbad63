"""TelnyxControl against a real HTTP server: what a mocked transport cannot show."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from control_plane.adapters.carriers.telnyx.account import TelnyxAccount
from control_plane.adapters.carriers.telnyx.control import Patience, TelnyxControl
from control_plane.core.call import commands as c
from control_plane.ports.carrier import Leg
from control_plane.ports.errors import Timeout, Unavailable


class Peer:
    """Writes down every request; answers when `free` is set."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, bytes]] = []
        self.free = asyncio.Event()
        self.free.set()

    async def handle(self, request: web.Request) -> web.Response:
        self.requests.append((request.method, request.raw_path, await request.read()))
        await self.free.wait()
        return web.json_response({"data": {"result": "ok"}})


@pytest.fixture
async def peer() -> Peer:
    return Peer()


@asynccontextmanager
async def telnyx_at(peer: Peer, *, answer_s: float) -> AsyncIterator[TelnyxControl]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", peer.handle)
    async with TestServer(app) as server:
        telnyx = TelnyxControl(
            TelnyxAccount(api_key="KEY", connection_id="app-1", base_url=str(server.make_url("/v2"))),
            patience=Patience(answer_s=answer_s, pauses_s=(0.0, 0.0)),
        )
        try:
            yield telnyx
        finally:
            peer.free.set()
            await telnyx.aclose()


@pytest.fixture
async def control(peer: Peer) -> AsyncIterator[TelnyxControl]:
    async with telnyx_at(peer, answer_s=10.0) as telnyx:
        yield telnyx


@pytest.mark.parametrize(
    ("control_id", "path"),
    [("v3:a-b_c", "v3%3Aa-b_c"), ("v3:a/../b", "v3%3Aa%2F..%2Fb"), ("a%3Ab?#", "a%253Ab%3F%23"), ("ñ", "%C3%B1")],
)
async def test_no_character_of_a_control_id_changes_the_address(
    control: TelnyxControl, peer: Peer, control_id: str, path: str
) -> None:
    await control.perform(Leg(call_id="call-1", control_id=control_id), c.Hangup(), command_id="cmd-1")
    assert [raw for _, raw, _ in peer.requests] == [f"/v2/calls/{path}/actions/hangup"]


async def test_a_silent_telnyx_times_out_after_identical_tries(peer: Peer) -> None:
    peer.free.clear()
    async with telnyx_at(peer, answer_s=0.3) as telnyx:
        with pytest.raises(Timeout):
            await telnyx.perform(Leg(call_id="call-1", control_id="v3:a"), c.Hangup(), command_id="cmd-1")
    assert len(peer.requests) == 3
    assert len(set(peer.requests)) == 1


async def test_a_cancelled_command_is_not_repeated(control: TelnyxControl, peer: Peer) -> None:
    peer.free.clear()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await control.perform(Leg(call_id="call-1", control_id="v3:a"), c.Hangup(), command_id="cmd-1")
    assert len(peer.requests) <= 1


async def test_warming_opens_a_connection(control: TelnyxControl, peer: Peer) -> None:
    await control.warm()
    assert [method for method, _, _ in peer.requests] == ["HEAD"]


async def test_nobody_listening_is_unavailable() -> None:
    telnyx = TelnyxControl(
        TelnyxAccount(api_key="KEY", connection_id="app-1", base_url="http://127.0.0.1:9/v2"),
        patience=Patience(pauses_s=()),
    )
    with pytest.raises(Unavailable):
        await telnyx.perform(Leg(call_id="call-1", control_id="v3:a"), c.Hangup(), command_id="cmd-1")
    await telnyx.aclose()
