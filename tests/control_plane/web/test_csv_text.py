import csv
import io

import pytest

from control_plane.web.csv_text import attached, cell, lines, uncelled


@pytest.mark.parametrize("text", ["=1+1", "+573001234567", "-2", "@cmd", "\tx", "\rx"])
def test_a_text_that_could_be_a_formula_is_guarded_and_comes_back(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert uncelled(cell(text)) == text


@pytest.mark.parametrize(("value", "told"), [(None, ""), (-2, "-2"), (1.5, "1.5"), (True, "True"), ("María", "María")])
def test_other_values_are_told_as_they_are(value: object, told: str) -> None:
    assert cell(value) == told
    assert uncelled(told) == told


def test_an_apostrophe_of_somebody_stays() -> None:
    assert uncelled("'s Gravenhage") == "'s Gravenhage"


def test_lines_are_csv_with_quotes_where_they_are_needed() -> None:
    rows = list(csv.reader(io.StringIO(lines([["a", 'b "c", d'], [None, "=x"]]).decode(), newline="")))
    assert rows == [["a", 'b "c", d'], ["", "'=x"]]


async def test_a_table_is_saved_and_not_kept() -> None:
    response = attached(b"a", filename="calls.csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="calls.csv"'
    assert response.headers["Cache-Control"] == "no-store"
    assert response.content_type == "text/csv; charset=utf-8"
