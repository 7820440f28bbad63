"""Telephone numbers: which one leads to which bot, and with which one a tenant calls."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Index, literal_column, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from control_plane.core.refusals import Refused, invalid
from control_plane.ports.tables import DEFAULT_TENANT, Base, Stamped, Tenanted, Words
from control_plane.ports.tenancy import who
from control_plane.resources.bots.tables import BotRow
from control_plane.resources.fields import E164, Id, Line
from control_plane.resources.resource import Filter, Resource, Rules

_IN_USE = literal_column("active") == literal_column("true")


class NumberRow(Tenanted, Stamped, Base):
    """A telephone number. As long as it is active, nobody else in the installation has it."""

    __tablename__ = "numbers"
    __table_args__ = (
        Index("uq_numbers_e164", "e164", unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE),
        Index("ix_numbers_created_at", "tenant_id", "created_at", "id"),
        Index("ix_numbers_e164", "tenant_id", "e164", "id"),
    )

    e164: Mapped[str]
    carrier: Mapped[str]
    """Empty: the installation's."""
    label: Mapped[str] = mapped_column(Words)
    bot_id: Mapped[str]
    """Who answers; empty: the tenant's standard bot."""
    active: Mapped[bool]


class NumberIn(BaseModel):
    """A telephone number as it is entered."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"e164": "+576015550100", "label": "Recepción", "bot_id": "maria"}]},
    )

    e164: E164
    label: Line = ""
    bot_id: Id | None = None
    """Null: the standard bot of the tenant."""
    carrier: Line = Field(default="", max_length=30, pattern=r"^[a-z]*$")
    active: bool = True


class NumberOut(BaseModel):
    """A telephone number."""

    id: str
    e164: str
    label: str
    bot_id: str
    carrier: str
    active: bool
    version: int
    created_at: float
    updated_at: float


def _make(session: Session, data: Any) -> NumberRow:
    _may_be_taken(session)
    fields = data.model_dump()
    return NumberRow(**{**fields, "bot_id": _answering(session, data.bot_id)})


def _changed(session: Session, row: NumberRow, *, fields: dict[str, Any]) -> None:
    if fields.keys() & {"e164", "carrier", "active"}:
        _may_be_taken(session)
    if "bot_id" in fields:
        fields["bot_id"] = _answering(session, fields["bot_id"])


def _may_be_taken(session: Session) -> None:
    """Numbers are the installation's: whoever runs it says which tenant has which. Raises Refused."""
    asker = who(session)
    if asker.tenant_id != DEFAULT_TENANT and not asker.may("system:write"):
        raise Refused("not_allowed", "Whoever runs the installation assigns its numbers.")


def _answering(session: Session, bot_id: str | None) -> str:
    """The bot's id, by which it can be called. Refused when the tenant has no such bot."""
    if not bot_id:
        return ""
    if session.get(BotRow, bot_id) is None:
        raise invalid("bot_id", "there is no such bot")
    return bot_id


def leads_to(session: Session, bot_id: str) -> list[str]:
    """The numbers that a bot answers."""
    return list(session.scalars(select(NumberRow.e164).where(NumberRow.bot_id == bot_id).order_by(NumberRow.e164)))


NUMBERS = Resource(
    name="numbers",
    one="number",
    area="numbers",
    about="Telephone numbers of the tenant: its bot answers who calls one, and the first one shows when it calls.",
    table=NumberRow,
    out=NumberOut,
    create=NumberIn,
    make=_make,
    rules=Rules(on_update=lambda session, row, fields: _changed(session, row, fields=fields)),
    filters={
        "active": Filter(kind=bool, where=lambda value: NumberRow.active == value),
        "bot_id": Filter(kind=Line, where=lambda value: NumberRow.bot_id == value),
    },
    sorts={"e164": NumberRow.e164},
)
