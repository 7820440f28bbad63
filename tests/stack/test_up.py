"""`python -m stack up`, as a person starts it: it serves through Nginx, survives a death, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.installation.parts import demand
from tests.installation.units import alive
from tests.stack.running import ROOT, eventually, free_port

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


class Runner:
    """The command, with its output in a file."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        demand("nginx")
        self.port, control, sidecar = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        ports = ("--port", str(self.port), "--control-port", str(control), "--sidecar-port", str(sidecar))
        self.output = folder / "output"
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        with self.output.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "stack", "up", *ports, *arguments],
                cwd=folder,
                env={**environment, "PYTHONPATH": str(ROOT), "DRAIN_SECONDS": "1", **settings},
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.output.read_text()

    def until_said(self, sentence: str) -> None:
        def look() -> bool:
            assert self.process.poll() is None, self.said()
            return sentence in self.said()

        eventually(look, within_s=60, what=f"{sentence!r}")

    def family(self) -> list[int]:
        return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]

    def child(self, *words: str) -> int:
        [found] = [
            child.pid
            for child in psutil.Process(self.process.pid).children()
            if all(word in " ".join(child.cmdline()) for word in words)
        ]
        return found

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Runner]]:
    runners: list[Runner] = []

    def begin(*arguments: str, **settings: str) -> Runner:
        runners.append(Runner(tmp_path, *arguments, **settings))
        return runners[-1]

    yield begin
    for runner in runners:
        if runner.process.poll() is None:
            runner.end(signal.SIGTERM)


def get(url: str, **headers: str) -> int:
    try:
        return httpx.get(url, timeout=5, headers=headers).status_code
    except httpx.TransportError:
        return 0


def all_gone(processes: list[int]) -> bool:
    return not any(alive(process) for process in processes)


def test_everything_is_served_through_nginx_and_a_killed_child_comes_back(run: Callable[..., Runner]) -> None:
    runner = run()
    runner.until_said("Centralita runs.")
    token = (runner.output.parent / "var" / "auth_token").read_text()
    assert f"{runner.url}/welcome#" in runner.said()
    assert token not in runner.said()
    assert f"gateway doctor --url {runner.url}\n" in runner.said()
    for path in (runner.output.parent / "var").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, f"{path} can be read by others"
    assert httpx.get(f"{runner.url}/health", timeout=5).json()["status"] == "ok"
    assert get(f"{runner.url}/health/ready") == 200
    assert get(f"{runner.url}/api/calls") == 401
    assert get(f"{runner.url}/api/calls", Authorization=f"Bearer {token}") == 200
    assert get(f"{runner.url}/api/status", Authorization=f"Bearer {token}") == 200
    killed = runner.child("control_plane")
    os.kill(killed, signal.SIGKILL)
    runner.until_said("The control plane runs again.")
    assert "!! The control plane has died (signal 9)" in runner.said()
    eventually(lambda: get(f"{runner.url}/health/ready") == 200, within_s=20, what="the control plane behind Nginx")
    assert runner.child("control_plane") != killed
    family = runner.family()
    assert runner.end() == 0
    assert all_gone(family)
    order = [runner.said().index(f"{name}: ended.") for name in ("control plane", "nginx", "sidecar")]
    assert order == sorted(order)


def test_the_first_start_shows_how_to_make_an_account_and_later_ones_do_not(run: Callable[..., Runner]) -> None:
    first = run("--quiet")
    first.until_said("Centralita runs.")
    [line] = [line for line in first.said().splitlines() if "/welcome#" in line]
    owner = {"company": "C", "name": "Ana", "email": "ana@example.com", "password": "tres gatos verdes 7"}
    body = {**owner, "token": line.partition("#")[2], "mode": "token"}
    made = httpx.post(f"{first.url}/api/auth/setup", json=body, timeout=10)
    assert made.status_code == 201, made.text
    assert made.json()["user"]["role"] == "owner"
    assert first.end() == 0
    second = run("--quiet")
    second.until_said("Centralita runs.")
    assert "/welcome#" not in second.said()
    assert second.end() == 0


def test_two_control_planes_stand_behind_nginx_under_their_names(run: Callable[..., Runner]) -> None:
    runner = run("--nodes", "2", "--json")
    runner.until_said("Centralita runs.")
    token = (runner.output.parent / "var" / "auth_token").read_text()
    figures = httpx.get(f"{runner.url}/api/status", timeout=5, headers={"Authorization": f"Bearer {token}"}).text
    assert all(f'"{name}"' in figures for name in ("a", "b"))
    assert f"carriers call  {runner.url}\n" in runner.said()
    lines = [line for line in runner.said().splitlines() if line.startswith("{")]
    assert any(json.loads(line).get("message") == "starting" for line in lines)
    assert runner.end(signal.SIGINT) == 0


def test_nothing_outlives_a_runner_that_is_killed(run: Callable[..., Runner]) -> None:
    runner = run("--quiet")
    runner.until_said("Centralita runs.")
    family = runner.family()
    assert len(family) >= 4
    runner.process.send_signal(signal.SIGHUP)
    assert get(f"{runner.url}/health/ready") == 200, "a lost terminal ends nothing"
    runner.end(signal.SIGKILL)
    eventually(lambda: all_gone(family), within_s=20, what="the end of the orphans")


def test_settings_that_cannot_be_used_are_told_and_end_the_start(run: Callable[..., Runner]) -> None:
    runner = run(TELNYX_BASE_URL="https://x:port")
    assert runner.process.wait(60) == 1
    said = runner.said()
    assert "The control plane ended with code 78 before it was ready." in said
    assert "TELNYX_BASE_URL" in said
    assert "control-plane-main.log" in said


def test_a_second_runner_is_told_of_the_first(run: Callable[..., Runner]) -> None:
    first = run("--quiet")
    first.until_said("Centralita runs.")
    folder = first.output.parent
    second = subprocess.run(
        [sys.executable, "-m", "stack", "up", "--port", "0"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert f"process {first.process.pid} looks after" in second.stdout
    assert first.end() == 0
