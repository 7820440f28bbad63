"""What an order costs: each line rounded for itself, so that the sum on the bill is the sum of what stands above it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from control_plane.core.orders.money import EXACT, rounded

NOTHING: Final = Decimal(0)
PERCENT: Final = Decimal("0.01")


class DiscountTooLarge(ValueError):
    """More than what it is taken from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """So many pieces at a price, less a discount on all of them, and a tax in percent of the rest."""

    unit_price: Decimal
    quantity: int
    discount: Decimal = NOTHING
    tax_rate: Decimal = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Of a line, or of an order: `total` is `subtotal` less `discount` plus `tax`."""

    subtotal: Decimal = NOTHING
    discount: Decimal = NOTHING
    tax: Decimal = NOTHING
    total: Decimal = NOTHING


def line(item: Item, currency: str) -> Totals:
    """Raises DiscountTooLarge."""
    subtotal = rounded(EXACT.multiply(item.unit_price, Decimal(item.quantity)), currency)
    discount = rounded(item.discount, currency)
    if discount > subtotal:
        raise DiscountTooLarge("more than the line costs")
    net = EXACT.subtract(subtotal, discount)
    tax = rounded(EXACT.multiply(EXACT.multiply(net, item.tax_rate), PERCENT), currency)
    return Totals(subtotal=subtotal, discount=discount, tax=tax, total=EXACT.add(net, tax))


def order(lines: Iterable[Totals]) -> Totals:
    """Nothing is rounded here."""
    subtotal = discount = tax = total = NOTHING
    for each in lines:
        subtotal = EXACT.add(subtotal, each.subtotal)
        discount = EXACT.add(discount, each.discount)
        tax = EXACT.add(tax, each.tax)
        total = EXACT.add(total, each.total)
    return Totals(subtotal=subtotal, discount=discount, tax=tax, total=total)
