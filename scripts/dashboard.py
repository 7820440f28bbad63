"""When the dashboard is built, and what is said when it cannot be: `python3 scripts/dashboard.py [--again]`.

Standard library only. Built anew when its sources have changed since the last time; what could not be
built is left alone until they change, or `--again` asks for it. It ends with 0 also when there is
no dashboard in the end: everything else works without, and the web server's page says what is missing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "dashboard"
OLDEST_NODE = (20, 19)
NPM_CI = ("npm", "ci", "--no-audit", "--no-fund")
NPM_BUILD = ("npm", "run", "build")
INSTALL_S = 1200
BUILD_S = 600
AGAIN = "--again"
MADE = {"node_modules", "dist", "coverage", "test-results", "playwright-report"}
HOW = "On Debian and Ubuntu: sudo apt-get install nodejs npm, or nodejs.org"


def main(*arguments: str) -> int:
    if not (FOLDER / "package.json").is_file():
        return 0
    wanted = digest(sources())
    if text(built()) == wanted:
        return 0
    if text(failed()) == wanted and AGAIN not in arguments:
        say(f"these sources could not be built the last time. To try again: python3 scripts/dashboard.py {AGAIN}")
        return 0
    if reason := lacking():
        say(f"{reason}. {HOW}. Going on without a fresh dashboard.")
        return 0
    if not build(wanted):
        say("the dashboard could not be built; the reason stands above. Going on without a fresh one.")
    return 0


def say(sentence: str) -> None:
    print(f"dashboard: {sentence}", file=sys.stderr, flush=True)


def built() -> Path:
    """Which sources `dist` was made from."""
    return FOLDER / "dist" / ".made-from"


def installed() -> Path:
    """Which lock `node_modules` was made from."""
    return FOLDER / "node_modules" / ".made-from"


def failed() -> Path:
    """Which sources could not be built. What is missing for the installation, such as the internet, may come back."""
    return FOLDER / "node_modules" / ".failed-with"


def sources() -> Iterator[Path]:
    for folder, names, files in os.walk(FOLDER):
        names[:] = sorted(name for name in names if name not in MADE and not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(files) if not name.endswith(".tsbuildinfo"))


def digest(paths: Iterator[Path]) -> str:
    found = hashlib.sha256()
    for path in paths:
        found.update(f"{path.relative_to(FOLDER).as_posix()}\0".encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def text(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


def lacking() -> str:
    """What keeps it from being built; empty when nothing does."""
    oldest = ".".join(map(str, OLDEST_NODE))
    if shutil.which("node") is None or shutil.which("npm") is None:
        return f"Node.js {oldest} or newer is needed once, to build the dashboard"
    version = node_version()
    if version < OLDEST_NODE:
        return f"Node.js {oldest} or newer is needed, this is {'.'.join(map(str, version))}"
    return ""


def node_version() -> tuple[int, ...]:
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    return tuple(map(int, re.findall(r"\d+", told)))


def build(wanted: str) -> bool:
    lock = digest(iter([FOLDER / "package-lock.json"]))
    if text(installed()) != lock:
        say("installing what it is built with")
        if not run(*NPM_CI, seconds=INSTALL_S):
            return False
        installed().write_text(lock, encoding="ascii")
    say("building")
    if not run(*NPM_BUILD, seconds=BUILD_S):
        failed().write_text(wanted, encoding="ascii")
        return False
    built().write_text(wanted, encoding="ascii")
    return True


def run(*command: str, seconds: int) -> bool:
    """What it prints is shown when it fails."""
    environment = {**os.environ, "npm_config_update_notifier": "false", "CI": "true"}
    try:
        done = subprocess.run(
            command, cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"{' '.join(command)}: {error}")
        return False
    if done.returncode:
        print(done.stdout[-4000:], done.stderr[-4000:], file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
