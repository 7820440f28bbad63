"""Table of what calls were like at the caller's ear."""

from typing import Any, Final, cast

from sqlalchemy import ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base, Tenanted


class CallEar(Tenanted, Base):
    """One row a call that was heard: `ports.ears.EarRecord`."""

    __tablename__ = "call_ears"

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    latency_p95_ms: Mapped[float | None]
    latency_max_ms: Mapped[float | None]
    dead_air_ms: Mapped[int]
    talk_over_ms: Mapped[int]
    report: Mapped[dict[str, Any]]


call_ears: Final = cast(Table, CallEar.__table__)
