"""The tenant itself: a company with its people, bots and customers, and how it keeps its house."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy.orm import Mapped, Session, mapped_column

from control_plane.core.refusals import unknown
from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.ports.tenancy import who
from control_plane.resources.fields import Currency, Language, Line, Zone


class Tenant(Tenanted, Stamped, Base):
    """One company. Its `id` is its `tenant_id`, so that it sees itself and no other."""

    __tablename__ = "tenants"

    name: Mapped[str] = mapped_column(Words)
    zone: Mapped[str]
    """IANA time zone of its days; empty: the installation's."""
    language: Mapped[str]
    region: Mapped[str]
    """Country that numbers without a prefix belong to; empty: the installation's."""
    currency: Mapped[str]
    status: Mapped[str]
    """`active` or `suspended`."""
    retention: Mapped[dict[str, Any]]
    """Days that things are kept, by kind: see RetentionIn."""
    max_live_calls: Mapped[int] = mapped_column(default=0, server_default="0")
    """In each control plane at once; 0: as many as it takes."""


SHORTEST_AUDIT = 90
"""Days; who may change settings could else remove what they did."""


class Retention(BaseModel):
    """After how many days things are erased; 0: never."""

    model_config = ConfigDict(extra="forbid")

    recordings: int = Field(default=0, ge=0, le=36_500)
    transcripts: int = Field(default=0, ge=0, le=36_500)
    calls: int = Field(default=0, ge=0, le=36_500)
    audit: int = Field(default=0, le=36_500, description="90 at least, or 0.")

    @field_validator("audit")
    @classmethod
    def _keeps_its_witness(cls, days: int) -> int:
        if days and days < SHORTEST_AUDIT:
            raise ValueError(f"0, or {SHORTEST_AUDIT} at least: the log is there for whoever looks later")
        return days


class SettingsOut(BaseModel):
    """How the tenant keeps its house."""

    id: str
    name: str
    zone: str
    language: str
    region: str
    currency: str
    retention: Retention
    max_live_calls: int
    version: int


class SettingsIn(BaseModel):
    """What of it may be changed."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Clínica San Martín", "zone": "America/Bogota", "currency": "COP"}]},
    )

    name: Line = ""
    zone: Zone | Literal[""] = ""
    language: Language = "es"
    region: str = Field(default="", pattern=r"^([A-Z]{2})?$")
    currency: Currency = "USD"
    retention: Retention = Retention()
    max_live_calls: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="Calls at once, in and out; 0: as many as the installation takes. Needs `system:write`.",
    )


def own(session: Session) -> Tenant:
    """The tenant for whom the session works. Raises Refused when it is gone."""
    found = session.get(Tenant, who(session).tenant_id)
    if found is None:
        raise unknown("tenant")
    return found
