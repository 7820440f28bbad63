"""How a child learns to end with its parent: `python launcher.py SIGNAL PARENT COMMAND…` becomes COMMAND.

The kernel sends SIGNAL to the process when PARENT dies, even when it is killed. Run as a file by an interpreter
without site packages, so that it costs a few milliseconds; it stays the same process, so nothing of it remains.
"""

import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    number, parent, *command = arguments
    if sys.platform == "linux":
        end_with_parent(int(number))
        if os.getppid() != int(parent):
            sys.exit(1)  # the parent died before the kernel knew
    try:
        os.execvp(command[0], command)  # noqa: S606
    except OSError as error:
        sys.exit(f"{command[0]} could not be started: {error.strerror}")


def end_with_parent(number: int) -> None:
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
