"""Reads what processes append to their log files, and keeps these files from growing for ever."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

LARGEST: Final = 10 * 1024 * 1024
"""Bytes; beyond, the file's content moves to `<name>.1` and its predecessor there is dropped."""
_AT_ONCE: Final = 256 * 1024
_LONGEST: Final = 64 * 1024
"""A line longer than this is shown in pieces."""


class Tail:
    """The lines of one file from the moment on at which this is made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = _size(path)
        self._begun = b""

    def fresh(self) -> Iterator[str]:
        """The complete lines that have come, at most a quarter of a megabyte of them."""
        size = _size(self._path)
        if size < self._at:
            self._at = 0  # somebody emptied it
        if size == self._at:
            return
        with suppress(OSError), self._path.open("rb") as file:
            file.seek(self._at)
            content = file.read(_AT_ONCE)
            self._at += len(content)
            *lines, self._begun = (self._begun + content).split(b"\n")
            if len(self._begun) > _LONGEST:
                lines.append(self._begun)
                self._begun = b""
            yield from (line.decode(errors="replace") for line in lines)

    def shorten(self, largest: int = LARGEST) -> None:
        """Move the content away when there is too much of it. The process goes on appending, from the start."""
        if self._at < largest or _size(self._path) > self._at:
            return
        put_away(self._path)
        with suppress(OSError):
            os.truncate(self._path, 0)
        self._at = 0


def put_away(path: Path) -> None:
    """Copy the file to `<name>.1`, over what was there."""
    with suppress(OSError):
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))


def begin(path: Path) -> None:
    """Start with an empty file; the last run's is put away."""
    if _size(path):
        put_away(path)
        path.unlink()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
