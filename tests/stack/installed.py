"""The whole installation in the simulated world, as `make up` runs it: what a browser needs to look at it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx
import psutil

from simulator.caller.script import load_script
from simulator.demo.environment import gateway_settings, surroundings
from simulator.demo.options import Options
from tests.stack.running import ROOT, eventually, free_port

READY_S = 60.0
END_S = 40.0
UNHURRIED = {"SIGN_INS_PER_MINUTE": "10000", "API_REQUESTS_PER_MINUTE": "100000"}
"""Browsers that are driven ask more than people do."""


class Installed:
    """Simulator, Nginx, control plane and sidecar. A context manager: nothing of it is left afterwards."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.folder = folder
        self._arguments = arguments
        self._settings = settings
        self._processes: list[subprocess.Popen[bytes]] = []
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.letters = folder / "letters"

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        world = self._run("simulator", ("simulator", "--port", "0", "--gateway", self.url), {})
        credentials = json.loads(self._until_written("simulator", world, sign='{"ready"'))
        self.simulator_url = str(credentials["url"])
        options = Options(folder=self.folder, script=load_script("appointment"))
        ours = {"DRAIN_SECONDS": "1", "MAIL_URL": f"file:{self.letters}", **UNHURRIED}
        settings = {**ours, **gateway_settings(options, credentials), **self._settings}
        ports = ("--port", str(self.port), "--control-port", str(free_port()), "--sidecar-port", str(free_port()))
        runner = self._run("stack", ("stack", "up", "--quiet", *ports, *self._arguments), settings)
        self._runner = psutil.Process(runner.pid)
        self._until_written("stack", runner, sign="Centralita runs.")
        self.welcome = self._until_written("stack", runner, sign="/welcome#").split()[-1]
        self.token = (self.folder / "var" / "auth_token").read_text(encoding="ascii")
        self._headers = {"Authorization": f"Bearer {self.token}"}

    def _run(self, name: str, module: tuple[str, ...], settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}.out").open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=self.folder,
                env={**surroundings(os.environ), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **settings},
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
        self._processes.append(process)
        return process

    def _until_written(self, name: str, process: "subprocess.Popen[bytes]", *, sign: str) -> str:
        """The line that begins with or contains `sign`."""

        def look() -> str | None:
            said = (self.folder / f"{name}.out").read_text(encoding="utf-8")
            assert process.poll() is None, said
            return next((line for line in said.splitlines() if sign in line), None)

        return str(eventually(look, within_s=READY_S, what=f"{sign!r} of {name}"))

    def _end(self) -> None:
        for process in reversed(self._processes):
            if process.poll() is None:
                self._continue_all(process.pid)
                process.terminate()
                try:
                    process.wait(END_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(5)

    @staticmethod
    def _continue_all(pid: int) -> None:
        """A stopped process does not hear that it is to end."""
        for child in psutil.Process(pid).children(recursive=True):
            if child.status() == psutil.STATUS_STOPPED:
                child.send_signal(signal.SIGCONT)

    # --- processes -----------------------------------------------------------------------------------

    def process(self, module: str, **environment: str) -> psutil.Process:
        """The child with this word in its command (`control_plane`, `metrics_sidecar`, `nginx`) and these variables."""
        [found] = [
            child
            for child in self._runner.children()
            if any(module in word for word in child.cmdline()) and environment.items() <= child.environ().items()
        ]
        return found

    def kill(self, module: str) -> None:
        """It is started again by the runner."""
        self.process(module).kill()

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """The runner stands still: what dies stays dead."""
        self._runner.suspend()
        try:
            yield
        finally:
            self._runner.resume()

    @contextmanager
    def stopped(self, module: str) -> Iterator[None]:
        """Hung: it is there and does nothing."""
        process = self.process(module)
        process.suspend()
        try:
            yield
        finally:
            process.resume()

    def logs(self) -> str:
        """The last words of everybody, for whoever has to find out what went wrong."""
        paths = (*sorted(self.folder.glob("*.out")), *sorted((self.folder / "var" / "logs").glob("*.log")))
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in paths)

    def streams(self) -> list[dict[str, Any]]:
        """What Nginx wrote down of media streams that have ended."""
        return self.passed("/stream/")

    def passed(self, path: str) -> list[dict[str, Any]]:
        """What Nginx wrote down of requests with this in their path."""
        log = (self.folder / "var" / "edge" / "logs" / "access.log").read_text(encoding="utf-8")
        return [line for line in map(json.loads, log.splitlines()) if path in line["path"]]

    def place(self, node: str, port: str = "STREAM_PORT") -> str:
        """Where the media sockets of a control plane are taken, or what else has a port."""
        return f"127.0.0.1:{self.process('control_plane', NODE_ID=node).environ()[port]}"

    # --- what people and carriers do -----------------------------------------------------------------

    @property
    def addresses(self) -> dict[str, str]:
        """What the tests in the browser read of their environment."""
        return {
            "DASHBOARD_URL": self.url,
            "DASHBOARD_TOKEN": self.token,
            "DASHBOARD_WELCOME": self.welcome,
            "DASHBOARD_LETTERS": str(self.letters),
            "DASHBOARD_SIMULATOR": self.simulator_url,
            "DASHBOARD_NGINX_PID": str(self.folder / "var" / "edge" / "run" / "nginx.pid"),
        }

    def api(self, path: str) -> Any:
        answer = httpx.get(self.url + path, timeout=10, headers=self._headers)
        answer.raise_for_status()
        return answer.json()

    def tell(self, path: str, body: Any) -> Any:
        """Tell the simulator something."""
        answer = httpx.post(self.simulator_url + path, json=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def call(self, name: str, number: str, *, script: Any, **answer: Any) -> str:
        """The gateway calls somebody who behaves like `script`; its id for the call."""
        self.tell("/sim/answers", {"number": number, "script": script, **answer})
        order = {"nombre": name, "telefono": number}
        answered = httpx.post(f"{self.url}/api/call/initiate", json=order, timeout=10, headers=self._headers)
        answered.raise_for_status()
        return str(answered.json()["call_id"])

    def until(self, call_id: str, holds: Callable[[Any], bool], *, within_s: float, what: str) -> Any:
        """The call, once `holds` says so of it."""

        def look() -> Any:
            call = self.api(f"/api/calls/{call_id}")
            return call if holds(call) else None

        return eventually(look, within_s=within_s, what=what)
