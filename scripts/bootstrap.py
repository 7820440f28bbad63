"""How a checkout becomes runnable: `.venv` with the pinned packages and the `gateway` command.

Standard library only, and readable by Pythons older than the one we ask for, so that they can say what is missing.
    python3 scripts/bootstrap.py          what runs the gateway, the simulator and the demo
    python3 scripts/bootstrap.py --dev    the tests and checkers as well
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
UV = "uv==0.13.8"
ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "centralita.json"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
"""What each mode installs; `dev` holds everything that `run` holds."""

LAUNCHER = """#!/bin/sh
# Written by scripts/bootstrap.py.
exec "$(dirname "$0")/python" -m control_plane "$@"
"""


class SetupError(Exception):
    """The set-up cannot go on; the text says what a person can do."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Make this checkout runnable.")
    parser.add_argument("--dev", action="store_true", help="install the tests' and checkers' packages too")
    mode = "dev" if parser.parse_args().dev else "run"
    try:
        check_python()
        if is_ready(mode):
            return 0
        make_venv()
        install(mode)
        make_importable()
        write_stamp(mode)
    except SetupError as error:
        say(str(error))
        return 1
    say(f"ready ({mode})")
    return 0


def say(text: str) -> None:
    print(f"setup: {text}", file=sys.stderr, flush=True)


def check_python() -> None:
    if sys.version_info[:2] < OLDEST:
        wanted, here = (".".join(map(str, version)) for version in (OLDEST, sys.version_info[:3]))
        raise SetupError(
            f"Python {wanted} or newer is needed, this is {here} ({sys.executable}). "
            "Name another one: make setup PYTHON=python3.12"
        )


def is_ready(mode: str) -> bool:
    """Whether an earlier run installed exactly this, with this Python."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    installed = stamp.get("locks", {})
    return PYTHON.exists() and stamp.get("root") == str(ROOT) and installed.get(mode) == digest(mode)


def write_stamp(mode: str) -> None:
    holds = ("run", "dev") if mode == "dev" else ("run",)
    stamp = {"root": str(ROOT), "locks": {name: digest(name) for name in holds}}
    STAMP.write_text(json.dumps(stamp), encoding="utf-8")


def digest(mode: str) -> str:
    return hashlib.sha256(LOCKS[mode].read_bytes()).hexdigest()


def make_venv() -> None:
    STAMP.unlink(missing_ok=True)
    if has_module("sys") and (has_module("pip") or run(str(PYTHON), "-m", "ensurepip", quiet=True)):
        return  # an environment that somebody made, maybe with another tool, is kept
    say(f"making {VENV.name} with {sys.executable}")
    if tries_venv():
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        say("this Python cannot make environments yet: installing python3-venv")
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-venv")
        if tries_venv():
            return
    raise SetupError(
        "this Python cannot make virtual environments. On Debian and Ubuntu: "
        "sudo apt-get install python3-venv; then run this again."
    )


def tries_venv() -> bool:
    """`venv` leaves a half-made environment behind when pip cannot be put into it; `--clear` starts over."""
    return run(sys.executable, "-m", "venv", "--clear", str(VENV)) and has_module("pip")


def has_module(name: str) -> bool:
    return run(str(PYTHON), "-c", f"import {name}", quiet=True)


def install(mode: str) -> None:
    """With uv, which takes seconds; with pip when uv cannot be had or does not reach its registry."""
    lock = str(LOCKS[mode])
    say(f"installing {LOCKS[mode].name}")
    if run(str(PYTHON), "-m", "pip", "install", "--quiet", UV) and run(
        *(str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)),
        *("--require-hashes", "-r", lock),
    ):
        return
    say("uv could not do it; trying pip, which takes longer")
    if not run(str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock):
        raise SetupError("the packages could not be installed; the reason stands above. Is the network reachable?")


def make_importable() -> None:
    """A path file and a launcher do what an editable install does, without a build step that needs the network."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    found = subprocess.run([str(PYTHON), "-c", code], capture_output=True, text=True, timeout=60, check=True)
    (Path(found.stdout.strip()) / "centralita.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    launcher = VENV / "bin" / "gateway"
    launcher.write_text(LAUNCHER, encoding="utf-8")
    launcher.chmod(0o755)


def run(*command: str, quiet: bool = False) -> bool:
    """Run a command; False when it failed or does not exist. Half an hour is for the slowest of lines."""
    output = subprocess.DEVNULL if quiet else None
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    try:
        done = subprocess.run(command, stdout=output, stderr=output, env=environment, timeout=1800, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
