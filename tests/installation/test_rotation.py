"""Logs of the web server stay short, callers' numbers do not stay for ever, and no line gets lost."""

import json
import os
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from stack import rotation
from stack.plan import Plan, edge_unit
from stack.ports import free_port
from stack.rotation import CALLERS_S, KEPT_S, put_away, rotate
from tests.gates.house import ROOT
from tests.installation.parts import demand
from tests.stack.running import eventually

CALL = {"CallSid": "CA1", "From": "+573001234567", "To": "+576015550100"}


class WebServer:
    """Nginx as the runner starts it, with nobody behind it."""

    def __init__(self, folder: Path) -> None:
        demand("nginx")
        plan = Plan(
            cwd=folder,
            data=folder / "var",
            logs=folder / "logs",
            token="t",
            environment={"PATH": os.environ["PATH"]},
            nodes={"main": free_port()},
            sidecar_port=free_port(),
            edge_port=free_port(),
        )
        self.unit = edge_unit(plan)
        self.access = self.unit.reopens[0]
        [self.callers] = self.unit.callers
        self._process = subprocess.Popen(self.unit.command, stderr=subprocess.DEVNULL, umask=0o077)
        eventually(self.answers, within_s=10, what="the web server's first answer")

    def answers(self) -> bool:
        try:
            return httpx.get(self.unit.ready, timeout=5).status_code > 0
        except httpx.TransportError:
            return False

    def rotate(self, now: float | None = None) -> bool:
        return rotate(self.unit, self._process.send_signal, now=now)

    def ring(self) -> None:
        assert httpx.post(f"{self.unit.ready}webhook/twilio/voice", data=CALL, timeout=10).status_code == 200

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    server = WebServer(tmp_path)
    yield server
    server.stop()


def until_written(log: Path) -> None:
    eventually(lambda: log.exists() and log.stat().st_size > 0, within_s=10, what=f"a line in {log.name}")


def test_the_access_log_does_not_grow_for_ever(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "LARGEST", 100)
    assert server.access.name == "access.log"
    until_written(server.access)
    assert server.rotate()
    eventually(lambda: server.answers() and server.access.exists(), within_s=10, what="a new log")
    server.answers()
    until_written(server.access)
    assert put_away(server.access).stat().st_size > 100
    assert stat.S_IMODE(server.access.stat().st_mode) == 0o600
    assert not put_away(server.callers).exists()


def test_numbers_of_callers_do_not_stay_for_ever(server: WebServer) -> None:
    log, old = server.callers, put_away(server.callers)
    server.ring()
    until_written(log)
    begun = json.loads(log.read_text())["at"]
    assert not server.rotate(begun + CALLERS_S - 1)
    assert server.rotate(begun + CALLERS_S)
    assert "573001234567" in old.read_text(), "whoever reads it may finish"
    eventually(log.exists, within_s=10, what="a new log")
    server.ring()
    until_written(log)
    assert len(old.read_text().splitlines()) == len(log.read_text().splitlines()) == 1
    log.write_text("")
    last = old.stat().st_mtime
    server.rotate(last + KEPT_S - 1)
    assert old.exists()
    server.rotate(last + KEPT_S)
    assert not old.exists()


def test_services_of_systemd_have_their_logs_rotated(tmp_path: Path) -> None:
    """By logrotate, which tells Nginx, and leaves the newest old file as it is for the sidecar."""
    text = (ROOT / "nginx" / "logrotate").read_text(encoding="utf-8")
    manual = (ROOT / "docs" / "installation.md").read_text(encoding="utf-8")
    assert "nginx/logrotate /etc/logrotate.d/centralita" in manual
    assert {"access.log", "error.log", "callbacks.log"} == set(re.findall(r"edge/logs/([a-z.]+)", text))
    assert {"delaycompress", "nocreate", "sharedscripts"} <= set(text.split())
    assert "--signal=USR1 centralita-nginx.service" in text
    program = demand("logrotate")
    here = tmp_path / "logrotate"
    here.write_text(text.replace("    su centralita centralita\n", ""))
    here.chmod(0o644)
    asked = subprocess.run(
        [program, "--debug", "--state", str(tmp_path / "state"), str(here)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    assert "error:" not in asked.stderr
