"""Which module may touch what: environment, clock, tasks, web server, adapters, settings."""

import ast
import sys
from collections.abc import Callable, Iterator

from tests.gates.house import GATEWAY, Breach, Source, dotted, imports, sources, within

CORE_WITHOUT = ("asyncio", "time", "os", "logging", "random", "secrets", "socket", "subprocess", "threading", "uuid")
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base"}
CLOCKS = (
    *(f"time.{name}{ns}" for name in ("time", "monotonic", "perf_counter", "process_time") for ns in ("", "_ns")),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    *("loop.time", "get_running_loop.time", "asyncio.get_running_loop.time", "asyncio.get_event_loop.time"),
)
TASKS = (
    *("asyncio.create_task", "asyncio.ensure_future", "loop.create_task", "asyncio.get_running_loop.create_task"),
    *("asyncio.run_coroutine_threadsafe", "app.add_background_task", "current_app.add_background_task"),
)


def environment() -> Iterator[Breach]:
    allowed = {"control_plane/settings.py", "metrics_sidecar/settings.py"}
    names = ("os.environ", "os.getenv", "os.environb", "os.putenv")
    yield from _uses(
        "environment", names, allowed, "settings.py alone reads the environment: take the value as argument"
    )


def clock() -> Iterator[Breach]:
    allowed = {"control_plane/adapters/clock.py", "metrics_sidecar/clock.py"}
    yield from _uses("clock", CLOCKS, allowed, "time is an argument, or the Clock port (ports/infrastructure.py)")


def tasks() -> Iterator[Breach]:
    allowed = {"control_plane/services/supervisor.py"}
    yield from _uses("tasks", TASKS, allowed, "use asyncio.TaskGroup, or hand the work to the supervisor")


def core_is_pure() -> Iterator[Breach]:
    for source in sources("control_plane/core"):
        for line, name in imports(source):
            top = name.partition(".")[0]
            if within(name, "control_plane.core") or (top in sys.stdlib_module_names and top not in CORE_WITHOUT):
                continue
            yield Breach(
                rule="core_is_pure",
                path=source.path,
                what=f":{line} imports {name}: the core is plain standard library and never waits or looks around",
            )


def web_server() -> Iterator[Breach]:
    allowed = ("control_plane.web", "control_plane.app", "control_plane.__main__", "metrics_sidecar")
    way_out = "quart and hypercorn are known in web/, app.py and __main__.py only"
    yield from _imports("web_server", ("quart", "hypercorn", "quart_schema"), allowed, way_out=way_out)


def adapters_by_name() -> Iterator[Breach]:
    allowed = ("control_plane.wiring", "control_plane.adapters")
    yield from _imports(
        "adapters_by_name",
        ("control_plane.adapters",),
        allowed,
        way_out="ask for a port; wiring.py chooses the adapter",
    )


def settings_readers() -> Iterator[Breach]:
    parts = tuple(
        source.module for source in sources("control_plane") if source.path.startswith("control_plane/settings")
    )
    allowed = ("control_plane.wiring", "control_plane.__main__", *parts)
    way_out = "take the values as arguments; wiring.py hands them out"
    yield from _imports("settings_readers", parts, allowed, way_out=way_out)


def module_names() -> Iterator[Breach]:
    for source in sources("control_plane", "metrics_sidecar", "simulator", "benchmarks", "scripts", "tests"):
        bad = FORBIDDEN_NAMES.intersection(part.removesuffix(".py") for part in source.path.split("/"))
        if bad:
            yield Breach(
                rule="module_names",
                path=source.path,
                what=f": `{min(bad)}` names nothing: find the noun for what is in it",
            )


def packages() -> Iterator[Breach]:
    """Packages without `__init__.py` are invisible to the import contracts."""
    for source in sources("control_plane", "metrics_sidecar", "simulator"):
        folder = source.path.rpartition("/")[0]
        if "/migrations" in f"/{folder}":
            continue  # Alembic loads these by path
        if not any(other.path == f"{folder}/__init__.py" for other in sources(source.path.partition("/")[0])):
            yield Breach(
                rule="packages", path=source.path, what=f": {folder} has no __init__.py: add one with a docstring"
            )


def _imports(rule: str, names: tuple[str, ...], allowed: tuple[str, ...], *, way_out: str) -> Iterator[Breach]:
    for source in sources(*GATEWAY):
        if within(source.module, *allowed):
            continue
        for line, name in imports(source):
            if within(name, *names):
                yield Breach(rule=rule, path=source.path, what=f":{line} imports {name}: {way_out}")


def _uses(rule: str, names: tuple[str, ...], allowed: set[str], way_out: str) -> Iterator[Breach]:
    for source in sources(*GATEWAY):
        if source.path in allowed:
            continue
        for line, name in _mentions(source, set(names).__contains__):
            yield Breach(rule=rule, path=source.path, what=f":{line} uses {name}: {way_out}")


def _mentions(source: Source, wanted: Callable[[str], bool]) -> Iterator[tuple[int, str]]:
    for line, name in imports(source):
        if wanted(name):
            yield line, name
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and wanted(name := dotted(node)):
            yield node.lineno, name
