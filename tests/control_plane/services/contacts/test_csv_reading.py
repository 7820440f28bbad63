"""Tables of every dialect are read as they were meant."""

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.numbers import WorldNumberPlan
from control_plane.core.refusals import Refused
from control_plane.services.contacts.csv_columns import Column, columns_of
from control_plane.services.contacts.csv_contact import RowReader
from control_plane.services.contacts.csv_dialect import Dialect, dialect_of, dialect_of_beginning
from control_plane.services.contacts.csv_rows import MOST_CELLS, Table, TableRow, plain

TEXT = "nombre{0}teléfono{0}nota\nAna Ñuñez{0}3001234567{0}dijo “hola”\nLuis{0}3001234568{0}sí\n"

PLAN = WorldNumberPlan("CO")


def read(data: bytes) -> list[list[str]]:
    file = io.BytesIO(data)
    table = Table(file, dialect_of(file))
    return [table.header, *[list(row.cells) for row in table.take(1000)]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_encoding_and_separator_are_told_by_the_file(separator: str, encoding: str) -> None:
    data = TEXT.format(separator).encode(encoding)
    assert read(data)[1] == ["Ana Ñuñez", "3001234567", "dijo “hola”"]
    assert dialect_of_beginning(data).separator == separator


def test_letters_of_the_end_decide_about_the_whole_file() -> None:
    data = ("nombre,tel\n" + "a,1\n" * 100_000 + "é,2\n").encode("cp1252")
    assert dialect_of(io.BytesIO(data)).encoding == "cp1252"
    assert dialect_of_beginning(data[:1000]).encoding == "utf-8"


def test_a_beginning_may_end_within_a_letter() -> None:
    data = "nombre,tel\nAna Ñ".encode()[:-1]
    assert dialect_of_beginning(data).encoding == "utf-8"


def test_a_hint_of_excel_is_no_row() -> None:
    assert read(b"sep=;\r\nname;phone\r\nAna, B;1\r\n") == [["name", "phone"], ["Ana, B", "1"]]
    assert read(b"sep=\t\r\nname\tphone\r\nAna\t1\r\n") == [["name", "phone"], ["Ana", "1"]]


def test_commas_in_cells_do_not_make_a_separator() -> None:
    text = "nombre;notas\nAna;uno, dos, tres\nLuis;cuatro, cinco, seis\n"
    assert read(text.encode())[1] == ["Ana", "uno, dos, tres"]


def test_cells_may_have_several_lines_and_rows_keep_their_numbers() -> None:
    file = io.BytesIO(b'\n\nname,note\nAna,"one\ntwo"\n,\nLuis,x\n')
    table = Table(file, dialect_of(file))
    rows = table.take(10)
    assert [(row.number, list(row.cells), row.blank) for row in rows] == [
        (4, ["Ana", "one\ntwo"], False),
        (5, ["", ""], True),
        (6, ["Luis", "x"], False),
    ]
    assert table.read == 3


def test_an_empty_file_has_no_header() -> None:
    assert read(b"") == [[]]
    assert read(codecs.BOM_UTF8) == [[]]


def test_a_quotation_mark_that_never_closes_costs_its_row_only() -> None:
    long = '"' + "x" * 140_000
    rows = Table(io.BytesIO(f"name,phone\n{long}\nAna,1\n".encode()), Dialect("utf-8", ",")).take(10)
    assert "quotation mark" in rows[0].fault


def test_a_row_with_too_many_cells_is_a_fault() -> None:
    rows = Table(io.BytesIO(("a,b\n" + "," * MOST_CELLS + "\n").encode()), Dialect("utf-8", ",")).take(10)
    assert rows[0].fault == f"more than {MOST_CELLS} cells"


@given(
    rows=st.lists(
        st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20), min_size=2, max_size=4),
        min_size=1,
        max_size=30,
    ),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    skipped=st.integers(0, 40),
)
def test_whatever_was_written_is_read_from_any_row_on(
    rows: list[list[str]], separator: str, encoding: str, skipped: int
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows([["head", "er"], *rows])
    file = io.BytesIO(text.getvalue().encode(encoding))
    dialect = Dialect(encoding, separator)
    whole = Table(file, dialect)
    assert [list(row.cells) for row in whole.take(1000)] == rows
    whole.release()
    rest = Table(file, dialect)
    rest.skip(skipped)
    assert [list(row.cells) for row in rest.take(1000)] == rows[skipped:]
    assert rest.read == len(rows)


@given(st.binary(max_size=2000))
def test_no_file_brings_the_reader_down(data: bytes) -> None:
    file = io.BytesIO(data)
    table = Table(file, dialect_of(file))
    dialect_of_beginning(data)
    reader = RowReader(columns_of(table.header, mapping={}, on_list=False), PLAN)
    for row in table.take(1000):
        assert reader.read(row).row == row.number


def fields(*header: str, on_list: bool = False, **mapping: str) -> list[str]:
    return [column.field for column in columns_of(list(header), mapping=mapping, on_list=on_list)]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Nombre", "name"),
        ("NOMBRE COMPLETO", "name"),
        ("Teléfono", "number"),
        ("telefono_1", "number"),
        ("Celular 2", "number"),
        ("Móvil", "number"),
        ("Número de teléfono", "number"),
        ("phone", "number"),
        ("Phone2", "number"),
        ("WhatsApp", "number"),
        ("e164", "number"),
        ("Correo electrónico", "email"),
        ("E-mail", "email"),
        ("Zona horaria", "zone"),
        ("Etiquetas", "tags"),
        ("Idioma", "language"),
        ("Observaciones", "note"),
        ("Mascota", "attribute"),
        ("Casa", "attribute"),
        ("", "ignore"),
    ],
)
def test_headers_are_understood_in_spanish_and_english(header: str, field: str) -> None:
    assert fields(header) == [field]


def test_what_is_not_known_belongs_to_the_place_on_a_list() -> None:
    assert fields("phone", "Mascota", on_list=True) == ["number", "variable"]


def test_a_first_name_beside_a_surname_is_no_whole_name() -> None:
    assert fields("Nombre", "Apellido", "tel") == ["first_name", "last_name", "number"]


def test_a_second_column_of_the_same_kind_is_more_about_the_person() -> None:
    assert fields("correo", "e-mail", "phone", "mobile") == ["email", "attribute", "number", "number"]


def test_what_somebody_says_counts_more_than_the_guess() -> None:
    assert fields("correo", "phone", correo="ignore") == ["ignore", "number"]
    for wrong in ({"nothing": "name"}, {"correo": "nonsense"}):
        with pytest.raises(Refused):
            columns_of(["correo"], mapping=wrong, on_list=False)


COLUMNS = [
    Column("name", "name"),
    Column("phone", "number", "mobile"),
    Column("email", "email"),
    Column("zone", "zone"),
    Column("language", "language"),
    Column("tags", "tags"),
    Column("note", "note"),
    Column("pet", "attribute"),
    Column("debt", "variable"),
]


def understood(*cells: str) -> tuple[str, str]:
    row = RowReader(COLUMNS, PLAN).read(TableRow(2, cells))
    return row.column, row.fault


def test_a_row_says_all_that_its_cells_say() -> None:
    cells = (
        " Ana ",
        "'+57 300 123 4567 | 3001234568",
        "A@B.co",
        "Europe/Madrid",
        "Español",
        "a; b, a",
        "n",
        "Luna",
        "7",
    )
    row = RowReader(COLUMNS, PLAN).read(TableRow(2, cells))
    assert (row.numbers, row.zone) == ([("+573001234567", "mobile"), ("+573001234568", "mobile")], "America/Bogota")
    assert row.fields == {
        "name": "Ana",
        "email": "a@b.co",
        "zone": "Europe/Madrid",
        "language": "es",
        "tags": ["a", "b"],
        "note": "n",
        "attributes": {"pet": "Luna"},
    }
    assert row.variables == {"debt": "7"}


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        (("Ana", ""), "", "no telephone number"),
        (("Ana", "12"), "phone", "too short"),
        (("Ana", "5.73001E+11"), "phone", "a spreadsheet has rounded the number; format the column as text"),
        (("Ana", "3001234567", "x"), "email", "not an e-mail address"),
        (("Ana", "3001234567", "", "Mars"), "zone", "not a time zone, such as America/Bogota"),
        (("Ana", "3001234567", "", "", "klingon"), "language", "not a language of ours: es, en or multi"),
        (("x" * 201, "3001234567"), "name", "longer than 200 letters, or with control characters"),
        (("Ana", "3001234567", "", "", "", "t" * 51), "tags", "a tag is longer than 50 letters, or there are too many"),
        (("Ana", "3001234567", *[""] * 7, "more"), "", "more cells than the header has"),
    ],
)
def test_a_row_that_cannot_be_taken_names_the_column(cells: tuple[str, ...], column: str, reason: str) -> None:
    assert understood(*cells) == (column, reason)


def test_a_number_that_a_spreadsheet_took_for_a_quantity_is_read_when_nothing_is_lost() -> None:
    assert understood("Ana", "3001234567.0") == ("", "")


def test_the_apostrophe_against_formulas_is_not_part_of_the_text() -> None:
    assert [plain("'=1+1"), plain("'hola"), plain(" '+57 ")] == ["=1+1", "'hola", "+57 "[:3]]
