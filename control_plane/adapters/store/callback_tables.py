"""Table of callers who are to be called back."""

from typing import Final, cast

from sqlalchemy import Index, Table
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base


class CallbackRow(Base):
    """One row an unanswered call: `ports.callbacks.Callback`."""

    __tablename__ = "callbacks"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[float]
    sender: Mapped[str]
    to: Mapped[str]
    call_sid: Mapped[str]
    carrier: Mapped[str]
    done_at: Mapped[float | None]


callbacks: Final = cast(Table, CallbackRow.__table__)

IS_OPEN: Final = callbacks.c.done_at.is_(None)

Index("ix_callbacks_at", callbacks.c.at, callbacks.c.id)
Index("ix_callbacks_open", callbacks.c.at, callbacks.c.id, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
