"""The sidecar as a process: what it says when control planes die, hang, slow down or talk nonsense."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics

from control_plane.adapters.people.tokens import JwtAccessTokens
from control_plane.ports.people import AccessClaims
from scripts import system_parts
from tests.metrics_sidecar.fake_control_plane import fake_control_plane, figures
from tests.metrics_sidecar.sidecars import PERIOD_S, ROOT, TOKEN, free_port, reaches, sidecar, state_of, until

pytestmark = pytest.mark.stack


async def combined(client: httpx.AsyncClient) -> tuple[int, str, list[str]]:
    answer = await client.get("/api/health/combined")
    told = answer.json()
    assert "127.0.0.1" not in answer.text
    return answer.status_code, told["status"], [reason["code"] for reason in told["reasons"]]


async def test_a_process_is_killed_hangs_slows_and_talks_nonsense_and_each_time_comes_back(tmp_path: Path) -> None:
    async with (
        fake_control_plane() as steady,
        fake_control_plane() as fake,
        sidecar(tmp_path, {"main": fake.address, "b": steady.address}) as client,
    ):
        await reaches(client, "alive")
        await reaches(client, "alive", "b")
        assert await combined(client) == (200, "ok", [])
        for mode, state in (("silent", "hung"), ("garbage", "garbage"), ("500", "failing"), ("401", "denied")):
            fake.mode = mode
            await reaches(client, state)
            assert await combined(client) == (200, "degraded", [f"control_plane_{state}"])
            fake.mode = "well"
            await reaches(client, "alive")
        fake.delay_s = 0.4 * PERIOD_S
        await reaches(client, "slow")
        fake.delay_s = 0.0
        await reaches(client, "alive")
        fake.said = figures(ready=False, draining=True, reasons=["draining"])
        await reaches(client, "draining")


async def test_a_dead_and_a_stopped_process_are_told_and_come_back(tmp_path: Path) -> None:
    port = free_port()
    code = (
        "import asyncio; from tests.metrics_sidecar.fake_control_plane import fake_control_plane as f\n"
        f"async def main():\n async with f({port}): await asyncio.Event().wait()\nasyncio.run(main())"
    )

    async def start() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=ROOT)

    process = await start()
    try:
        async with sidecar(tmp_path, {"main": f"http://127.0.0.1:{port}"}) as client:
            await reaches(client, "alive")
            os.kill(process.pid, signal.SIGSTOP)
            await reaches(client, "hung")
            assert await combined(client) == (503, "down", ["control_plane_hung"])
            os.kill(process.pid, signal.SIGCONT)
            await reaches(client, "alive")
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
            await reaches(client, "dead")
            assert (await client.get("/health")).status_code == 503
            assert (await client.get("/health/live")).status_code == 200
            row = (await client.get("/api/status")).json()["processes"][0]
            assert (row["calls_live"], row["ready"], row["version"]) == (None, False, "0.1.0")
            assert "gateway_calls_live{" not in (await client.get("/metrics")).text
            process = await start()
            await reaches(client, "alive")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_figures_of_two_processes_are_put_together(tmp_path: Path) -> None:
    async with (
        fake_control_plane() as one,
        fake_control_plane(said=figures(node="b")) as two,
        sidecar(tmp_path, {"a": one.address, "b": two.address}) as client,
    ):
        await reaches(client, "alive", "a")
        await reaches(client, "alive", "b")
        told = (await client.get("/api/metrics")).json()
        assert told["calls"] == {"live": 4, "today": 5, "answered_today": 4}
        assert (told["messages"]["total"], told["bots"], told["sellers"]) == (40, 2, 0)

        async def sampled() -> bool:
            text = (await client.get("/metrics")).text
            return all(f'gateway_calls_live{{process="{name}"}} 2.0' in text for name in "ab")

        await until(sampled)
        rows = (await client.get("/api/status")).json()["processes"]
        assert [row["memory_mb"] for row in rows] == [90.0, 90.0]
        stats = (await client.get("/api/stats")).json()["series"]
        assert len({len(column) for column in stats.values()}) == 1
        await check_expositions(client)


async def check_expositions(client: httpx.AsyncClient) -> None:
    wanted = {"accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
    openmetrics = await client.get("/metrics", headers=wanted)
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    assert "gateway_process_up" in {family.name for family in parse_openmetrics(openmetrics.text)}
    assert "trace_id" in openmetrics.text
    if promtool := system_parts.find("promtool"):
        checking = await asyncio.create_subprocess_exec(
            promtool, "check", "metrics", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        async with asyncio.timeout(30):
            said, _ = await checking.communicate((await client.get("/metrics")).content)
        assert (checking.returncode, said) == (0, b"")
    else:
        assert not os.environ.get("CI"), "promtool is missing (see scripts/system_parts.py)"


async def test_answers_are_for_those_who_may_have_them(tmp_path: Path) -> None:
    async with fake_control_plane() as fake, sidecar(tmp_path, {"main": fake.address}) as client:
        client.headers.pop("authorization")
        through_proxy = {"x-forwarded-for": "192.0.2.1"}
        for path in ("/api/metrics", "/api/status", "/api/stats", "/metrics"):
            assert (await client.get(path)).status_code == 200
            refused = await client.get(path, headers=through_proxy)
            assert refused.status_code == 401
            assert refused.headers["content-type"] == "application/problem+json"
        for path in ("/health", "/api/health/combined"):
            assert (await client.get(path, headers=through_proxy)).status_code == 200
        assert (await client.get("/api/proxy/control/api/calls")).status_code == 401
        assert (await client.post("/health")).status_code == 405
        assert (await client.get("/nothing")).status_code == 404
        head = await client.head("/health")
        assert (head.status_code, head.content) == (200, b"")


async def test_nobody_becomes_the_operator_by_a_session(tmp_path: Path) -> None:
    claims = AccessClaims(user_id="u", tenant_id="default", role="admin", session_id="s", ops=True)
    session = JwtAccessTokens(TOKEN.encode()).issue(claims, now=time.time(), ttl_s=600)
    async with fake_control_plane() as fake, sidecar(tmp_path, {"main": fake.address}) as client:
        client.headers.pop("authorization")
        signed_in = {"cookie": f"centralita_session={session}", "x-forwarded-for": "192.0.2.1"}
        assert (await client.get("/api/metrics", headers=signed_in)).status_code == 200
        assert (await client.get("/api/proxy/control/api/calls", headers=signed_in)).status_code == 401


async def test_the_proxy_hands_on_with_our_own_token_and_to_control_planes_only(tmp_path: Path) -> None:
    async with (
        fake_control_plane() as one,
        fake_control_plane() as two,
        sidecar(tmp_path, {"a": one.address, "b": two.address}) as client,
    ):
        await reaches(client, "alive", "a")
        await reaches(client, "alive", "b")
        answer = await client.get(
            "/api/proxy/node/api/calls?q=%C3%B1", headers={"x-control-plane": "b", "cookie": "a=b"}
        )
        assert answer.json() == {"method": "GET", "target": "/api/calls?q=%C3%B1", "body": ""}
        assert answer.headers["x-control-plane"] == "b"
        assert "set-cookie" not in answer.headers
        _, headers, _ = next(each for each in two.requests if "/api/calls" in each[0])
        assert headers["authorization"] == f"Bearer {TOKEN}"
        assert "cookie" not in headers
        posted = await client.post("/api/proxy/control/api/x", content=_pieces())
        assert posted.json()["body"] == "onetwo"
        assert (await client.get("/api/proxy/control/x", headers={"x-control-plane": "c"})).status_code == 404
        assert (await client.get("/api/proxy/control//evil.example/")).status_code == 400
        assert (await client.get("/api/proxy/control/%2e%2e/x")).status_code == 400
        assert b" 413 " in await announced(client, length=9 * 1024 * 1024)


async def test_an_answer_is_handed_on_as_it_comes(tmp_path: Path) -> None:
    async with fake_control_plane() as fake, sidecar(tmp_path, {"main": fake.address}) as client:
        await reaches(client, "alive")
        async with client.stream("GET", "/api/proxy/control/stream") as answer:
            pieces = answer.aiter_raw()
            assert await anext(pieces) == b"one"
            fake.go_on.set()
            assert await anext(pieces) == b"two"


async def announced(client: httpx.AsyncClient, *, length: int) -> bytes:
    """The first line of the answer to a body of which only the length was sent so far."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    head = f"POST /api/proxy/control/x HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: {length}"
    writer.write(f"{head}\r\n\r\n".encode())
    try:
        async with asyncio.timeout(10):
            return await reader.readline()
    finally:
        writer.close()


async def _pieces() -> object:
    yield b"one"
    yield b"two"


async def test_a_failure_in_the_proxy_takes_a_process_out_at_once_and_the_next_one_answers(tmp_path: Path) -> None:
    async with fake_control_plane() as steady, fake_control_plane() as fake:
        planes = {"main": fake.address, "b": steady.address}
        async with sidecar(tmp_path, planes, METRICS_POLL_SECONDS="60") as client:
            await reaches(client, "alive")
            await reaches(client, "alive", "b")
            fake.mode = "garbage"
            broken = await client.get("/api/proxy/control/x", headers={"x-control-plane": "main"})
            assert broken.status_code == 502
            assert await state_of(client, "main") == "garbage"
            for _ in range(3):
                assert (await client.get("/api/proxy/control/x")).headers["x-control-plane"] == "b"
            alone = await client.get("/api/proxy/control/x", headers={"x-control-plane": "main"})
            assert alone.status_code == 503


async def test_callers_whom_nobody_answered_reach_the_control_plane_when_it_is_back(tmp_path: Path) -> None:
    log = tmp_path / "callbacks.log"
    port = free_port()
    entries = [
        {"id": identity, "at": 1700000000.0, "uri": "/webhook/twilio/voice", "body": f"From={caller}"}
        for identity, caller in (("one", "%2B5730011"), ("two", "bad"), ("three", "%2B5730033"))
    ]
    log.write_text("no line\n" + "".join(json.dumps(entry) + "\n" for entry in entries))
    planes = {"main": f"http://127.0.0.1:{port}"}

    async def waiting(client: httpx.AsyncClient, **expected: int) -> None:
        async def there() -> bool:
            told = (await client.get("/api/status")).json()["callbacks"]
            return all(told[name] == count for name, count in expected.items())

        await until(there)

    async with sidecar(tmp_path, planes, CALLBACK_LOG=str(log)) as client:
        await waiting(client, waiting=3, unreadable=1)
    async with sidecar(tmp_path, planes, CALLBACK_LOG=str(log)) as client:
        await waiting(client, waiting=3, unreadable=0)
        async with fake_control_plane(port, callbacks_status=503) as fake:
            await until(lambda: _asked(fake.requests))
            await waiting(client, waiting=3)
            fake.callbacks_status = 200
            await waiting(client, waiting=0, delivered=2, refused=1)
            assert [item["id"] for item in fake.stored] == ["one", "three"]
            assert fake.stored[0]["from"] == "+5730011"


async def _asked(requests: list[tuple[str, dict[str, str], bytes]]) -> bool:
    return any("/api/callbacks" in line for line, _, _ in requests)


async def test_faults_in_the_settings_stop_the_start_with_one_clear_message() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "metrics_sidecar",
        cwd=ROOT,
        env={"METRICS_PORT": "0", "METRICS_POLL_SECONDS": "never"},
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        _, errors = await process.communicate()
    assert process.returncode == 78
    assert b"METRICS_PORT" in errors
    assert b"METRICS_POLL_SECONDS" in errors
