"""The doctor over HTTP, and an echo call over a real socket."""

from pathlib import Path

import pytest

from control_plane.adapters.carriers.telnyx.media import TelnyxMedia
from control_plane.adapters.clock import SystemClock
from control_plane.adapters.probes.network import NetworkProbe
from control_plane.core.doctor.echo import BURSTS
from control_plane.ports.carrier import Carrier
from control_plane.ports.probes import Unreachable
from control_plane.services.media.tickets import Tickets
from control_plane.testing.carriers import FakeCallControl, FakeWebhookReader
from tests.gateways import ELSEWHERE, assembled, served
from tests.servers import real_server
from tests.virtual_time import eventually

SECRET = "a-secret-for-tickets"


async def test_there_is_no_report_before_the_first_examination_and_strangers_get_none(
    tmp_path: Path, database_url: str
) -> None:
    async with served(tmp_path, database_url) as it:
        answer = await it.get("/api/doctor")
        assert await answer.get_json() == {"running": False, "report": None}
        assert (await it.get("/api/doctor", client=ELSEWHERE)).status_code == 401
        assert (await it.post("/api/doctor/run", client=ELSEWHERE)).status_code == 401


async def test_an_examination_is_started_once_and_its_report_kept(tmp_path: Path, database_url: str) -> None:
    nobody = {"sidecar_url": "http://127.0.0.1:9"}
    nobody |= {f"{name}_base_url": "http://127.0.0.1:9" for name in ("telnyx", "deepgram", "anthropic", "elevenlabs")}
    gateway = assembled(tmp_path, database_url, **nobody)
    async with gateway.app.test_app():
        first, second = await gateway.post("/api/doctor/run"), await gateway.post("/api/doctor/run")
        assert (first.status_code, await first.get_json()) == (202, {"started": True})
        assert await second.get_json() == {"started": False}
        await eventually(lambda: not gateway.gateway.doctor.running)
        shown = await (await gateway.get("/api/doctor")).get_json()
        assert shown["running"] is False
        report = shown["report"]
        codes = {line["name"]: line["code"] for line in report["checks"]}
        assert codes["webhook unsigned"] == "address.away"
        assert codes["database"] in ("database.ok", "database.slow")
        assert report["level"] == "fail"
        assert report["age_s"] >= 0


async def test_an_echo_call_over_a_real_socket_comes_back_and_a_ticket_serves_once(
    tmp_path: Path, database_url: str
) -> None:
    carrier = Carrier(
        name="telnyx", control=FakeCallControl(name="telnyx"), reader=FakeWebhookReader(), codec=TelnyxMedia
    )
    it = assembled(tmp_path, database_url, parts={"carrier": carrier}, stream_secret=SECRET)
    async with real_server(it.app) as address:
        clock = SystemClock()
        probe = NetworkProbe(clock)
        stream = f"ws://{address}/stream/media"
        ticket = Tickets(SECRET.encode(), stream_url=stream, clock=clock).issue_echo()
        result = await probe.echo(ticket.url)
        assert result.sent == BURSTS
        assert result.returned > 0
        assert result.delay_s > 0
        with pytest.raises(Unreachable, match="4404"):
            await probe.echo(ticket.url)
        forged = Tickets(b"another secret", stream_url=stream, clock=clock).issue_echo()
        with pytest.raises(Unreachable):
            await probe.echo(forged.url)
