"""Reading a log that is written, rotated and truncated by others, from where we were, over restarts.

A file is known by its inode and its beginning, not by its name: what was `callbacks.log` and is `callbacks.log.1` now
is read to its end, and an inode that is given to a new file is not mistaken for the old one. A line may be read twice
(after a crash, or when the log was copied and truncated), never not at all; its id makes that harmless.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from metrics_sidecar.callbacks import files

MOST_FILES: Final = 32
LARGEST_PIECE: Final = 1024 * 1024
"""Read at one time; a line that is longer is given up."""
BEGINNING: Final = 256
PACKED: Final = (".gz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a file was read, and how it begins."""

    offset: int
    beginning: int
    """Bytes that `digest` is of."""
    digest: str


Marks = Mapping[str, Mark]
"""By inode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Whole lines, and the marks that are true once they are safe elsewhere."""

    lines: tuple[bytes, ...]
    marks: Marks


class Tail:
    """Raises OSError where the disk does; a log that is not there has no lines."""

    def __init__(self, log: Path, marks_file: Path) -> None:
        self._log, self._marks_file = log, marks_file
        self._marks: Marks = _load(marks_file)

    def grown(self) -> bool:
        """Whether there is something to read: cheap, for asking often."""
        return any(self._is_news(status) for _, status in self._present())

    def read(self) -> Piece:
        """The next lines, those of older files first. The same ones again until `commit`."""
        present = self._present()
        marks = {str(status.st_ino): self._marks[str(status.st_ino)] for _, status in present if self._known(status)}
        for path, status in present:
            if not self._is_news(status):
                continue
            piece = self._read_one(path, marks)
            if piece is not None:
                return piece
        return Piece(lines=(), marks=marks)

    def commit(self, piece: Piece) -> None:
        """Remember on disk that these lines need not be read again."""
        if piece.marks == self._marks:
            return
        content = orjson.dumps({inode: asdict(mark) for inode, mark in piece.marks.items()})
        files.replace(self._marks_file, content)
        self._marks = piece.marks

    def _known(self, status: os.stat_result) -> bool:
        return str(status.st_ino) in self._marks

    def _is_news(self, status: os.stat_result) -> bool:
        mark = self._marks.get(str(status.st_ino))
        return status.st_size > 0 if mark is None else status.st_size != mark.offset

    def _present(self) -> list[tuple[Path, os.stat_result]]:
        """The log and what it was rotated to, oldest first."""
        try:
            with os.scandir(self._log.parent) as entries:
                found = [(Path(entry.path), entry.stat()) for entry in entries if self._is_ours(entry)]
        except FileNotFoundError:  # no folder yet, or a file that was rotated away in between
            return []
        return sorted(found, key=lambda each: each[1].st_mtime)[-MOST_FILES:]

    def _is_ours(self, entry: os.DirEntry[str]) -> bool:
        return entry.name.startswith(self._log.name) and not entry.name.endswith(PACKED) and entry.is_file()

    def _read_one(self, path: Path, marks: dict[str, Mark]) -> Piece | None:
        """`None` when there is no whole line yet."""
        try:
            with path.open("rb") as file:
                inode = str(os.fstat(file.fileno()).st_ino)
                offset = self._offset(file, marks.get(inode))
                file.seek(offset)
                data = file.read(LARGEST_PIECE)
                end = data.rfind(b"\n") + 1 or (len(data) if len(data) == LARGEST_PIECE else 0)
                if not end and offset:
                    return None
                marks[inode] = _mark(file, offset + end)
        except FileNotFoundError:  # rotated away in between; it is found under its new name next time
            return None
        return Piece(lines=tuple(data[:end].splitlines()), marks=marks) if end else None

    def _offset(self, file: BinaryIO, mark: Mark | None) -> int:
        if mark is None or os.fstat(file.fileno()).st_size < mark.offset:
            return 0
        return mark.offset if _digest(file, mark.beginning) == mark.digest else 0


def _mark(file: BinaryIO, offset: int) -> Mark:
    beginning = min(offset, BEGINNING)
    return Mark(offset=offset, beginning=beginning, digest=_digest(file, beginning))


def _digest(file: BinaryIO, length: int) -> str:
    file.seek(0)
    return hashlib.sha256(file.read(length)).hexdigest()


def _load(path: Path) -> Marks:
    """A file of marks that cannot be read means reading everything again."""
    try:
        return {inode: Mark(**mark) for inode, mark in orjson.loads(path.read_bytes()).items()}
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return {}
