"""What an installation writes is for its owner alone: calls, numbers, keys."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from stack.failures import StackFailed

UMASK: Final = 0o077
_OURS: Final = ("centralita.db*", "blobs", "spool", "logs", "edge", "sidecar", "secret", "auth_token", "runner.lock")
"""What lies in a data folder. Anything else there, and the folder itself when it was there before, is not ours."""


def keep_private() -> None:
    """From now on: this process, and all that it starts."""
    os.umask(UMASK)


def open_data_folder(data: Path) -> None:
    """There, writable, and what is in it closed to others. Raises StackFailed with a sentence that says what to do."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise _unusable(data, "is a file; it has to be a folder") from None
    except NotADirectoryError:
        raise _unusable(data, "lies below something that is a file") from None
    except OSError as error:
        raise _unusable(data, f"cannot be made: {error.strerror}") from None
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        raise _unusable(data, "cannot be written by this user")
    for pattern in _OURS:
        for path in data.glob(pattern):
            _close(path)


def _close(path: Path) -> None:
    mode = path.stat().st_mode
    if mode & UMASK:
        with suppress(PermissionError):  # somebody else's
            path.chmod(mode & 0o700)


def _unusable(data: Path, what: str) -> StackFailed:
    return StackFailed(f"DATA_DIR ({data}) {what}. Name another folder in DATA_DIR, or mend this one.")
