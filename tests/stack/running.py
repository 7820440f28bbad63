"""The gateway and the simulator as the processes they are in production, for tests from outside."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
READY_S = 20.0


SIDE_BY_SIDE = 8
_PORTS = itertools.cycle(range(20_000 + os.getpid() % 500 * 20, 32_000, SIDE_BY_SIDE))


def free_port() -> int:
    """A port that nobody has, nor the seven after it: nodes of one installation lie side by side. Below the range from
    which the system takes ports for connections, so that none of these comes in between."""
    for port in _PORTS:
        if all(_is_free(each) for each in range(port, port + SIDE_BY_SIDE)):
            return port
    raise AssertionError("no port is left")


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        # As servers do: a connection of the server before us that still lingers is no hindrance.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def eventually(look: Callable[[], Any], *, within_s: float, what: str) -> Any:
    """The first true answer of `look`; fails the test when none comes in time."""
    deadline = time.monotonic() + within_s
    answer: Any = None
    while time.monotonic() < deadline:
        if answer := look():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {within_s} s; last seen: {answer!r}")


class Stack:
    """One simulator and one gateway that belong together. The gateway can be killed and started again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        self._settings = settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.simulator, self.credentials = self._start_simulator()
        self.sim_url = str(self.credentials["url"])
        try:
            self.gateway = self.start_gateway()
        except BaseException:
            self.simulator.kill()
            raise

    def _start_simulator(self) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
        arguments = ["-m", "simulator", "--gateway", self.url, "--port", str(free_port())]
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())

    def start_gateway(self) -> subprocess.Popen[bytes]:
        log = (self._folder / "gateway.log").open("ab")
        arguments = [sys.executable, "-m", "control_plane", "run"]
        self.gateway = subprocess.Popen(arguments, cwd=ROOT, env=self._environment(), stdout=log, stderr=log)
        eventually(self._ready, within_s=READY_S, what="the gateway's readiness")
        return self.gateway

    def _environment(self) -> dict[str, str]:
        keys = self.credentials["keys"]
        return {
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(self._folder / "var"),
            "API_PORT": str(self.port),
            "WEBHOOK_BASE_URL": self.url,
            "TELNYX_API_KEY": self.credentials["telnyx_api_key"],
            "TELNYX_PUBLIC_KEY": self.credentials["telnyx_public_key"],
            "TELNYX_CONNECTION_ID": keys["telnyx_connection_id"],
            "TELNYX_PHONE_NUMBER": keys["telnyx_phone_number"],
            "TELNYX_BASE_URL": self.credentials["telnyx_base_url"],
            "DEEPGRAM_API_KEY": keys["deepgram_api_key"],
            "DEEPGRAM_BASE_URL": self.credentials["deepgram_base_url"],
            "ANTHROPIC_API_KEY": keys["anthropic_api_key"],
            "ANTHROPIC_BASE_URL": self.credentials["anthropic_base_url"],
            "ELEVENLABS_API_KEY": keys["elevenlabs_api_key"],
            "ELEVENLABS_BASE_URL": self.credentials["elevenlabs_base_url"],
            "DRAIN_SECONDS": "2",
            **self._settings,
        }

    def _ready(self) -> bool:
        assert self.gateway.poll() is None, self.log()
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def log(self) -> str:
        return (self._folder / "gateway.log").read_text()

    def kill_gateway(self) -> None:
        self.gateway.send_signal(signal.SIGKILL)
        self.gateway.wait(5)

    def stop(self) -> None:
        for process in (self.gateway, self.simulator):
            if process.poll() is None:
                process.terminate()
        for process in (self.gateway, self.simulator):
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)

    # --- what people and carriers do ---------------------------------------------------------------

    def api(self, path: str) -> Any:
        answer = httpx.get(self.url + path, timeout=5)
        answer.raise_for_status()
        return answer.json()

    def sim(self, path: str) -> Any:
        answer = httpx.get(self.sim_url + path, timeout=5)
        answer.raise_for_status()
        return answer.json()

    def tell(self, path: str, body: Any) -> Any:
        """Tell the simulator something."""
        answer = httpx.post(self.sim_url + path, json=body, timeout=5)
        answer.raise_for_status()
        return answer.json()

    def call(self, script: Any, **body: Any) -> str:
        """Have the gateway call somebody who behaves like `script`; the gateway's call id."""
        self.tell("/sim/answers", {"number": "*", "script": script})
        order = {"nombre": "Laura", "telefono": "+573001234567", **body}
        answer = httpx.post(f"{self.url}/api/call/initiate", json=order, timeout=10)
        answer.raise_for_status()
        return str(answer.json()["call_id"])

    def until_said(self, call_id: str, turns: int, *, within_s: float = 30.0) -> Any:
        """The call, once so many turns are stored."""

        def look() -> Any:
            call = self.api(f"/api/calls/{call_id}")
            return call if len(call["turns"]) >= turns else None

        return eventually(look, within_s=within_s, what=f"{turns} turns of the conversation")

    def until_ended(self, call_id: str, *, within_s: float = 60.0) -> Any:
        """The call, once it has ended and its recording is stored."""

        def look() -> Any:
            call = self.api(f"/api/calls/{call_id}")
            return call if call["state"] == "ended" and call["recording"] else None

        return eventually(look, within_s=within_s, what="the end of the call")

    def far_end(self, call_id: str) -> Any:
        """The call as the carrier and the person there saw it."""
        control_id = self.api(f"/api/calls/{call_id}")["call_control_id"]
        legs = self.sim("/sim/calls")["calls"]
        [leg] = [leg for leg in legs if leg["call_control_id"] == control_id]
        return self.sim(f"/sim/calls/{leg['id']}")
