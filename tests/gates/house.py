"""The tree as the gates see it: source files, their syntax, and what breaks a rule."""

import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("control_plane", "metrics_sidecar", "simulator", "stack")
PROGRAMS = (*PACKAGES, "benchmarks", "scripts")
GATEWAY = ("control_plane", "metrics_sidecar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One place that breaks a rule. `path` from the root; `what` says where, what, and the way out."""

    rule: str
    path: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}{self.what}"


Rule = Callable[[], Iterator[Breach]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file."""

    path: str
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """The Python files under the folders; a folder that does not exist has none."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            name = path.relative_to(ROOT).as_posix()
            found.append(Source(path=name, text=text, tree=ast.parse(text, filename=name)))
    return tuple(found)


@cache
def tree_files() -> tuple[Path, ...]:
    """Every file that belongs to the project: what version control holds, or would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())
    return tuple(path for path in sorted(ROOT.rglob("*")) if path.is_file() and not _is_made(path))


MADE = {".venv", ".git", "__pycache__", "node_modules", "var", "build", "dist"}


def _is_made(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return any(part in MADE or part.endswith(("_cache", ".egg-info")) for part in parts)


Import = tuple[int, str]
"""Line and full name of what is imported; for `from a import b` it is `a.b`."""


def imports(source: Source) -> Iterator[Import]:
    for node in ast.walk(source.tree):
        match node:
            case ast.Import():
                yield from ((node.lineno, alias.name) for alias in node.names)
            case ast.ImportFrom(module=str(module), level=0):
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def within(name: str, *packages: str) -> bool:
    """Whether a dotted name is one of the packages or inside of one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an expression; calls in between are left out (`get().x` is `get.x`)."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{dotted(node.value)}.{node.attr}"
        case ast.Call():
            return dotted(node.func)
    return ""
