"""In which order the tests run: first all that take no part of the clock, spread over the cores, then the rest.

Tests marked `stack` start the gateway and the simulator as processes and talk in real time; they get the machine for
themselves. Arguments go to pytest; with `-m` or `-n` among them pytest runs once, as asked.
"""

import subprocess
import sys

NO_TESTS = 5
"""pytest's exit code when nothing was selected."""

PHASES = (
    ("-n", "auto", "--dist", "loadgroup", "-m", "not stack"),
    ("-m", "stack"),
)


def main(arguments: list[str]) -> int:
    if any(argument.startswith(("-m", "-n")) for argument in arguments):
        return pytest(arguments)
    codes = []
    for phase in PHASES:
        codes.append(pytest([*phase, *arguments]))
        if codes[-1] not in (0, NO_TESTS):
            return codes[-1]
    return 0 if 0 in codes else NO_TESTS


def pytest(arguments: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
