"""How figures are written."""

from benchmarks.tables import markdown, number, plain, trio

ROWS = [("calls", "share"), ("1", "2.5"), ("50", "12.5")]


def test_columns_are_aligned_and_the_last_one_is_left_as_it_is() -> None:
    assert plain(ROWS) == "calls  share\n    1  2.5\n   50  12.5"


def test_markdown_has_a_rule_below_its_head() -> None:
    assert markdown(ROWS) == "| calls | share |\n| ---: | ---: |\n| 1 | 2.5 |\n| 50 | 12.5 |"


def test_what_is_not_known_is_a_dash() -> None:
    assert number(None) == "–"
    assert trio({"p50": 1.0, "p95": None, "p99": 2.25}) == "1.0 / – / 2.2"
