"""The tables that analytics and the search for calls are answered from: filled after a call has ended, never by it."""

from typing import Final, cast

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Table
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base, Tenanted


class CallFacts(Tenanted, Base):
    """What is counted over the calls of one step of time and one slice: `ports.analytics`."""

    __tablename__ = "call_facts"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    direction: Mapped[str] = mapped_column(primary_key=True)
    """`*` for both."""
    bucket: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """Beginning of the step, unix seconds."""
    key: Mapped[str] = mapped_column(primary_key=True)
    """Which bot, cause, seller or campaign."""
    calls: Mapped[int]
    answered: Mapped[int]
    talked: Mapped[int]
    succeeded: Mapped[int]
    seconds: Mapped[float]
    messages: Mapped[int]
    barge_ins: Mapped[int]
    latencies: Mapped[bytes] = mapped_column(LargeBinary)
    """`core.analytics.histogram`."""


class CallSums(Tenanted, Base):
    """What came of one call that has ended: what lists filter by and cannot read off the call itself."""

    __tablename__ = "call_sums"

    n: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Rises with the beginning of the call (`ports.analytics.number_of`): the order of a list as one number."""
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    talk_s: Mapped[float]
    """From the answer to the end; 0 without an answer."""
    latency_p95_ms: Mapped[float | None]


call_facts: Final = cast(Table, CallFacts.__table__)
call_sums: Final = cast(Table, CallSums.__table__)

Index("uq_call_sums_call_id", call_sums.c.call_id, unique=True)
# Holds all that is filtered by, so that the search reads nothing else.
Index("ix_call_sums_tenant_id", call_sums.c.tenant_id, call_sums.c.n, call_sums.c.talk_s, call_sums.c.latency_p95_ms)
