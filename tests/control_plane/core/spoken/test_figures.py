"""Reading written numbers."""

import re

import pytest

from control_plane.core.spoken.figures import FIGURE, Figure, read


@pytest.mark.parametrize(
    ("written", "whole", "fraction", "mark"),
    [
        ("1,234.56", "1234", "56", "."),
        ("1.234,56", "1234", "56", ","),
        ("1,234,567", "1234567", "", ""),
        ("1.234.567", "1234567", "", ""),
        ("1,234", "1234", "", ""),
        ("1.234", "1234", "", ""),
        ("10 000", "10000", "", ""),
        ("1\u00a0234,5", "1234", "5", ","),
        ("12.5", "12", "5", "."),
        ("12,50", "12", "50", ","),
        ("0.125", "0", "125", "."),
        ("0,125", "0", "125", ","),
        ("1234.567", "1234", "567", "."),
        ("007", "007", "", ""),
    ],
)
def test_the_marks_of_both_countries_are_told_apart(written: str, whole: str, fraction: str, mark: str) -> None:
    assert read(written, point_parts_thousands=True) == Figure(whole=whole, fraction=fraction, mark=mark)


def test_where_points_part_no_thousands_one_begins_decimals() -> None:
    assert read("1.234", point_parts_thousands=False) == Figure(whole="1", fraction="234", mark=".")
    assert read("1,234", point_parts_thousands=False).value == 1234
    assert read("1.234.567", point_parts_thousands=False).value == 1234567


def test_one_is_one_only_without_decimals() -> None:
    assert Figure(whole="1").is_one
    assert not Figure(whole="1", fraction="0", mark=".").is_one


@pytest.mark.parametrize("written", ["1,250", "12", "3.5", "1.234,5", "1 000"])
def test_a_number_is_taken_whole(written: str) -> None:
    found = re.match(FIGURE, f"{written} kg")
    assert found is not None
    assert found[0] == written
