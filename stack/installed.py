"""How much disk an installation takes: packages, code, dashboard, web server."""

import re
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

from stack import edge
from stack.plan import ROOT

SETUP_TOOLS: Final = ("pip", "uv")
_CODE: Final = (
    *("control_plane", "metrics_sidecar", "stack", "simulator", "scripts", "nginx", "docker", "systemd"),
    *("observability", "docs", "tests", "benchmarks"),
)
_PINNED: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==", re.M)


def installed() -> list[tuple[str, int]]:
    """What lies where, in bytes."""
    names = pinned((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    return [
        ("packages of requirements.lock", distributions_size(names)),
        (f"set-up tools ({', '.join(SETUP_TOOLS)})", distributions_size(SETUP_TOOLS)),
        ("code of this repository", sum(folder_size(ROOT / name) for name in _CODE)),
        ("dashboard, built", folder_size(ROOT / "dashboard" / "dist")),
        ("nginx, the program", Path(edge.program()).stat().st_size),
    ]


def pinned(lock: str) -> list[str]:
    return _PINNED.findall(lock)


def distributions_size(names: Iterable[str]) -> int:
    """Of those that are installed; a lock also names what other systems need."""
    files: set[Path] = set()
    for name in names:
        try:
            files |= _files(distribution(name))
        except PackageNotFoundError:
            continue
    return _size(files)


def _files(package: Distribution) -> set[Path]:
    """With the compiled twins, which few installers write down."""
    listed = {Path(str(package.locate_file(file))).resolve() for file in package.files or ()}
    return listed | {Path(cache_from_source(str(file))) for file in listed if file.suffix == ".py"}


def folder_size(folder: Path) -> int:
    return _size(folder.rglob("*"))


def _size(paths: Iterable[Path]) -> int:
    """What does not exist takes nothing."""
    return sum(path.stat().st_size for path in paths if path.is_file())
