"""Which calls a filter means, as conditions on their table."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, or_

from control_plane.adapters.store.tables import HAS_RECORDING, IS_LIVE, calls
from control_plane.ports.stores import CallFilter


def conditions(wanted: CallFilter) -> Iterator[ColumnElement[bool]]:
    """Those that the call itself answers but for `number`: not its words, not what was summed up after its end."""
    yield calls.c.tenant_id == wanted.tenant_id
    equal = (
        (calls.c.state, wanted.state),
        (calls.c.direction, wanted.direction),
        (calls.c.hangup_cause, wanted.cause),
        (calls.c.bot_id, wanted.bot_id),
    )
    yield from (column == value for column, value in equal if value)
    if wanted.live is not None:
        yield IS_LIVE if wanted.live else ~IS_LIVE
    if wanted.recorded is not None:
        yield HAS_RECORDING if wanted.recorded else ~HAS_RECORDING
    if wanted.since is not None:
        yield calls.c.created_at >= wanted.since
    if wanted.until is not None:
        yield calls.c.created_at < wanted.until


def other_end(number: str) -> tuple[ColumnElement[bool], ...]:
    """Calls with this number at the other end, as conditions of which each has an index. Our own number is at this end
    of them all."""
    return (
        and_(calls.c.to == number, calls.c.direction == "outbound"),
        and_(calls.c.sender == number, calls.c.direction == "inbound"),
    )


def mentions(text: str) -> ColumnElement[bool]:
    """Part of the name, or of either number whatever stands between the digits."""
    found = [calls.c.contact_name.icontains(text, autoescape=True)]
    if digits := digits_of(text):
        found += [calls.c.to.contains(digits, autoescape=True), calls.c.sender.contains(digits, autoescape=True)]
    return or_(*found)


def digits_of(text: str) -> str:
    """Of a text that may be part of a number; else nothing."""
    return "" if any(map(str.isalpha, text)) else "".join(filter(str.isdecimal, text))
