"""Numbers that go up by one, for each tenant by itself: without gaps, and never given twice."""

from typing import Any, Final

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from control_plane.ports.tables import Base, Tenanted
from control_plane.ports.tenancy import who


class Counter(Tenanted, Base):
    """How far one of them has come."""

    __tablename__ = "counters"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


_INSERT: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def next_number(session: Session, name: str) -> int:
    """The next one, from 1 on. Whoever else asks for one of this name waits until this transaction ends; when it fails,
    the number was never given."""
    counting = _INSERT[session.get_bind().dialect.name](Counter)
    counting = counting.on_conflict_do_update(
        index_elements=[Counter.tenant_id, Counter.name], set_={"value": Counter.value + 1}
    ).returning(Counter.value)
    first = {"tenant_id": who(session).tenant_id, "name": name, "value": 1}
    value: int = session.execute(counting, first).scalar_one()
    return value
