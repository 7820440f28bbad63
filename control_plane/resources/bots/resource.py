"""Bots as people work with them: made, changed, found."""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused
from control_plane.resources.bots.document import BotDocument, read, stored
from control_plane.resources.bots.tables import KIND, BotRow
from control_plane.resources.fields import Language
from control_plane.resources.numbers import leads_to
from control_plane.resources.resource import Filter, Resource, Rules
from control_plane.resources.slugs import Slug, free_slug
from control_plane.resources.versioned import Versions

Status = Literal["draft", "active", "inactive"]

EXAMPLE: Final[dict[str, Any]] = {
    "slug": "ventas",
    "draft": {
        "name": "Lucía",
        "persona": "Eres Lucía, asesora de ventas de la tienda. Respondes con frases cortas.",
        "language": "es",
        "tools": ["end_call", "transfer_call"],
    },
}


class BotIn(BaseModel):
    """A new bot. In changes, the fields of `draft` that are sent replace those of the draft; the others stay."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    slug: Slug = ""
    """Its name in orders (`bot_id`) and addresses; empty: made from the name."""
    draft: BotDocument = BotDocument()


class BotOut(BaseModel):
    """A bot. Calls use its published version, not the draft."""

    id: str
    slug: str
    name: str
    language: str
    status: Status
    draft: dict[str, Any]
    published_version: int | None
    changed: bool
    """Whether the draft differs from the published version."""
    version: int
    """Of this row: the ETag, not a published version."""
    created_at: float
    updated_at: float


def make(session: Session, data: Any) -> BotRow:
    """The row of a new bot, its slug made of its name when none was given."""
    document: BotDocument = data.draft
    return BotRow(
        slug=free_slug(session, BotRow, given=data.slug, name=document.name),
        name=document.name,
        language=document.language,
        status="draft",
        draft=stored(document),
        published_version=None,
        changed=True,
    )


def _changed(session: Session, row: BotRow, *, fields: dict[str, Any]) -> None:
    if not fields.get("slug", "-"):
        del fields["slug"]
    sent = fields.pop("draft", None)
    if sent is not None:
        fields.update(_redrafted(session, row, sent=sent))


def _redrafted(session: Session, row: BotRow, *, sent: BotDocument) -> dict[str, Any]:
    changes = sent.model_dump(mode="json", include=sent.model_fields_set)
    document = read({**row.draft, **changes})
    draft = stored(document)
    published = row.published_version is not None and Versions(session, KIND, row=row).document(row.published_version)
    return {"draft": draft, "name": document.name, "language": document.language, "changed": draft != published}


def _remove(session: Session, row: BotRow) -> None:
    if numbers := leads_to(session, row.id):
        raise Refused("in_use", f"It answers {', '.join(numbers[:5])}.")


BOT: Final = Resource(
    name="bots",
    one="voice_bot",
    area="bots",
    about="Who talks on the telephone. People work on the draft; calls use the version that was published last.",
    table=BotRow,
    out=BotOut,
    create=BotIn,
    make=make,
    rules=Rules(on_update=lambda session, row, fields: _changed(session, row, fields=fields), on_delete=_remove),
    searched=("name", "slug"),
    filters={
        "status": Filter(kind=Status, where=lambda value: BotRow.status == value),
        "language": Filter(kind=Language, where=lambda value: BotRow.language == value),
        "slug": Filter(kind=Slug, where=lambda value: BotRow.slug == value),
    },
    sorts={"name": BotRow.name, "updated_at": BotRow.updated_at},
    announced=True,
)
