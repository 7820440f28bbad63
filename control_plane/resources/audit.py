"""The audit log: who changed what, from what to what, and from where."""

from typing import Any, Final

from sqlalchemy import Index
from sqlalchemy import inspect as state_of
from sqlalchemy.orm import Mapped, Session, mapped_column

from control_plane.ports.tables import Base, Stamped, Tenanted, Words, new_id
from control_plane.ports.tenancy import now, who

LONGEST: Final = 500
"""Letters of a text that are kept; what was longer ends in an ellipsis."""

HIDDEN: Final = "(hidden)"

_STAMPS: Final = frozenset({"id", "tenant_id", "created_at", "updated_at", "version"})


class AuditEntry(Tenanted, Base):
    """One change of one row, or one thing that somebody did. Never changed afterwards."""

    __tablename__ = "audit_entries"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[float]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str] = mapped_column(Words)
    address: Mapped[str]
    action: Mapped[str]
    """`create`, `update`, `delete`, or what was done: `login`, `import`."""
    resource: Mapped[str]
    """The table, `products`."""
    row_id: Mapped[str]
    before: Mapped[dict[str, Any]]
    """The changed fields as they were; empty for what is new."""
    after: Mapped[dict[str, Any]]

    __table_args__ = (
        Index("ix_audit_entries_at", "tenant_id", "at", "id"),
        Index("ix_audit_entries_row", "tenant_id", "resource", "row_id", "at"),
    )


def note(session: Session, action: str, *, resource: str, row_id: str = "", **more: dict[str, Any]) -> None:
    """Note what was done; `before` and `after` as far as they help. In the same transaction, so that neither is there
    without the other."""
    actor, at = who(session), now(session)
    session.add(
        AuditEntry(
            id=new_id(at),
            tenant_id=actor.tenant_id,
            at=at,
            actor_kind=str(actor.kind),
            actor_id=actor.id,
            actor_name=actor.name,
            address=actor.address,
            action=action,
            resource=resource,
            row_id=row_id,
            before=more.get("before", {}),
            after=more.get("after", {}),
        )
    )


def watch(session: Session) -> None:
    """Note every change of a row that people see, before it is written. Given to the store of tenants."""
    for row in [row for row in session.new if isinstance(row, Stamped)]:
        _note_row(session, row, action="create")
    for row in [row for row in session.dirty if isinstance(row, Stamped) and session.is_modified(row)]:
        _note_row(session, row, action="update")
    for row in [row for row in session.deleted if isinstance(row, Stamped)]:
        _note_row(session, row, action="delete")


def _note_row(session: Session, row: Any, *, action: str) -> None:
    before, after = changes(row, action)
    note(session, action, resource=row.__tablename__, row_id=row.id, before=before, after=after)


def changes(row: Any, action: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that change, as they were and as they will be. Fields named in the row's `__secret__` are told to have
    changed, not from what to what; those in `__unlisted__` are left out."""
    hidden, unlisted = getattr(row, "__secret__", ()), getattr(row, "__unlisted__", ())
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    state = state_of(row)
    for column in state.mapper.column_attrs:
        name = column.key
        if name in _STAMPS or name in unlisted:
            continue
        history = state.attrs[name].history
        if action == "update" and not history.has_changes():
            continue
        if action != "create":
            old = history.deleted[0] if history.deleted else (history.unchanged[0] if history.unchanged else None)
            before[name] = HIDDEN if name in hidden else _shown(old)
        if action != "delete":
            after[name] = HIDDEN if name in hidden else _shown(getattr(row, name))
    return before, after


def _shown(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
        case dict():
            return {key: _shown(each) for key, each in value.items()}
        case list() | tuple():
            return [_shown(each) for each in value]
        case _:
            return str(value)
