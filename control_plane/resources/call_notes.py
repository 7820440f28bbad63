"""Notes that people write about a call."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from control_plane.core.refusals import unknown
from control_plane.ports.tables import Base, Stamped, Tenanted, Words
from control_plane.ports.tenancy import who
from control_plane.resources.fields import Prose

LONGEST = 5_000
MOST = 500
"""Notes of one call that are shown."""


class CallNote(Tenanted, Stamped, Base):
    """What somebody wants others to know of a call. It is not changed: who errs deletes it and writes another."""

    __tablename__ = "call_notes"
    __table_args__ = (
        Index("ix_call_notes_call_id", "tenant_id", "call_id", "created_at"),
        Index("ix_call_notes_of_call", "call_id"),
    )
    __secret__ = ("text",)

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Words)
    author_kind: Mapped[str]
    author_id: Mapped[str]
    author_name: Mapped[str] = mapped_column(Words)


class CallNoteIn(BaseModel):
    """A note as it is written."""

    model_config = ConfigDict(
        extra="forbid",
        str_strip_whitespace=True,
        json_schema_extra={"examples": [{"text": "Pide que la llamen por la tarde."}]},
    )

    text: Prose = Field(min_length=1, max_length=LONGEST)


class CallNoteOut(BaseModel):
    """A note about a call."""

    id: str
    text: str
    author_kind: str
    author_id: str
    author_name: str
    created_at: float


class CallNoteList(BaseModel):
    """The notes of a call, oldest first."""

    items: list[CallNoteOut]


def of_call(session: Session, call_id: str) -> list[CallNoteOut]:
    """The newest, oldest of them first."""
    mine = select(CallNote).where(CallNote.call_id == call_id)
    found = session.scalars(mine.order_by(CallNote.created_at.desc(), CallNote.id.desc()).limit(MOST)).all()
    return _told(found[::-1])


def add(session: Session, call_id: str, *, data: CallNoteIn) -> CallNoteOut:
    """The call has to be this tenant's: whoever asks has checked."""
    author = who(session)
    note = CallNote(
        call_id=call_id,
        text=data.text,
        author_kind=str(author.kind),
        author_id=author.id,
        author_name=author.name,
    )
    session.add(note)
    session.flush()
    return _told([note])[0]


def remove(session: Session, call_id: str, *, note_id: str) -> None:
    """Refused when the call has no such note."""
    note = session.get(CallNote, note_id)
    if note is None or note.call_id != call_id:
        raise unknown("note")
    session.delete(note)


def _told(notes: Sequence[CallNote]) -> list[CallNoteOut]:
    return [CallNoteOut.model_validate(note, from_attributes=True) for note in notes]
