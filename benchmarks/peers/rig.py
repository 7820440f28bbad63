"""The peer as a process beside its own simulator: started, waited for and stopped as the gateway is."""

import json
import os
import time
from functools import partial
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

from benchmarks.machine import settle
from benchmarks.peers.systems import peer_settings
from benchmarks.stack import Plan, Stack, StackFailed, _stop

BOT: Final = Path(__file__).with_name("bot.py")
READY_S: Final = 120.0
"""A first start compiles what the libraries want compiled."""
LOOK_EVERY_S: Final = 0.005
KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR")


class PeerStack(Stack):
    """One fresh simulator, and the peer in the place of the gateway. What it may be asked is `/health`."""

    def __init__(self, plan: Plan, *, python: Path, form: str) -> None:
        super().__init__(plan)
        self._python = python
        self._form = form

    def _start_gateway(self) -> psutil.Popen:
        settings = peer_settings(self.credentials, form=self._form, port=self.port)
        kept = {key: os.environ[key] for key in KEPT if key in os.environ}
        began = time.monotonic()
        with (self.folder / "gateway.log").open("wb") as log:
            process = psutil.Popen(
                [str(self._python), "-P", str(BOT)],
                cwd=self.folder,
                env={**kept, "PEER_SETTINGS": json.dumps(settings), "PEER_LOG": os.environ.get("PEER_LOG", "WARNING")},
                stdout=log,
                stderr=log,
                preexec_fn=partial(settle, self._plan.cores.gateway),
            )
        self._exit.callback(_stop, process)
        while not self._is_ready():
            if process.poll() is not None or time.monotonic() - began > READY_S:
                raise StackFailed(f"the peer did not get ready:\n{self._tail('gateway')}")
            time.sleep(LOOK_EVERY_S)
        self.ready_s = time.monotonic() - began
        return process
