"""A real Redis for tests: on a free port, without files, killed and started again at will."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from scripts.system_parts import find

READY_S = 10.0


class RedisServer:
    """One redis-server process at a time, always at the same address; what it held is gone with it."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(
            [self._program, *options, "--dir", str(self._folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                    probe.sendall(b"PING\r\n")
                    if probe.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("redis-server does not answer")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(5)

    def freeze(self) -> None:
        """Connections stand, nothing is answered."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.thaw()
        self.kill()


def start_redis(folder: Path) -> RedisServer:
    """Skips the test where there is no Redis; fails it in CI."""
    program = find("redis")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is missing: scripts/system_parts.py redis")
        pytest.skip("redis-server is not installed")
    return RedisServer(program, folder)
