"""The schema of the call path: tables, their keys and indices.

Times are unix seconds as floats, as in the ports. Empty strings stand for "none", as there; keys that are unique only
when present have a partial index.
"""

from typing import Any, Final, cast

from sqlalchemy import ForeignKey, Index, LargeBinary, Table, false, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base, Tenanted, Words


class Call(Tenanted, Base):
    """One row a call: `ports.stores.CallRecord`."""

    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(primary_key=True)
    direction: Mapped[str]
    carrier: Mapped[str]
    sender: Mapped[str]
    to: Mapped[str]
    state: Mapped[str]
    bot_id: Mapped[str]
    created_at: Mapped[float]
    contact_name: Mapped[str] = mapped_column(Words)
    control_id: Mapped[str]
    leg_id: Mapped[str]
    session_id: Mapped[str]
    answered_at: Mapped[float | None]
    ended_at: Mapped[float | None]
    hangup_cause: Mapped[str]
    mode: Mapped[str]
    recording_key: Mapped[str]
    idempotency_key: Mapped[str]
    variables: Mapped[dict[str, Any]]
    # `metadata` is taken by SQLAlchemy's declarative classes, not in the table.
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata")
    machine: Mapped[dict[str, Any]]
    node: Mapped[str] = mapped_column(server_default="")
    counted: Mapped[bool] = mapped_column(server_default=false())
    """Whether it is part of the figures of analytics, and of the search: set once, after its end."""
    bot_version: Mapped[int] = mapped_column(server_default="0")


class CallEvent(Base):
    """The journal: what happened to a call, in order. `ports.stores.JournalEntry`."""

    __tablename__ = "call_events"

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    at: Mapped[float]
    source_id: Mapped[str]


class CallCommand(Base):
    """What is to be told to the carrier, and what became of it. `ports.stores.StoredCommand`."""

    __tablename__ = "call_commands"

    id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    at: Mapped[float]
    state: Mapped[str]
    error: Mapped[str] = mapped_column(Words)


class CallTurn(Tenanted, Base):
    """Who said what. `ports.stores.TurnRecord`."""

    __tablename__ = "call_turns"

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    speaker: Mapped[str]
    text: Mapped[str] = mapped_column(Words)
    heard: Mapped[str] = mapped_column(Words)
    started_at: Mapped[float]
    ended_at: Mapped[float | None]
    interrupted: Mapped[bool]
    timing: Mapped[dict[str, Any]]
    tools: Mapped[list[Any]]
    answer_ms: Mapped[float | None]
    """`total` of the timing: what the overview counts by."""


class Webhook(Base):
    """A webhook as received. `ports.stores.StoredWebhook`; bodies stay as bytes, as they were signed."""

    __tablename__ = "webhooks"

    carrier: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[float]
    worked: Mapped[bool]


calls: Final = cast(Table, Call.__table__)
call_events: Final = cast(Table, CallEvent.__table__)
call_commands: Final = cast(Table, CallCommand.__table__)
call_turns: Final = cast(Table, CallTurn.__table__)
webhooks: Final = cast(Table, Webhook.__table__)

# Written with constants: a planner takes a partial index only when the query repeats its condition word for word.
IS_LIVE: Final = calls.c.state != literal_column("'ended'")
IS_UNCOUNTED: Final = calls.c.counted == literal_column("false")
HAS_RECORDING: Final = calls.c.recording_key != literal_column("''")
IS_PENDING: Final = call_commands.c.state == literal_column("'pending'")
IS_UNWORKED: Final = webhooks.c.worked == literal_column("false")
HAS_KEY: Final = calls.c.idempotency_key != literal_column("''")
HAS_CONTROL_ID: Final = calls.c.control_id != literal_column("''")
HAS_SOURCE: Final = call_events.c.source_id != literal_column("''")


def _partial(name: str, *columns: Any, where: Any, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


Index("ix_calls_created_at", calls.c.created_at, calls.c.id)
Index("ix_calls_tenant_id", calls.c.tenant_id, calls.c.created_at, calls.c.id)
Index("ix_calls_state", calls.c.tenant_id, calls.c.state, calls.c.created_at, calls.c.id)
Index("ix_calls_bot_id", calls.c.tenant_id, calls.c.bot_id, calls.c.created_at, calls.c.id)
Index("ix_calls_hangup_cause", calls.c.tenant_id, calls.c.hangup_cause, calls.c.created_at, calls.c.id)
Index("ix_calls_to", calls.c.tenant_id, calls.c.to, calls.c.created_at, calls.c.id)
Index("ix_calls_sender", calls.c.tenant_id, calls.c.sender, calls.c.created_at, calls.c.id)
Index("ix_call_commands_call_id", call_commands.c.call_id)
# Holds all that a day is counted by, so that the turns themselves need not be looked at.
Index(
    "ix_call_turns_started_at",
    call_turns.c.started_at,
    call_turns.c.speaker,
    call_turns.c.answer_ms,
    call_turns.c.interrupted,
)
Index(
    "ix_call_turns_tenant_id",
    call_turns.c.tenant_id,
    call_turns.c.started_at,
    call_turns.c.speaker,
    call_turns.c.answer_ms,
    call_turns.c.interrupted,
)
_partial("ix_calls_recorded", calls.c.tenant_id, calls.c.created_at, calls.c.id, where=HAS_RECORDING)
_partial("ix_calls_uncounted", calls.c.created_at, calls.c.id, where=IS_UNCOUNTED)
_partial("ix_calls_live", calls.c.created_at, where=IS_LIVE)
_partial("ix_calls_session_id", calls.c.session_id, where=IS_LIVE)
_partial("ix_calls_control_id", calls.c.control_id, where=HAS_CONTROL_ID)
_partial("uq_calls_idempotency_key", calls.c.tenant_id, calls.c.idempotency_key, where=HAS_KEY, unique=True)
_partial("uq_call_events_source_id", call_events.c.source_id, where=HAS_SOURCE, unique=True)
_partial("ix_call_commands_pending", call_commands.c.at, where=IS_PENDING)
_partial("ix_webhooks_unworked", webhooks.c.received_at, where=IS_UNWORKED)
