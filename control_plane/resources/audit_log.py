"""Looking into the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import ColumnElement, literal, select, tuple_
from sqlalchemy.orm import Session

from control_plane.resources.audit import AuditEntry
from control_plane.resources.cursor import cursor_after, position_of

ORDER: Final = "-at"


class AuditOut(BaseModel):
    """Something that was done. `before` and `after` are the fields that changed; secrets are told as hidden."""

    id: str
    at: float
    actor_kind: str
    """`user`, `key`, `operator` or `system`."""
    actor_id: str
    actor_name: str
    address: str
    action: str
    resource: str
    row_id: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which entries, the newest first; empty fields do not filter. Times in unix seconds."""

    actor_id: str = ""
    action: str = ""
    resource: str = ""
    row_id: str = ""
    since: float | None = None
    until: float | None = None
    """Before this time."""
    limit: int = 50
    cursor: str = ""


def page(session: Session, query: AuditQuery) -> tuple[Sequence[AuditOut], str]:
    """Some entries, and where the next ones begin; empty at the end. Raises Refused for a strange cursor."""
    wanted = select(AuditEntry).where(*_conditions(query))
    if query.cursor:
        at, entry_id = position_of(query.cursor, ORDER, kind=float)
        wanted = wanted.where(tuple_(AuditEntry.at, AuditEntry.id) < tuple_(literal(at), literal(entry_id)))
    rows = session.scalars(wanted.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(query.limit + 1)).all()
    found = rows[: query.limit]
    more = len(rows) > query.limit
    items = [AuditOut.model_validate(row, from_attributes=True) for row in found]
    return items, cursor_after(ORDER, found[-1].at, row_id=found[-1].id) if more else ""


def _conditions(query: AuditQuery) -> list[ColumnElement[bool]]:
    words = {
        AuditEntry.actor_id: query.actor_id,
        AuditEntry.action: query.action,
        AuditEntry.resource: query.resource,
        AuditEntry.row_id: query.row_id,
    }
    conditions: list[ColumnElement[bool]] = [column == word for column, word in words.items() if word]
    if query.since is not None:
        conditions.append(AuditEntry.at >= query.since)
    if query.until is not None:
        conditions.append(AuditEntry.at < query.until)
    return conditions
