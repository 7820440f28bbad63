"""Tables of the work that survives a crash."""

from typing import Any, Final, cast

from sqlalchemy import JSON, ForeignKey, Index, Table, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base


class RunRow(Base):
    """One row a run: `ports.durable.RunStatus`, and who has it."""

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    queue: Mapped[str]
    state: Mapped[str]
    argument: Mapped[dict[str, Any]]
    result: Mapped[Any] = mapped_column(JSON, nullable=False)
    error: Mapped[str]
    tries: Mapped[int]
    falls: Mapped[int]
    awaits: Mapped[str]
    """Name of the signal that wakes it."""
    node: Mapped[str]
    claim: Mapped[str]
    created_at: Mapped[float]
    due_at: Mapped[float]
    ended_at: Mapped[float | None]


class RunStepRow(Base):
    """What a step of a run came to, or a signal."""

    __tablename__ = "run_steps"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON, nullable=False)


runs: Final = cast(Table, RunRow.__table__)
run_steps: Final = cast(Table, RunStepRow.__table__)

# Written out, not bound: SQLite takes an index with a condition only for a query that shows the same condition.
WAITS: Final = runs.c.state == literal_column("'waiting'")
RUNS: Final = runs.c.state == literal_column("'running'")
LIVES: Final = runs.c.ended_at.is_(None)
HAS_ENDED: Final = runs.c.ended_at.is_not(None)

Index("ix_runs_due", runs.c.kind, runs.c.due_at, sqlite_where=WAITS, postgresql_where=WAITS)
Index("ix_runs_node", runs.c.node, sqlite_where=RUNS, postgresql_where=RUNS)
Index("ix_runs_ended_at", runs.c.ended_at, sqlite_where=HAS_ENDED, postgresql_where=HAS_ENDED)
Index("ix_runs_created_at", runs.c.created_at, runs.c.id)
