"""The types that fields of the API have in common, with their limits."""

import math
import re
import zoneinfo
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints, WithJsonSchema

_UNSTORABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and the ends of lines, and halves of characters: no database and no voice takes them."""

ID_PATTERN: Final = r"^[0-9A-Za-z_-]{1,64}$"

_MONEY: Final = r"^\d{1,12}(\.\d{1,4})?$"


def printable(text: str) -> str:
    """Raises ValueError."""
    if not text.isprintable():
        raise ValueError("control characters are not taken")
    return text


def storable(value: Any) -> Any:
    """Any JSON value, to its depth. Raises ValueError."""
    left = [value]
    while left:
        match left.pop():
            case str(text) if _UNSTORABLE.search(text):
                raise ValueError("control characters are not taken")
            case float(number) if not math.isfinite(number):
                raise ValueError("numbers have to be finite")
            case dict(members):
                left += [*members.keys(), *members.values()]
            case list(items):
                left += items
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("not a time zone of the IANA list, such as America/Mexico_City")
    return name


def _amount(value: Any) -> Any:
    """As text: what a number of JSON means is not what somebody typed."""
    if isinstance(value, Decimal):
        value = f"{value:f}"
    if not isinstance(value, str) or not re.match(_MONEY, value):
        raise ValueError('a decimal in quotation marks, such as "12.50"')
    return value


def _money_text(value: Decimal) -> str:
    """With two places at least, as people write prices."""
    whole, _, places = f"{value:.4f}".partition(".")
    return f"{whole}.{places[:2]}{places[2:].rstrip('0')}"


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(printable)]
"""One line of text, up to 200 characters; may be empty."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(printable)]
"""One line of text that says something."""

Prose = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(storable)]
"""Text of several lines."""

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
    AfterValidator(printable),
]

E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{6,14}$")]
"""A telephone number as carriers write it: `+573001234567`."""

Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]

Language = Annotated[str, StringConstraints(pattern=r"^(es|en|multi)$")]

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""

Amount = Annotated[
    Decimal,
    BeforeValidator(_amount, json_schema_input_type=str),
    PlainSerializer(_money_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _MONEY, "examples": ["12.50"]}),
]
"""An amount of money that is not negative, as decimal text."""

Json = Annotated[dict[str, Any], AfterValidator(storable)]
"""Any JSON object."""

Moment = Annotated[float, Field(ge=0, lt=32_503_680_000, description="Unix seconds.")]

Tags = Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=50)]], Field(max_length=50)]
