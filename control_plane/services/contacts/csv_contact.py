"""What a row of a table says about a contact, or why it cannot be taken."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from control_plane.ports.infrastructure import BadNumber, NumberPlan, PhoneNumber
from control_plane.resources.contacts.contacts import tidy
from control_plane.resources.contacts.import_portion import ReadRow
from control_plane.resources.contacts.schemas import MOST_NUMBERS
from control_plane.resources.crud import folded
from control_plane.resources.fields import Email, Line, Prose, Tags, Zone
from control_plane.services.contacts.csv_columns import Column
from control_plane.services.contacts.csv_rows import TableRow, plain

LANGUAGES: Final[Mapping[str, str]] = {
    "es": "es",
    "espanol": "es",
    "spanish": "es",
    "castellano": "es",
    "en": "en",
    "ingles": "en",
    "english": "en",
    "multi": "multi",
}

ROUNDED: Final = re.compile(r"^\d+([.,]\d+)?[eE]\+?\d+$")
"""How spreadsheets show a long number that they took for a quantity: its last digits are lost."""

KEPT_LETTERS: Final = 200
"""Of a cell that is kept with a fault."""


class _Fault(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


class RowReader:
    """Understands the rows of one table."""

    def __init__(self, columns: Sequence[Column], plan: NumberPlan) -> None:
        self._columns = columns
        self._plan = plan
        self._line = TypeAdapter(Line)
        self._fill: Mapping[str, Callable[[Column, str], Mapping[str, Any]]] = {
            "email": self._checked("email", TypeAdapter(Email), reason="not an e-mail address"),
            "zone": self._checked("zone", TypeAdapter(Zone), reason="not a time zone, such as America/Bogota"),
            "language": self._language,
            "tags": self._tags,
            "note": self._checked("note", TypeAdapter(Prose), reason="too long, or with control characters"),
        }

    def read(self, row: TableRow) -> ReadRow:
        """With a fault when it cannot be taken as a whole: half a row is worse than a row to be mended."""
        if row.fault:
            return _refused(row, "", reason=row.fault)
        try:
            return self._read(row)
        except _Fault as fault:
            return _refused(row, fault.column, reason=fault.reason)

    def _read(self, row: TableRow) -> ReadRow:
        cells = [plain(cell) for cell in row.cells]
        if any(cells[len(self._columns) :]):
            raise _Fault("", "more cells than the header has")
        filled = [(column, cell) for column, cell in zip(self._columns, cells, strict=False) if cell]
        numbers, zone = self._numbers(filled)
        fields: dict[str, Any] = {}
        attributes: dict[str, str] = {}
        variables: dict[str, str] = {}
        names: dict[str, str] = {}
        for column, cell in filled:
            match column.field:
                case "name" | "first_name" | "last_name":
                    names[column.field] = self._text(column, cell)
                case "attribute":
                    attributes[column.header] = self._text(column, cell)
                case "variable":
                    variables[column.header] = self._text(column, cell)
                case field if field in self._fill:
                    _add(fields, self._fill[field](column, cell))
        if name := " ".join(names[part] for part in ("name", "first_name", "last_name") if part in names):
            fields["name"] = name[:KEPT_LETTERS]
        if attributes:
            fields["attributes"] = attributes
        return ReadRow(row=row.number, cells=row.cells, numbers=numbers, zone=zone, fields=fields, variables=variables)

    def _numbers(self, filled: Sequence[tuple[Column, str]]) -> tuple[list[tuple[str, str]], str]:
        found: dict[str, str] = {}
        zone = ""
        for column, cell in filled:
            if column.field != "number":
                continue
            for text in re.split(r"[;|/]", cell):
                if text.strip():
                    number = self._number(column, text)
                    found.setdefault(number.e164, column.label)
                    zone = zone or (number.time_zones[0] if number.time_zones else "")
        if not found:
            raise _Fault("", "no telephone number")
        if len(found) > MOST_NUMBERS:
            raise _Fault("", f"more than {MOST_NUMBERS} telephone numbers")
        return list(found.items()), zone

    def _number(self, column: Column, text: str) -> PhoneNumber:
        text = text.strip()
        if ROUNDED.match(text):
            raise _Fault(column.header, "a spreadsheet has rounded the number; format the column as text")
        try:
            return self._plan.parse(re.sub(r"\.0$", "", text)[:60])
        except BadNumber as bad:
            raise _Fault(column.header, str(bad)) from None

    def _text(self, column: Column, cell: str) -> str:
        try:
            return self._line.validate_python(" ".join(cell.split()))
        except ValidationError:
            raise _Fault(column.header, "longer than 200 letters, or with control characters") from None

    def _checked(
        self, field: str, kind: TypeAdapter[Any], *, reason: str
    ) -> Callable[[Column, str], Mapping[str, Any]]:
        def check(column: Column, cell: str) -> Mapping[str, Any]:
            try:
                return {field: kind.validate_python(cell)}
            except ValidationError:
                raise _Fault(column.header, reason) from None

        return check

    def _language(self, column: Column, cell: str) -> Mapping[str, Any]:
        known = LANGUAGES.get(folded(cell).strip())
        if known is None:
            raise _Fault(column.header, "not a language of ours: es, en or multi")
        return {"language": known}

    def _tags(self, column: Column, cell: str) -> Mapping[str, Any]:
        tags = tidy(re.split(r"[,;|]", cell))
        try:
            return {"tags": TypeAdapter(Tags).validate_python(tags)}
        except ValidationError:
            raise _Fault(column.header, "a tag is longer than 50 letters, or there are too many") from None


def _add(fields: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        match name:
            case "tags":
                fields[name] = tidy([*fields.get(name, []), *value])
            case "note" if name in fields:
                fields[name] = f"{fields[name]}\n{value}"
            case _:
                fields[name] = value


def _refused(row: TableRow, column: str, *, reason: str) -> ReadRow:
    cells = [plain(cell)[:KEPT_LETTERS] for cell in row.cells]
    return ReadRow(row=row.number, cells=cells, fault=reason, column=column)
