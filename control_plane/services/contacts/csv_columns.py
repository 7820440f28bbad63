"""What the columns of a table mean: told by somebody, or guessed by their headers in Spanish and English."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from control_plane.core.refusals import invalid
from control_plane.resources.crud import folded

Field = Literal[
    "number",
    "name",
    "first_name",
    "last_name",
    "email",
    "zone",
    "language",
    "tags",
    "note",
    "attribute",
    "variable",
    "ignore",
]

FIELDS: Final = get_args(Field)

MANY: Final = frozenset({"number", "tags", "note", "attribute", "variable", "ignore"})
"""Fields that several columns may fill."""

_NAMES: Final[Mapping[str, Field]] = {
    "nombre completo": "name",
    "nombre y apellido": "name",
    "nombres y apellidos": "name",
    "full name": "name",
    "name": "name",
    "contacto": "name",
    "contact": "name",
    "cliente": "name",
    "customer": "name",
    "nombre": "name",
    "first name": "first_name",
    "primer nombre": "first_name",
    "nombres": "first_name",
    "last name": "last_name",
    "surname": "last_name",
    "apellido": "last_name",
    "apellidos": "last_name",
    "correo": "email",
    "correo electronico": "email",
    "email": "email",
    "e mail": "email",
    "mail": "email",
    "zona": "zone",
    "zona horaria": "zone",
    "zone": "zone",
    "time zone": "zone",
    "timezone": "zone",
    "huso horario": "zone",
    "idioma": "language",
    "lengua": "language",
    "language": "language",
    "etiqueta": "tags",
    "etiquetas": "tags",
    "tag": "tags",
    "tags": "tags",
    "nota": "note",
    "notas": "note",
    "note": "note",
    "notes": "note",
    "observaciones": "note",
    "comentarios": "note",
    "comments": "note",
    "numero": "number",
    "number": "number",
}

_NUMBER_WORDS: Final[Mapping[str, str]] = {
    "celular": "mobile",
    "cel": "mobile",
    "cell": "mobile",
    "cellphone": "mobile",
    "movil": "mobile",
    "mobile": "mobile",
    "whatsapp": "whatsapp",
    "casa": "",
    "telefono": "",
    "telefonos": "",
    "tel": "",
    "fono": "",
    "phone": "",
    "telephone": "",
    "msisdn": "",
    "e164": "",
}
"""Words that make a column one of numbers, and what such a number is labelled."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, what it fills, and how a number of it is labelled."""

    header: str
    field: Field
    label: str = ""


def columns_of(header: Sequence[str], *, mapping: Mapping[str, str], on_list: bool) -> list[Column]:
    """One for each header. What is neither told nor recognised becomes an attribute of the contact, or a variable of
    its place on a list. Raises Refused for a mapping that names no such column or field."""
    for name, field in mapping.items():
        if name not in header:
            raise invalid(f"mapping.{name}", "the file has no such column")
        if field not in FIELDS:
            raise invalid(f"mapping.{name}", f"none of {', '.join(FIELDS)}")
    columns: list[Column] = []
    rest: Field = "variable" if on_list else "attribute"
    seen = set(mapping.values())
    for place, name in enumerate(header, 1):
        told = mapping.get(name)
        field = told or _guess(name)
        if not told and field in seen - MANY:
            field = ""
        seen.add(field)
        known = next((each for each in FIELDS if each == field), rest if name else "ignore")
        columns.append(Column(name or f"column {place}", known, _label(name)))
    return _with_whole_names(columns)


def _with_whole_names(columns: list[Column]) -> list[Column]:
    """`Nombre` beside `Apellido` is the first name."""
    fields = {column.field for column in columns}
    if "last_name" in fields and "first_name" not in fields:
        return [
            Column(column.header, "first_name" if column.field == "name" else column.field, column.label)
            for column in columns
        ]
    return columns


def _guess(header: str) -> Field | Literal[""]:
    words = _words(header)
    known = _NAMES.get(" ".join(words))
    if known is not None:
        return known
    return "number" if any(word in _NUMBER_WORDS for word in words if word != "casa") else ""


def _label(header: str) -> str:
    labels = [_NUMBER_WORDS.get(word, "") for word in _words(header)]
    return next((label for label in labels if label), "")


def _words(header: str) -> list[str]:
    text = re.sub(r"[^a-z0-9]+", " ", folded(header))
    words = [word for word in text.split() if not word.isdigit()]
    return [re.sub(r"(?<=[a-z]{3})\d+$", "", word) if word != "e164" else word for word in words]
