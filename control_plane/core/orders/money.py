"""How amounts of a currency are rounded."""

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

USUAL: Final = 2

MINOR_UNITS: Final = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"), 0
    ),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""Decimal places of a currency's smallest coin, where they are not two: ISO 4217, list one."""

EXACT: Final = Context(prec=50, rounding=ROUND_HALF_UP)
"""Enough digits for any product of a price, a quantity and a rate."""


def minor_units(currency: str) -> int:
    return MINOR_UNITS.get(currency, USUAL)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the currency's smallest coin; a half goes up."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), context=EXACT)
