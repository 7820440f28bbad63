"""How a table was written: its encoding and what separates its cells, told by the file itself."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

SEPARATORS: Final = (",", ";", "\t", "|")

SAMPLE_ROWS: Final = 20
SAMPLE_BYTES: Final = 256 * 1024
PIECE_BYTES: Final = 1024 * 1024

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """Enough to read a file."""

    encoding: str
    separator: str
    hint: bool = False
    """Whether its first line only names the separator, as Excel writes it: `sep=;`."""


def dialect_of(file: BinaryIO) -> Dialect:
    """By the whole file, which is read to its end."""
    file.seek(0)
    sample = file.read(SAMPLE_BYTES)
    encoding = _marked(sample) or _wide(sample) or ("utf-8" if _is_utf8(file) else "cp1252")
    return _separated(sample, encoding)


def dialect_of_beginning(sample: bytes) -> Dialect:
    """By its beginning alone, which may end within a letter."""
    encoding = _marked(sample) or _wide(sample) or ("utf-8" if _begins_as_utf8(sample) else "cp1252")
    return _separated(sample, encoding)


def _marked(sample: bytes) -> str:
    return next((encoding for mark, encoding in _MARKS if sample.startswith(mark)), "")


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: every other byte of a table's beginning is zero."""
    beginning = sample[:400]
    if len(beginning) < 4 or beginning.count(0) * 3 < len(beginning):
        return ""
    return "utf-16-le" if beginning[1::2].count(0) >= beginning[::2].count(0) else "utf-16-be"


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(PIECE_BYTES):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _begins_as_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _separated(sample: bytes, encoding: str) -> Dialect:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    lines = text.splitlines(keepends=True)
    first = lines[0].strip().lower() if lines else ""
    if len(first) == len("sep=;") and first.startswith("sep="):
        return Dialect(encoding, lines[0][4], hint=True)
    if first == "sep=":
        return Dialect(encoding, "\t", hint=True)
    return Dialect(encoding, max(SEPARATORS, key=lambda separator: _fit(lines, separator)))


def _fit(lines: Sequence[str], separator: str) -> tuple[float, int]:
    """How well it cuts the first rows into as many cells each; of equals, the one that cuts more is meant."""
    widths = [len(row) for row in _first_rows(lines, separator) if any(row)]
    if not widths or widths[0] < 2:
        return 0.0, 0
    return Counter(widths)[widths[0]] / len(widths), widths[0]


def _first_rows(lines: Iterable[str], separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(lines, delimiter=separator)
    try:
        while len(rows) < SAMPLE_ROWS:
            rows.append(next(reader))
    except (StopIteration, csv.Error):
        return rows
    return rows
