"""How amounts of a currency are rounded."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.orders.money import MINOR_UNITS, minor_units, rounded

AMOUNTS = st.decimals(min_value=0, max_value=10**18, places=8)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("12.345", "MXN", "12.35"),
        ("12.344999", "MXN", "12.34"),
        ("0.005", "USD", "0.01"),
        ("2.5", "CLP", "3"),
        ("3.5", "CLP", "4"),
        ("1499.50", "PYG", "1500"),
        ("1.0005", "KWD", "1.001"),
        ("7", "COP", "7.00"),
        ("38000.12345", "CLF", "38000.1235"),
    ],
)
def test_a_half_goes_up_to_the_smallest_coin(amount: str, currency: str, expected: str) -> None:
    assert str(rounded(Decimal(amount), currency)) == expected


def test_a_currency_has_two_places_unless_the_table_says_otherwise() -> None:
    assert [minor_units(code) for code in ("MXN", "COP", "PEN", "CLP", "JPY", "TND")] == [2, 2, 2, 0, 0, 3]
    assert set(MINOR_UNITS.values()) == {0, 3, 4}
    assert all(len(code) == 3 and code.isupper() for code in MINOR_UNITS)


@given(AMOUNTS, st.sampled_from(["MXN", "CLP", "KWD", "CLF"]))
def test_rounding_moves_an_amount_by_half_a_coin_at_most(amount: Decimal, currency: str) -> None:
    coin = Decimal(1).scaleb(-minor_units(currency))
    done = rounded(amount, currency)
    assert abs(done - amount) <= coin / 2
    assert done % coin == 0
    assert rounded(done, currency) == done


def test_what_others_set_for_their_decimals_does_not_matter() -> None:
    with localcontext() as theirs:
        theirs.prec = 3
        assert rounded(Decimal("123456.785"), "MXN") == Decimal("123456.79")
