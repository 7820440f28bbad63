"""The gateway, the sidecar and the simulated carrier as processes, with Nginx in the way of every word."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from stack.edge import Edge
from tests.nginx.edges import access_log, callbacks, make_edge, running
from tests.stack.running import ROOT, Stack, eventually, free_port

pytestmark = pytest.mark.stack

TOKEN = "token-of-the-test"
OWNER = {"Authorization": f"Bearer {TOKEN}"}
TALK = {
    "steps": [
        {"do": "say", "text": "Quiero saber el horario."},
        {"do": "say", "text": "Nada más, adiós."},
        {"do": "wait_hangup", "timeout_s": 20},
    ]
}
CALL = {"CallSid": "CA9", "From": "+573001234567", "To": "+576015550100", "CallStatus": "ringing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    edge: Edge
    url: str
    stack: Stack

    def ask(self, path: str, **more: Any) -> httpx.Response:
        return httpx.get(self.url + path, headers=OWNER, timeout=10, **more)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder: Path = tmp_path_factory.mktemp("real")
    sidecar_port = free_port()
    edge = make_edge(folder, control_planes={}, sidecar=f"127.0.0.1:{sidecar_port}")
    outside = f"http://127.0.0.1:{edge.port}/n/main"
    stack = Stack(folder, WEBHOOK_BASE_URL=outside, AUTH_TOKEN=TOKEN)
    sidecar = _start_sidecar(folder, sidecar_port, stack.url)
    edge = replace(edge, control_planes={"main": f"127.0.0.1:{stack.port}"})
    try:
        with running(edge) as url:
            yield Front(edge=edge, url=url, stack=stack)
    finally:
        stack.stop()
        sidecar.terminate()
        sidecar.wait(10)


def _start_sidecar(folder: Path, port: int, control_plane: str) -> subprocess.Popen[bytes]:
    environment = {
        "PATH": os.environ["PATH"],
        "METRICS_PORT": str(port),
        "CONTROL_PLANE_URLS": f"main={control_plane}",
        "AUTH_TOKEN": TOKEN,
        "DATA_DIR": str(folder / "sidecar"),
    }
    log = (folder / "sidecar.log").open("ab")
    return subprocess.Popen(
        [sys.executable, "-m", "metrics_sidecar"], cwd=ROOT, env=environment, stdout=log, stderr=log
    )


def test_a_whole_call_goes_through_nginx(front: Front) -> None:
    front.stack.tell("/sim/answers", {"number": "*", "script": TALK})
    order = {"nombre": "Laura", "telefono": "+573001234567"}
    assert httpx.post(f"{front.url}/api/call/initiate", json=order, timeout=10).status_code == 401
    ordered = httpx.post(f"{front.url}/api/call/initiate", json=order, headers=OWNER, timeout=10)
    call_id = ordered.raise_for_status().json()["call_id"]

    def ended() -> Any:
        call = front.ask(f"/api/calls/{call_id}").json()
        return call if call["state"] == "ended" and call["recording"] else None

    call = eventually(ended, within_s=90, what="the end of the call")
    assert (call["mode"], call["hangup_cause"]) == ("stream", "normal")
    assert [turn["speaker"] for turn in call["turns"]].count("caller") == 2
    recording = httpx.get(call["recording"], timeout=5)
    assert recording.status_code == 200
    assert recording.content.startswith(b"RIFF")
    lines = access_log(front.edge)
    [media] = [line for line in lines if line["path"] == "/n/main/stream/media/…"]
    assert media["status"] == 101
    assert {"/n/main/webhook/telnyx", "/api/call/initiate"} <= {line["path"] for line in lines}
    assert any(line["path"].startswith("/n/main/blobs/") for line in lines)


def test_health_is_the_sidecars_and_readiness_the_control_planes(front: Front) -> None:
    def answered() -> httpx.Response | None:
        answer = front.ask("/health")
        return answer if "x-cache" in answer.headers else None

    assert eventually(answered, within_s=20, what="the sidecar's answer").json()
    ready = front.ask("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert "x-cache" not in ready.headers


def test_a_control_plane_that_hangs_or_was_killed_leaves_no_caller_without_an_answer(front: Front) -> None:
    before = len(callbacks(front.edge))
    front.stack.gateway.send_signal(signal.SIGSTOP)
    try:
        hung = httpx.post(f"{front.url}/webhook/telnyx/texml", data=CALL, timeout=14)
    finally:
        front.stack.gateway.send_signal(signal.SIGCONT)
    front.stack.kill_gateway()
    dead = httpx.post(f"{front.url}/n/main/webhook/twilio/voice", data=CALL, timeout=14)
    for answer in (hung, dead):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    notes = eventually(
        lambda: found if len(found := callbacks(front.edge)[before:]) == 2 else None, within_s=5, what="two notes"
    )
    assert [note["uri"] for note in notes] == ["/webhook/telnyx/texml", "/webhook/twilio/voice"]
    front.stack.start_gateway()
    back = httpx.post(f"{front.url}/n/main/webhook/telnyx", content=b"{}", timeout=10)
    assert back.status_code == 401, "the control plane itself refuses what nobody signed"
