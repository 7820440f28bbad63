"""What an order costs."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from control_plane.core.orders.money import minor_units
from control_plane.core.orders.totals import NOTHING, DiscountTooLarge, Item, Totals, line, order

CURRENCIES = st.sampled_from(["MXN", "COP", "CLP", "KWD", "CLF"])
PRICES = st.decimals(min_value=0, max_value=Decimal("999999999999.9999"), places=4)
RATES = st.decimals(min_value=0, max_value=100, places=4)
ITEMS = st.builds(Item, unit_price=PRICES, quantity=st.integers(1, 1_000_000), tax_rate=RATES)


def item(price: str, quantity: int = 1, discount: str = "0", tax_rate: str = "0") -> Item:
    return Item(unit_price=Decimal(price), quantity=quantity, discount=Decimal(discount), tax_rate=Decimal(tax_rate))


def test_a_line_is_its_price_by_its_pieces_less_the_discount_plus_tax() -> None:
    made = line(item("45000.00", 2, "10000", "19"), "COP")
    assert made == Totals(
        subtotal=Decimal("90000.00"), discount=Decimal("10000.00"), tax=Decimal("15200.00"), total=Decimal("95200.00")
    )


def test_each_line_is_rounded_for_itself() -> None:
    pieces = line(item("0.0050", 3), "MXN")
    assert pieces.total == Decimal("0.02"), "0.015"
    assert order([line(item("0.335"), "MXN")] * 3).total == Decimal("1.02"), "three times 0.34"


def test_the_tax_of_a_currency_without_cents_is_whole() -> None:
    assert line(item("990", 1, tax_rate="19"), "CLP").tax == Decimal(188), "188.1"
    assert line(item("50", 1, tax_rate="19"), "CLP").tax == Decimal(10), "9.5"


def test_a_discount_may_take_everything_and_no_more() -> None:
    assert line(item("10", 1, "10", "16"), "MXN").total == 0
    with pytest.raises(DiscountTooLarge):
        line(item("10", 1, "10.01"), "MXN")


def test_nothing_costs_nothing() -> None:
    assert order([]) == Totals(subtotal=NOTHING, discount=NOTHING, tax=NOTHING, total=NOTHING)


@given(st.lists(ITEMS, max_size=20), CURRENCIES, st.data())
def test_the_sums_are_those_of_the_lines_and_never_negative(
    items: list[Item], currency: str, data: st.DataObject
) -> None:
    lines = []
    for each in items:
        most = line(each, currency).subtotal
        off = data.draw(st.decimals(min_value=0, max_value=most, places=minor_units(currency)))
        made = line(
            Item(unit_price=each.unit_price, quantity=each.quantity, tax_rate=each.tax_rate, discount=off), currency
        )
        assert made.total == made.subtotal - made.discount + made.tax
        assert min(made.subtotal, made.discount, made.tax, made.total) >= 0
        lines.append(made)
    whole = order(lines)
    assert whole.total == sum((each.total for each in lines), NOTHING)
    assert whole.total == whole.subtotal - whole.discount + whole.tax
    assert whole.total >= 0
    coin = Decimal(1).scaleb(-minor_units(currency))
    assert all(value % coin == 0 for value in (whole.subtotal, whole.discount, whole.tax, whole.total))


@given(ITEMS, CURRENCIES, PRICES)
def test_more_discount_never_costs_more(item: Item, currency: str, discount: Decimal) -> None:
    full = line(item, currency)
    assume(discount <= full.subtotal - 1)
    less = line(
        Item(unit_price=item.unit_price, quantity=item.quantity, tax_rate=item.tax_rate, discount=discount), currency
    )
    assert less.total <= full.total
