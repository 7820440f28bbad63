"""How orders are numbered."""

from datetime import UTC, datetime

from control_plane.core.orders.number import order_number, year_of


def test_a_number_has_the_year_and_six_digits() -> None:
    assert order_number(2026, 123) == "2026-000123"
    assert order_number(2026, 1_234_567) == "2026-1234567"


def test_the_year_is_that_of_the_tenants_calendar() -> None:
    new_year = datetime(2027, 1, 1, 3, tzinfo=UTC).timestamp()
    assert year_of(new_year, "") == 2027
    assert year_of(new_year, "America/Bogota") == 2026
    assert year_of(new_year, "Asia/Tokyo") == 2027
    assert year_of(new_year, "No/Where") == 2027
