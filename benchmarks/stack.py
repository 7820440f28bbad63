"""Simulator and gateway as processes: how they are started, on which cores, and stopped."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, Self

import httpx
import psutil  # type: ignore[import-untyped]

from benchmarks.machine import Cores, settle

ROOT: Final = Path(__file__).resolve().parents[1]
READY_S: Final = 30.0
STOP_S: Final = 20.0
ACCOUNTS: Final = 4
"""Of each AI provider: one alone does not allow as many sockets as there are calls."""
_LOOK_EVERY_S: Final = 0.005
_KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
"""Of the own environment a child gets no more than this: nothing that could be a setting or a proxy."""


class StackFailed(Exception):
    """A process did not get ready; the text has the end of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a stack is to be started. `profile` is the file for the sampler's findings."""

    cores: Cores
    settings: Mapping[str, str] = field(default_factory=dict)
    profile: Path | None = None
    seed: int = 1
    """Of what the simulator draws."""


class Stack:
    """One fresh simulator, one fresh gateway with an empty data folder. A context manager; both end with it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._exit = ExitStack()
        self.http = httpx.Client(timeout=30.0, trust_env=False)
        self.ready_s = 0.0
        """From the gateway's start to its first "ready"."""

    def __enter__(self) -> Self:
        # Without this SIGTERM would leave both processes behind.
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
        self.folder = Path(self._exit.enter_context(TemporaryDirectory(prefix="bench-")))
        self._exit.enter_context(self.http)
        try:
            self.port = free_port()
            self.url = f"http://127.0.0.1:{self.port}"
            self.simulator, self.credentials = self._start_simulator()
            self.sim_url = str(self.credentials["url"])
            self.gateway = self._start_gateway()
        except BaseException:
            self._exit.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    def stop_gateway(self) -> None:
        """End it now, so that what it writes at its end is there."""
        _stop(self.gateway)

    def sim(self, method: str, path: str, *, body: Any = None) -> Any:
        """The simulator's control API. Raises httpx.HTTPError."""
        answer = self.http.request(method, self.sim_url + path, json=body)
        answer.raise_for_status()
        return answer.json()

    def api(self, path: str) -> httpx.Response:
        """The gateway. Raises httpx.HTTPError."""
        answer = self.http.get(self.url + path)
        answer.raise_for_status()
        return answer

    def _start_simulator(self) -> tuple[psutil.Popen, dict[str, Any]]:
        command = ["-m", "simulator", "--gateway", self.url, "--port", str(free_port()), "--seed", str(self._plan.seed)]
        command += ["--accounts", str(ACCOUNTS)]
        process = self._start("simulator", command, environment={}, cores=self._plan.cores.others)
        ready, _, _ = select.select([process.stdout], [], [], READY_S)
        line = process.stdout.readline() if ready else b""
        if not line:
            raise StackFailed(f"the simulator did not get ready:\n{self._tail('simulator')}")
        return process, json.loads(line)

    def _start_gateway(self) -> psutil.Popen:
        profile = self._plan.profile
        profiler = ["-m", "benchmarks.sampler", str(profile)] if profile else ["-m"]
        environment = gateway_environment(self.credentials, port=self.port, data=self.folder / "var")
        began = time.monotonic()
        process = self._start(
            "gateway",
            [*profiler, "control_plane", "run"],
            environment={**environment, **self._plan.settings},
            cores=self._plan.cores.gateway,
        )
        while not self._is_ready():
            if process.poll() is not None or time.monotonic() - began > READY_S:
                raise StackFailed(f"the gateway did not get ready:\n{self._tail('gateway')}")
            time.sleep(_LOOK_EVERY_S)
        self.ready_s = time.monotonic() - began
        return process

    def _start(
        self, name: str, arguments: Sequence[str], *, environment: Mapping[str, str], cores: frozenset[int]
    ) -> psutil.Popen:
        kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
        with (self.folder / f"{name}.log").open("wb") as log:
            process = psutil.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**kept, **environment},
                stdout=subprocess.PIPE if name == "simulator" else log,
                stderr=log,
                preexec_fn=partial(settle, cores),
            )
        self._exit.callback(_stop, process)
        return process

    def _is_ready(self) -> bool:
        try:
            return self.http.get(f"{self.url}/health/ready").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _tail(self, name: str) -> str:
        return "\n".join((self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-20:])


def gateway_environment(credentials: Mapping[str, Any], *, port: int, data: Path) -> dict[str, str]:
    """What the gateway needs to live in the simulated world; everything else has its default."""
    keys = credentials["keys"]
    url = f"http://127.0.0.1:{port}"
    stream_port = free_port()
    return {
        "API_PORT": str(port),
        "STREAM_PORT": str(stream_port),
        "WS_STREAM_URL": f"ws://127.0.0.1:{stream_port}/stream/media",
        "WEBHOOK_BASE_URL": url,
        "DATA_DIR": str(data),
        "DRAIN_SECONDS": "1",
        "TELNYX_BASE_URL": credentials["telnyx_base_url"],
        "TELNYX_API_KEY": credentials["telnyx_api_key"],
        "TELNYX_PUBLIC_KEY": credentials["telnyx_public_key"],
        "TELNYX_CONNECTION_ID": keys["telnyx_connection_id"],
        "TELNYX_PHONE_NUMBER": keys["telnyx_phone_number"],
        "DEEPGRAM_BASE_URL": credentials["deepgram_base_url"],
        "DEEPGRAM_API_KEY": keys["deepgram_api_key"],
        "ANTHROPIC_BASE_URL": credentials["anthropic_base_url"],
        "ANTHROPIC_API_KEY": keys["anthropic_api_key"],
        "ELEVENLABS_BASE_URL": credentials["elevenlabs_base_url"],
        "ELEVENLABS_API_KEY": keys["elevenlabs_api_key"],
    }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _stop(process: psutil.Popen) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_S)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(STOP_S)
