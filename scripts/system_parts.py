"""Which programs of the distribution the project uses, and how they get onto the machine.

Standard library only.
    python3 scripts/system_parts.py nginx                   what `make up` and `make demo` need
    python3 scripts/system_parts.py --tests                 what the tests need
Where apt-get may not be used, it says what is missing and how to get it, and ends with 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PLACES = "/usr/sbin:/usr/local/sbin:/usr/lib/chromium"
POLICY = Path("/usr/sbin/policy-rc.d")
"""Debian asks this program whether an installed service may be started at once."""


@dataclass(frozen=True)
class Part:
    """A program, any one of `names`, and Debian's package that brings it."""

    names: tuple[str, ...]
    package: str
    reason: str


PARTS = {
    "nginx": Part(("nginx",), "nginx-light", "the web server in front"),
    "redis": Part(("redis-server",), "redis-server", "cache and live events across processes"),
    "prometheus": Part(("prometheus",), "prometheus", "the monitoring server"),
    "promtool": Part(("promtool",), "prometheus", "checks metrics and alert rules"),
    "logrotate": Part(("logrotate",), "logrotate", "keeps the web server's logs short where systemd runs it"),
    "chromium": Part(("chromium", "chromium-browser", "google-chrome"), "chromium", "the dashboard's tests"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Install what this project needs from the distribution.")
    parser.add_argument("parts", nargs="*", metavar="PART", help="which ones")
    parser.add_argument("--tests", action="store_true", help="all that the tests use")
    asked = parser.parse_args(arguments)
    if unknown := [name for name in asked.parts if name not in PARTS]:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(PARTS)}")
    wanted = list(PARTS) if asked.tests else list(asked.parts)
    lacking = missing(wanted)
    if lacking and can_install():
        install(lacking)
        lacking = missing(wanted)
    for name in lacking:
        part = PARTS[name]
        say(f"{part.names[0]} is missing ({part.reason}). On Debian and Ubuntu: sudo apt-get install {part.package}")
    return 1 if lacking else 0


def say(text: str) -> None:
    print(f"system: {text}", file=sys.stderr, flush=True)


def find(name: str) -> str | None:
    """Path of a part's program. Ordinary users do not have the administrator's folders in their PATH."""
    places = os.environ.get("PATH", "") + os.pathsep + PLACES
    return next((path for each in PARTS[name].names if (path := shutil.which(each, path=places))), None)


def missing(wanted: Sequence[str]) -> list[str]:
    return [name for name in wanted if find(name) is None]


def can_install() -> bool:
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install(names: Sequence[str]) -> None:
    packages = sorted({PARTS[name].package for name in names})
    say(f"installing {', '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with services_at_rest():
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            ended = subprocess.run(
                ["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False
            )
            if ended.returncode:
                say(f"apt-get {command[0]} failed ({ended.returncode})")


@contextmanager
def services_at_rest() -> Iterator[None]:
    """The project starts its own servers on ports of its own; the distribution's would only be in the way."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
