"""Flows: planned conversations, as drafts and published versions."""

from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from control_plane.core.flow.document import FORMAT, faults
from control_plane.core.refusals import Fault, Refused
from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.ports.tenancy import Work
from control_plane.resources.bots.tables import BotRow, BotVersion
from control_plane.resources.crud import Rows, Searchable, check_version
from control_plane.resources.fields import Json, Language, Line, Name
from control_plane.resources.resource import Filter, Resource, Rules
from control_plane.resources.slugs import Slug, free_slug
from control_plane.resources.versioned import Drafted, Kind, Published, PublishIn, VersionOut, Versions


class FlowRow(Tenanted, Stamped, Searchable, Drafted, Base):
    """A flow: its draft, and which version of it bots follow."""

    __tablename__ = "flows"
    __table_args__ = (
        Index("uq_flows_slug", "tenant_id", "slug", unique=True),
        Index("ix_flows_created_at", "tenant_id", "created_at", "id"),
        Index("ix_flows_name", "tenant_id", "name", "id"),
    )

    slug: Mapped[str]
    name: Mapped[str] = mapped_column(Words)
    language: Mapped[str]
    status: Mapped[str]
    """`draft` before the first version, then `published`."""


class FlowVersion(Tenanted, Published, Base):
    """A flow as it was published."""

    __tablename__ = "flow_versions"

    flow_id: Mapped[str] = mapped_column(ForeignKey("flows.id", ondelete="CASCADE"), primary_key=True, sort_order=-1)


KIND: Final = Kind(one="flow", row=FlowRow, version=FlowVersion, owner="flow_id")

EXAMPLE: Final[dict[str, Any]] = {
    "name": "Menú de bienvenida",
    "draft": {
        "start": "hello",
        "nodes": [
            {"id": "hello", "kind": "say", "text": "Gracias por llamar.", "edges": [{"to": "bye"}]},
            {"id": "bye", "kind": "hangup"},
        ],
    },
}


class FlowIn(BaseModel):
    """A flow as it is entered. The draft may be incomplete; see its faults with `validate`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    name: Name
    language: Language = "es"
    slug: Slug = ""
    """Its name in addresses; empty: made from the name."""
    draft: Json = {}


class FlowOut(BaseModel):
    """A flow. Bots follow its published version, not the draft."""

    id: str
    slug: str
    name: str
    language: str
    status: Literal["draft", "published"]
    draft: dict[str, Any]
    published_version: int | None
    changed: bool
    version: int
    """Of this row: the ETag, not a published version."""
    created_at: float
    updated_at: float


class FlowFaultOut(BaseModel):
    """What is wrong with one field of the draft."""

    field: str
    message: str


class FlowChecked(BaseModel):
    """Whether the draft could be published, and what keeps it from that."""

    valid: bool
    errors: list[FlowFaultOut]


class FlowFile(BaseModel):
    """A flow outside of an installation."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"format": FORMAT, **EXAMPLE}]})

    format: Literal[1] = Field(description="Of this file; other numbers are of other versions of the program.")
    name: Name
    language: Language = "es"
    draft: Json


class FlowDuplicateIn(BaseModel):
    """How the copy is called; empty: like the original, with (2) behind it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Menú de verano"}]})

    name: Line = ""


def _make(session: Session, data: Any) -> FlowRow:
    return FlowRow(
        slug=free_slug(session, FlowRow, given=data.slug, name=data.name),
        name=data.name,
        language=data.language,
        status="draft",
        draft=data.draft,
        published_version=None,
        changed=True,
    )


def _changed(session: Session, row: FlowRow, *, fields: dict[str, Any]) -> None:
    if not fields.get("slug", "-"):
        del fields["slug"]
    if "draft" in fields:
        published = row.published_version and Versions(session, KIND, row=row).document(row.published_version)
        fields["changed"] = fields["draft"] != published


def _remove(session: Session, row: FlowRow) -> None:
    if followers := [bot.name for bot in session.scalars(select(BotRow)) if row.id in _flows_of(session, bot)]:
        raise Refused("in_use", f"It is followed by {', '.join(followers[:5])}.")


def _flows_of(session: Session, bot: BotRow) -> set[str]:
    """Those that its draft and its published version name."""
    published = session.get(BotVersion, (bot.id, bot.published_version)) if bot.published_version else None
    documents = [bot.draft, published.document if published else {}]
    return {str(document.get("flow_id", "")) for document in documents}


FLOWS: Final = Resource(
    name="flows",
    one="flow",
    area="flows",
    about="Planned conversations: menus, appointments, surveys. Checked in structure; calls do not follow them yet.",
    table=FlowRow,
    out=FlowOut,
    create=FlowIn,
    make=_make,
    rules=Rules(on_update=lambda session, row, fields: _changed(session, row, fields=fields), on_delete=_remove),
    searched=("name", "slug"),
    filters={
        "status": Filter(kind=Literal["draft", "published"], where=lambda value: FlowRow.status == value),
        "language": Filter(kind=Language, where=lambda value: FlowRow.language == value),
    },
    sorts={"name": FlowRow.name, "updated_at": FlowRow.updated_at},
)


def checked(flow_id: str) -> Work[FlowChecked]:
    """What is wrong with the draft."""

    def work(session: Session) -> FlowChecked:
        found = faults(Rows(session, FLOWS).find(flow_id).draft)
        return FlowChecked(
            valid=not found, errors=[FlowFaultOut(field=each.field, message=each.message) for each in found]
        )

    return work


def publish(flow_id: str, data: PublishIn, *, version: int | None) -> Work[VersionOut]:
    """The draft becomes the next version. Refused with the path of each fault when it is no flow."""

    def work(session: Session) -> VersionOut:
        row = Rows(session, FLOWS).find(flow_id)
        check_version(row, version)
        if found := faults(row.draft):
            told = tuple(Fault(f"draft.{each.field}", each.message) for each in found)
            raise Refused("invalid", f"The flow has {len(told)} faults.", faults=told)
        row.status = "published"
        return Versions(session, KIND, row=row).release(row.draft, note=data.note)

    return work


def duplicate(flow_id: str, data: FlowDuplicateIn) -> Work[BaseModel]:
    """A new flow with the same draft, not published."""

    def work(session: Session) -> BaseModel:
        rows = Rows(session, FLOWS)
        row = rows.find(flow_id)
        name = data.name or f"{row.name[:190]} (2)"
        return rows.said(rows.create(FlowIn(name=name, language=row.language, draft=row.draft)))

    return work


def exported(flow_id: str) -> Work[FlowFile]:
    """The draft, as it can be imported elsewhere."""

    def work(session: Session) -> FlowFile:
        row = Rows(session, FLOWS).find(flow_id)
        return FlowFile(format=FORMAT, name=row.name, language=row.language, draft=row.draft)

    return work


def imported(data: FlowFile) -> Work[BaseModel]:
    """A new flow, not published."""

    def work(session: Session) -> BaseModel:
        rows = Rows(session, FLOWS)
        return rows.said(rows.create(FlowIn(name=data.name, language=data.language, draft=data.draft)))

    return work


def versions(flow_id: str) -> Work[Sequence[VersionOut]]:
    return lambda session: Versions(session, KIND, row=Rows(session, FLOWS).find(flow_id)).all()


def version(flow_id: str, number: int) -> Work[VersionOut]:
    def work(session: Session) -> VersionOut:
        found = Versions(session, KIND, row=Rows(session, FLOWS).find(flow_id))
        return found.said(found.find(number), full=True)

    return work
