"""Imports of contacts: what is kept of each, and what is said about it."""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.resources.fields import Line
from control_plane.resources.resource import Filter, Resource

ImportState = Literal["receiving", "waiting", "running", "done", "failed", "cancelled"]

RECEIVING: Final = "receiving"
"""Its file is on its way."""

UNFINISHED: Final = ("waiting", "running")
"""Its file is there, and not all rows are taken."""


class ImportJob(Tenanted, Stamped, Base):
    """One file that is read. Where it has come to is written with the contacts, in one transaction: whoever goes on
    with it after a crash neither repeats nor leaves out a row."""

    __tablename__ = "import_jobs"
    __table_args__ = (Index("ix_import_jobs_created_at", "tenant_id", "created_at", "id"),)

    file_name: Mapped[str] = mapped_column(Words)
    size_bytes: Mapped[int]
    pieces: Mapped[int]
    """Blobs that hold the file: `imports/<id>/<number>`."""
    list_id: Mapped[str]
    """On which the contacts are put; empty: on none."""
    region: Mapped[str]
    """Of numbers without a prefix; empty: the tenant's."""
    on_duplicate: Mapped[str]
    mapping: Mapped[dict[str, Any]]
    """Columns by their headers, as somebody has said; the others are guessed."""
    consent: Mapped[dict[str, Any]]
    state: Mapped[str]
    position: Mapped[int]
    """Rows of the file that are worked, blank ones among them."""
    total: Mapped[int]
    created: Mapped[int]
    updated: Mapped[int]
    skipped: Mapped[int]
    failed: Mapped[int]
    started_at: Mapped[float | None]
    ended_at: Mapped[float | None]
    error: Mapped[str]

    @property
    def done(self) -> int:
        return self.position

    @property
    def progress(self) -> float:
        if self.state == "done":
            return 1.0
        return round(self.position / self.total, 4) if self.total else 0.0


class ImportFault(Tenanted, Base):
    """A row that could not be taken."""

    __tablename__ = "import_faults"

    import_id: Mapped[str] = mapped_column(ForeignKey("import_jobs.id", ondelete="CASCADE"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    """As spreadsheets count: the header is row 1."""
    column: Mapped[str] = mapped_column(Words)
    reason: Mapped[str]
    cells: Mapped[list[str]]


class ImportJobOut(BaseModel):
    """An import. Rows that are `skipped` would have changed nothing; `progress` is 0 to 1."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    file_name: str
    size_bytes: int
    list_id: str
    on_duplicate: str
    state: str
    total: int
    done: int
    created: int
    updated: int
    skipped: int
    failed: int
    progress: float
    created_at: float
    started_at: float | None
    ended_at: float | None
    error: str
    version: int


IMPORTS: Final = Resource(
    name="imports",
    one="import",
    area="contacts",
    about="Files of contacts that were handed in, and what became of their rows.",
    table=ImportJob,
    out=ImportJobOut,
    verbs=frozenset({"list", "get"}),
    filters={
        "state": Filter(kind=ImportState, where=lambda value: ImportJob.state == value),
        "list_id": Filter(kind=Line, where=lambda value: ImportJob.list_id == value),
    },
)
