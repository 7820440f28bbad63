"""What is said of sellers."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from control_plane.resources.fields import E164, Amount, Email, Id, Line, Name, Tags, Zone

Availability = Literal["available", "busy", "away", "off"]
TargetKind = Literal["order", "call", "contact"]
WeekDay = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

CLOCK: Final = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"

Clock = Annotated[str, StringConstraints(pattern=CLOCK)]

Spoken = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
"""A language, `es` or `es-MX`."""

Reference = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{0,64}$")]
"""An id, or nothing."""


def _day(text: str) -> str:
    """Raises ValueError."""
    return date.fromisoformat(text).isoformat()


CalendarDay = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    AfterValidator(_day),
    Field(json_schema_extra={"format": "date"}),
]


class SellerSpan(BaseModel):
    """From one time of the day to another; one that ends before it begins goes on past midnight."""

    model_config = ConfigDict(extra="forbid")

    start: Clock
    end: Clock


class SellerException(BaseModel):
    """A date on which other hours hold; none: it is free."""

    model_config = ConfigDict(extra="forbid")

    date: CalendarDay
    hours: list[SellerSpan] = Field(default=[], max_length=10)


class SellerHours(BaseModel):
    """When somebody works, on the clocks of their zone, or of the tenant's as it is now. Without a week: always."""

    model_config = ConfigDict(extra="forbid")

    zone: Zone | Literal[""] = Field(default="", description="Empty: that of the tenant.")
    week: dict[WeekDay, Annotated[list[SellerSpan], Field(max_length=10)]] = {}
    exceptions: list[SellerException] = Field(default=[], max_length=400)


class SellerIn(BaseModel):
    """A seller as they are entered."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Lucía Fernández",
                    "email": "lucia@example.com",
                    "skills": ["ventas"],
                    "languages": ["es", "en"],
                    "availability": {
                        "zone": "America/Bogota",
                        "week": {"mon": [{"start": "09:00", "end": "18:00"}]},
                    },
                    "max_load": 5,
                }
            ]
        },
    )

    name: Name
    email: Email | Literal[""] = ""
    phone: E164 | Literal[""] = ""
    user_id: Reference = ""
    skills: Tags = []
    languages: list[Spoken] = Field(default=[], max_length=50)
    availability: SellerHours = SellerHours()
    status: Availability = "available"
    max_load: int | None = Field(default=None, ge=1, le=100_000, description="Open work at most; null: no limit.")
    active: bool = True


class SellerOut(SellerIn):
    """A seller."""

    model_config = ConfigDict(json_schema_extra=None)

    last_assigned_at: float | None
    id: str
    version: int
    created_at: float
    updated_at: float


class AssignmentTarget(BaseModel):
    """What is given to a seller."""

    model_config = ConfigDict(extra="forbid")

    kind: TargetKind
    id: Id


class AssignIn(BaseModel):
    """For what a seller is wanted, and who it has to be."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={"examples": [{"skill": "ventas", "for": {"kind": "contact", "id": "c-1"}}]},
    )

    target: AssignmentTarget = Field(alias="for")
    skill: Line = ""
    language: Spoken | Literal[""] = ""
    again: bool = Field(default=False, description="Another one than who has it now; otherwise who has it keeps it.")


class ReleaseIn(BaseModel):
    """What a seller is done with."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={"examples": [{"for": {"kind": "contact", "id": "c-1"}}]},
    )

    target: AssignmentTarget = Field(alias="for")


class AssignmentOut(BaseModel):
    """A seller has something on their hands."""

    id: str
    seller_id: str
    seller_name: str
    kind: TargetKind
    target_id: str
    at: float
    released_at: float | None


class SellerStatusIn(BaseModel):
    """Whether somebody is there."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"status": "busy"}]})

    status: Availability


class SellerLoad(BaseModel):
    """What a seller has on their hands."""

    seller_id: str
    status: Availability
    working: bool
    """Active, and within their hours."""
    assignable: bool
    """Would be given work now."""
    open: int
    by_kind: dict[TargetKind, int]
    max_load: int | None


class SellerMoney(BaseModel):
    """Sold in one currency."""

    currency: str
    orders: int
    total: Amount


class SellerStats(BaseModel):
    """What a seller did between two moments."""

    seller_id: str
    since: float
    until: float
    orders: int
    """Made in that time and theirs, drafts not among them."""
    by_status: dict[str, int]
    sold: list[SellerMoney]
    """Of those orders, what was neither cancelled nor brought back."""
    assignments: int
    released: int
    """Of those assignments, how many are done."""
