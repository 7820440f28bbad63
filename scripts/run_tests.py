"""In which order the tests run, and what has to be there before: what fails soonest comes first.

1. The programs that tests use are installed where that may be done, and the dashboard is built.
2. The dashboard's own checks and tests, unless something was selected.
3. All tests of pytest that take no part of the clock, spread over the cores.
4. Those marked `stack`, which start processes and browsers and talk in real time, with the machine for themselves.

Arguments go to pytest; with `-m` or `-n` among them pytest runs once, as asked. What is missing is told, and its tests
are skipped; where everything has to be there (`CI` is set) it is a failure.
"""

import os
import subprocess
import sys

from scripts import dashboard, system_parts

FAILED = 1
NO_TESTS = 5
"""pytest's exit code when nothing was selected."""

DASHBOARD_CHECKS = (
    ("npm", "run", "--silent", "lint"),
    ("npx", "--no-install", "tsc", "-p", "browser"),
    ("npm", "test", "--silent"),
)
PYTEST_PHASES = (
    ("-n", "auto", "--dist", "loadgroup", "-m", "not stack"),
    ("-m", "stack"),
)


def main(arguments: list[str]) -> int:
    if code := prepare():
        return code
    if not arguments and (code := dashboard_tests()):
        return code
    if any(argument.startswith(("-m", "-n")) for argument in arguments):
        return pytest(arguments)
    codes = []
    for phase in PYTEST_PHASES:
        codes.append(pytest([*phase, *arguments]))
        if codes[-1] not in (0, NO_TESTS):
            return codes[-1]
    return 0 if 0 in codes else NO_TESTS


def prepare() -> int:
    """Not 0: the tests need not begin."""
    parts_are_missing = bool(system_parts.main(["--tests"]))
    no_node = dashboard.lacking()
    if no_node:
        dashboard.say(f"{no_node}. {dashboard.HOW}. Its tests do not run.")
    if (parts_are_missing or no_node) and os.environ.get("CI"):
        return FAILED
    return 0 if no_node or is_built() else FAILED


def is_built() -> bool:
    """With the tools beside it that its tests need."""
    sources = dashboard.digest(dashboard.sources())
    lock = dashboard.digest(iter([dashboard.FOLDER / "package-lock.json"]))
    kept = (dashboard.text(dashboard.built()), dashboard.text(dashboard.installed()))
    return kept == (sources, lock) or dashboard.build(sources)


def dashboard_tests() -> int:
    if dashboard.lacking():
        return 0
    codes = (run_in_dashboard(command) for command in DASHBOARD_CHECKS)
    return next(filter(None, codes), 0)


def run_in_dashboard(command: tuple[str, ...]) -> int:
    return subprocess.run(command, cwd=dashboard.FOLDER, check=False).returncode


def pytest(arguments: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
