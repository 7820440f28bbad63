"""Which module has to have a test of its own."""

from collections.abc import Iterator

from tests.gates.house import ROOT, Breach, imports, sources, within


def core_tests() -> Iterator[Breach]:
    """`control_plane/core/a/b.py` is tested in `tests/control_plane/core/a/test_b.py`, which imports it."""
    for source in sources("control_plane/core"):
        if source.path.endswith("/__init__.py"):
            continue
        folder, _, name = source.path.rpartition("/")
        test = f"tests/{folder}/test_{name}"
        if not (ROOT / test).is_file():
            yield Breach(rule="core_tests", path=source.path, what=f": has no test module: write {test}")
        elif not _imports(test, source.module):
            yield Breach(rule="core_tests", path=source.path, what=f": {test} does not import {source.module}")


def _imports(test: str, module: str) -> bool:
    folder = test.rpartition("/")[0]
    (source,) = (source for source in sources(folder) if source.path == test)
    return any(within(name, module) for _, name in imports(source))
