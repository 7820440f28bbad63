"""What the API takes and says about contacts."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from control_plane.resources.fields import Email, Id, Json, Language, Line, Moment, Name, Prose, Tags, Zone

Basis = Literal["express", "legitimate_interest", "contract", "none"]

AnyNumber = Annotated[Line, Field(min_length=1, max_length=40, description="In any way of writing.")]

MOST_NUMBERS = 20


class ConsentIn(BaseModel):
    """On which basis somebody may be called, since when, and where that is written."""

    model_config = ConfigDict(extra="forbid")

    basis: Basis = "none"
    at: Moment | None = None
    source: Line = ""


class ConsentOut(BaseModel):
    """On which basis somebody may be called."""

    basis: str
    at: float | None
    source: str


class ContactNumberIn(BaseModel):
    """A number as it is entered; without a prefix it is of the tenant's region."""

    model_config = ConfigDict(extra="forbid")

    e164: AnyNumber
    label: Line = Field(default="", max_length=50)


class ContactNumberOut(BaseModel):
    """A number as carriers write it."""

    model_config = ConfigDict(from_attributes=True)

    e164: str
    label: str


class ContactIn(BaseModel):
    """A contact as it is entered: with a name, a number or an e-mail at least."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Ana Pérez",
                    "numbers": [{"e164": "+57 300 123 4567", "label": "mobile"}],
                    "email": "ana@example.com",
                    "tags": ["vip"],
                    "consent": {"basis": "express", "at": 1795280075.0, "source": "web form"},
                }
            ]
        },
    )

    name: Line = ""
    numbers: list[ContactNumberIn] = Field(default_factory=list, max_length=MOST_NUMBERS)
    zone: Zone | Literal[""] = Field(default="", description="Empty: what the first number tells.")
    zone_source: Literal["number", "person", "user"] = Field(
        default="user", description="Who said the zone; without a zone of its own it is `number`."
    )
    language: Language | Literal[""] = ""
    email: Email | Literal[""] = ""
    attributes: Json = Field(default_factory=dict)
    tags: Tags = Field(default_factory=list)
    note: Prose = ""
    consent: ConsentIn = Field(default_factory=ConsentIn)


class ContactOut(BaseModel):
    """A contact. `do_not_call` when one of the numbers must not be called; `lists` are ids."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    numbers: list[ContactNumberOut]
    zone: str
    zone_source: str
    language: str
    email: str
    attributes: dict[str, Any]
    tags: list[str]
    note: str
    consent: ConsentOut
    do_not_call: bool
    lists: list[str]
    version: int
    created_at: float
    updated_at: float


class ContactMergeIn(BaseModel):
    """One person who was entered several times: what `others` have goes to `keep`, and they go."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"keep": "0198c1d2-keep", "others": ["0198c1d2-again"]}]},
    )

    keep: Id
    others: list[Id] = Field(min_length=1, max_length=20)


class ContactListIn(BaseModel):
    """A list as it is entered."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Recordatorio de vacunas", "description": "Enero"}]},
    )

    name: Name
    description: Prose = ""


class ContactListOut(ContactListIn):
    """A list; `contacts` says how many there are on it."""

    id: str
    contacts: int
    version: int
    created_at: float
    updated_at: float


class ListMemberIn(BaseModel):
    """Somebody for a list."""

    model_config = ConfigDict(extra="forbid")

    contact_id: Id
    variables: Json = Field(default_factory=dict)


class ListMembersIn(BaseModel):
    """Contacts for a list; of those that are on it the variables are replaced."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"members": [{"contact_id": "0198c1d2", "variables": {"pet": "Luna"}}]}]},
    )

    members: list[ListMemberIn] = Field(min_length=1, max_length=1000)


class ListMembersRemoveIn(BaseModel):
    """Contacts that are to leave a list."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"contact_ids": ["0198c1d2"]}]})

    contact_ids: list[Id] = Field(min_length=1, max_length=1000)


class ListMembersChanged(BaseModel):
    """How many places on the list were made, changed and removed."""

    added: int = 0
    updated: int = 0
    removed: int = 0


class ListMemberOut(BaseModel):
    """A contact on a list."""

    contact: ContactOut
    variables: dict[str, Any]
    added_at: float


class DoNotCallIn(BaseModel):
    """Numbers that must not be called."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"numbers": ["+573001234567"], "reason": "asked for it", "source": "person"}]},
    )

    numbers: list[AnyNumber] = Field(min_length=1, max_length=1000)
    reason: Line = ""
    source: Literal["person", "user", "import", "call"] = "user"


class DoNotCallRemoveIn(BaseModel):
    """Numbers that may be called again, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"numbers": ["+573001234567"], "reason": "new consent in writing"}]},
    )

    numbers: list[AnyNumber] = Field(min_length=1, max_length=1000)
    reason: Name


class DoNotCallOut(BaseModel):
    """A number that must not be called."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    e164: str
    reason: str
    source: str
    created_at: float
    version: int


class DoNotCallChanged(BaseModel):
    """How many numbers were added to the list or removed from it, and how many were there (or not) before."""

    added: int = 0
    removed: int = 0
    unchanged: int = 0


class DoNotCallCheck(BaseModel):
    """Whether a number may be called; `entry` says why not."""

    e164: str
    may_call: bool
    entry: DoNotCallOut | None
