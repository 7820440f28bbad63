"""Reading a table of any dialect row by row, from any row on."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from control_plane.services.contacts.csv_dialect import Dialect

MOST_CELLS: Final = 200

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class TableRow:
    """`number` as spreadsheets count, the header being 1. With a `fault` it could not be cut into cells."""

    number: int
    cells: Sequence[str]
    fault: str = ""

    @property
    def blank(self) -> bool:
        return not self.fault and not any(cell.strip() for cell in self.cells)


class Table:
    """The rows of a file, in their order."""

    def __init__(self, file: BinaryIO, dialect: Dialect) -> None:
        """The file is read from its beginning, and stays open."""
        file.seek(0)
        self._text = io.TextIOWrapper(file, encoding=dialect.encoding, errors="replace", newline="")
        if dialect.hint:
            self._text.readline()
        self._rows = self._read(dialect.separator)
        self.header = self._header()
        """The first row that is not blank; empty of an empty file."""
        self.read = 0
        """Rows after the header that were read, blank ones among them."""

    def take(self, most: int) -> list[TableRow]:
        """The next rows; fewer at the end."""
        taken: list[TableRow] = []
        for row in self._rows:
            taken.append(row)
            if len(taken) == most:
                break
        self.read += len(taken)
        return taken

    def skip(self, count: int) -> None:
        for _ in range(count):
            if next(self._rows, None) is None:
                return
            self.read += 1

    def count(self) -> int:
        """The rows from here to the end, which are read with this."""
        rest = sum(1 for _ in self._rows)
        self.read += rest
        return rest

    def release(self) -> None:
        """Leave the file open to others."""
        self._text.detach()

    def _header(self) -> list[str]:
        for row in self._rows:
            if not row.blank:
                return [plain(cell) for cell in row.cells]
        return []

    def _read(self, separator: str) -> Iterator[TableRow]:
        reader = csv.reader(self._text, delimiter=separator)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield TableRow(number, (), "the row cannot be read: is a quotation mark missing?")
                continue
            many = len(cells) > MOST_CELLS
            yield TableRow(number, cells[:MOST_CELLS], f"more than {MOST_CELLS} cells" if many else "")


def plain(cell: str) -> str:
    """The text that is meant: without space around it, and without the apostrophe that keeps spreadsheets from taking
    it for a formula."""
    text = cell.strip().strip("\ufeff").replace("\x00", "")
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
