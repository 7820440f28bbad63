"""Numbers that must not be called: put on the list, taken off it, looked up."""

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.resources import audit
from control_plane.resources.contacts.contacts import Plans, parsed, plan_of
from control_plane.resources.contacts.schemas import (
    DoNotCallChanged,
    DoNotCallCheck,
    DoNotCallIn,
    DoNotCallOut,
    DoNotCallRemoveIn,
)
from control_plane.resources.contacts.tables import DoNotCall
from control_plane.resources.fields import Line
from control_plane.resources.resource import Filter, Resource

DO_NOT_CALL: Final = Resource(
    name="do-not-call",
    one="do_not_call",
    area="contacts",
    about="Numbers that are never called, whoever asks for it. They stay when a contact is removed or erased.",
    table=DoNotCall,
    out=DoNotCallOut,
    verbs=frozenset({"list", "get"}),
    filters={
        "source": Filter(kind=Line, where=lambda value: DoNotCall.source == value),
        "number": Filter(
            kind=Line,
            where=lambda text: DoNotCall.e164.contains(re.sub(r"\D", "", text)),
            description="Some of its digits.",
        ),
    },
)


def add(session: Session, asked: DoNotCallIn, *, plans: Plans) -> DoNotCallChanged:
    """Raises Refused for what is no number; then none is added."""
    numbers = _numbers(session, asked.numbers, plans=plans)
    known = {row.e164 for row in _rows(session, numbers)}
    for e164 in numbers:
        if e164 not in known:
            session.add(DoNotCall(e164=e164, reason=asked.reason, source=asked.source))
    return DoNotCallChanged(added=len(numbers) - len(known), unchanged=len(known))


def remove(session: Session, asked: DoNotCallRemoveIn, *, plans: Plans) -> DoNotCallChanged:
    """Raises Refused for what is no number. The reason is in the audit log, beside what was removed."""
    numbers = _numbers(session, asked.numbers, plans=plans)
    rows = _rows(session, numbers)
    for row in rows:
        audit.note(session, "allow_calls", resource="do_not_call", row_id=row.id, after={"reason": asked.reason})
        session.delete(row)
    return DoNotCallChanged(removed=len(rows), unchanged=len(numbers) - len(rows))


def check(session: Session, number: str, *, plans: Plans) -> DoNotCallCheck:
    """Raises Refused for what is no number."""
    e164 = parsed(plan_of(session, plans), [number], field="number")[0].e164
    rows = _rows(session, [e164])
    entry = DoNotCallOut.model_validate(rows[0]) if rows else None
    return DoNotCallCheck(e164=e164, may_call=not rows, entry=entry)


def _numbers(session: Session, texts: Sequence[str], *, plans: Plans) -> list[str]:
    return list(dict.fromkeys(number.e164 for number in parsed(plan_of(session, plans), texts)))


def _rows(session: Session, numbers: Sequence[str]) -> Sequence[DoNotCall]:
    return session.scalars(select(DoNotCall).where(DoNotCall.e164.in_(numbers))).all()
