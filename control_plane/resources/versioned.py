"""Documents that are written as a draft and published as versions, which never change: bots and flows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from control_plane.core.refusals import unknown
from control_plane.ports.tables import Words
from control_plane.ports.tenancy import now, who
from control_plane.resources import audit
from control_plane.resources.fields import Line, Prose


class Drafted:
    """Mixed into the table of what has versions."""

    draft: Mapped[dict[str, Any]]
    """The document as it is being worked on."""
    published_version: Mapped[int | None]
    """The number of the version that is in use; None before the first."""
    changed: Mapped[bool]
    """Whether the draft says something else than that version."""


class Published:
    """Mixed into the table of the versions."""

    number: Mapped[int] = mapped_column(primary_key=True)
    """From 1, within one owner."""
    document: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Words)
    published_at: Mapped[float]
    published_by: Mapped[str] = mapped_column(Words)


class PublishIn(BaseModel):
    """Why it is published."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"note": "Winter opening hours"}]})

    note: Prose = Field(default="", max_length=1000)


class RollbackIn(BaseModel):
    """Which version comes back."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"version": 2, "note": "The new greeting confused people"}]}
    )

    version: int = Field(ge=1, le=1_000_000)
    note: Line = ""


class VersionOut(BaseModel):
    """A published version; `document` is left out of lists."""

    number: int
    note: str
    published_at: float
    published_by: str
    current: bool
    """Whether it is the one in use."""
    document: dict[str, Any] | None = None


class VersionList(BaseModel):
    """All versions, the newest first."""

    items: list[VersionOut]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What has versions: the table of its owners, that of the versions, and by which column these name their owner."""

    one: str
    row: type[Any]
    version: type[Any]
    owner: str

    @property
    def owner_column(self) -> Any:
        return getattr(self.version, self.owner)


class Versions:
    """The versions of one row, within a tenant's session. All methods raise Refused."""

    def __init__(self, session: Session, kind: Kind, *, row: Any) -> None:
        self._session = session
        self._kind = kind
        self._row = row

    def all(self) -> Sequence[VersionOut]:
        kind = self._kind
        found = select(kind.version).where(kind.owner_column == self._row.id).order_by(kind.version.number.desc())
        return [self.said(version) for version in self._session.scalars(found)]

    def find(self, number: int) -> Any:
        """Refused when there is none."""
        version = self._session.get(self._kind.version, (self._row.id, number))
        if version is None:
            raise unknown("version")
        return version

    def document(self, number: int | None) -> dict[str, Any]:
        """What a version says; None: the draft."""
        found: dict[str, Any] = self._row.draft if number is None else self.find(number).document
        return found

    def release(self, document: dict[str, Any], *, note: str) -> VersionOut:
        """Publish the document as the next version, and put it to use."""
        session, kind, row = self._session, self._kind, self._row
        newest = session.scalars(
            select(func.coalesce(func.max(kind.version.number), 0)).where(kind.owner_column == row.id)
        ).one()
        version = kind.version(
            **{kind.owner: row.id},
            number=newest + 1,
            document=document,
            note=note,
            published_at=now(session),
            published_by=who(session).name,
        )
        row.published_version, row.changed = version.number, row.draft != document
        session.add(version)
        audit.note(
            session,
            "publish",
            resource=row.__tablename__,
            row_id=row.id,
            after={"version": version.number, "note": note},
        )
        session.flush()
        return self.said(version, full=True)

    def said(self, version: Any, *, full: bool = False) -> VersionOut:
        return VersionOut(
            number=version.number,
            note=version.note,
            published_at=version.published_at,
            published_by=version.published_by,
            current=version.number == self._row.published_version,
            document=version.document if full else None,
        )
