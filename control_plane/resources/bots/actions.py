"""What is done with a bot beyond changing its draft: published, taken back, switched on and off, copied."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused, invalid
from control_plane.ports.tenancy import Work
from control_plane.resources.bots.document import BotDocument, publishable, read, stored
from control_plane.resources.bots.resource import BOT, BotIn
from control_plane.resources.bots.tables import KIND, BotRow
from control_plane.resources.crud import Rows, check_version
from control_plane.resources.difference import DiffOut, differences
from control_plane.resources.fields import Line
from control_plane.resources.flows import FlowRow
from control_plane.resources.slugs import Slug
from control_plane.resources.versioned import PublishIn, RollbackIn, VersionOut, Versions

Told = tuple[BaseModel, int]
"""What is said of the bot, and the version of its row."""


class BotCloneIn(BaseModel):
    """How the copy is called; what is left out is made of the original's."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Lucía, prueba"}]})

    name: Line = ""
    slug: Slug = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """A bot, as somebody has seen it; `version` None: however it is now."""

    bot_id: str
    version: int | None = None


def publish(which: Which, data: PublishIn) -> Work[VersionOut]:
    """The draft becomes the next version. A bot that had none begins to take calls."""

    def work(session: Session) -> VersionOut:
        row = _found(session, which)
        document = read(row.draft)
        _check(session, document)
        return _put_to_use(session, row, document=document, note=data.note)

    return work


def rollback(which: Which, data: RollbackIn) -> Work[VersionOut]:
    """What an earlier version says becomes the next one; the draft stays as it is."""

    def work(session: Session) -> VersionOut:
        row = _found(session, which)
        document = read(Versions(session, KIND, row=row).find(data.version).document)
        _check(session, document)
        return _put_to_use(session, row, document=document, note=data.note or f"as version {data.version}")

    return work


def switch(which: Which, *, active: bool) -> Work[Told]:
    """Whether it takes calls. Calls that run are not touched."""

    def work(session: Session) -> Told:
        row = _found(session, which)
        if row.published_version is None:
            raise Refused("not_published", "Publish it first.")
        row.status = "active" if active else "inactive"
        session.flush()
        return _told(session, row)

    return work


def clone(which: Which, data: BotCloneIn) -> Work[BaseModel]:
    """A new bot with the same draft, not published."""

    def work(session: Session) -> BaseModel:
        original = _found(session, which)
        name = data.name or f"{original.name} (2)"[:200]
        document = read({**original.draft, "name": name})
        rows = Rows(session, BOT)
        return rows.said(rows.create(BotIn(slug=data.slug, draft=document)))

    return work


def versions(bot_id: str) -> Work[Sequence[VersionOut]]:
    return lambda session: Versions(session, KIND, row=Rows(session, BOT).find(bot_id)).all()


def version(bot_id: str, number: int) -> Work[VersionOut]:
    def work(session: Session) -> VersionOut:
        found = Versions(session, KIND, row=Rows(session, BOT).find(bot_id))
        return found.said(found.find(number), full=True)

    return work


def compared(bot_id: str, before: int | None, *, after: int | None) -> Work[DiffOut]:
    """Between two versions; None: the draft."""

    def work(session: Session) -> DiffOut:
        found = Versions(session, KIND, row=Rows(session, BOT).find(bot_id))
        return DiffOut(items=list(differences(found.document(before), found.document(after))))

    return work


def document(bot_id: str, *, draft: bool) -> Work[BotDocument]:
    """The draft, or what calls use."""

    def work(session: Session) -> BotDocument:
        row = Rows(session, BOT).find(bot_id)
        if not draft and row.published_version is None:
            raise Refused("not_published", "Publish it first, or chat with the draft.")
        return read(Versions(session, KIND, row=row).document(None if draft else row.published_version))

    return work


def exists(bot_id: str) -> Work[str]:
    """Its id. Refused when there is none."""
    return lambda session: str(Rows(session, BOT).find(bot_id).id)


def _found(session: Session, which: Which) -> Any:
    row = Rows(session, BOT).find(which.bot_id)
    check_version(row, which.version)
    return row


def _check(session: Session, document: BotDocument) -> None:
    if faults := publishable(document):
        told = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
        raise Refused("invalid", told, faults=faults)
    if document.flow_id:
        flow = session.get(FlowRow, document.flow_id)
        if flow is None or flow.published_version is None:
            raise invalid("draft.flow_id", "there is no published flow with this id")


def _put_to_use(session: Session, row: BotRow, *, document: BotDocument, note: str) -> VersionOut:
    if row.status == "draft":
        row.status = "active"
    return Versions(session, KIND, row=row).release(stored(document), note=note)


def _told(session: Session, row: BotRow) -> Told:
    return Rows(session, BOT).said(row), row.version
