"""The course of an import: begun, taken portion by portion in one transaction each, ended."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused
from control_plane.ports.tenancy import now
from control_plane.resources import audit
from control_plane.resources.contacts.import_portion import Portion, ReadRow
from control_plane.resources.contacts.imports import RECEIVING, UNFINISHED, ImportFault, ImportJob
from control_plane.resources.contacts.tables import ContactList
from control_plane.resources.outbound.announcing import say_nothing, tell
from control_plane.resources.outbound.kinds import CONTACTS_IMPORTED, ImportedTold


def take(session: Session, import_id: str, *, start: int, stop: int, rows: Sequence[ReadRow]) -> int:
    """Take what stands from `start` to before `stop`; where the import is now.

    Any other answer than `stop` means that somebody else was here: another process, or who has cancelled it (-1).
    """
    job = session.scalars(select(ImportJob).where(ImportJob.id == import_id).with_for_update()).first()
    if job is None or job.state not in UNFINISHED:
        return -1
    if job.position != start:
        return job.position
    say_nothing(session)  # the end of the import is told, once for all rows
    portion = Portion(session, job)
    for row in rows:
        portion.add(row)
    portion.write()
    tally = portion.tally
    counts = {
        "created": job.created + tally.created,
        "updated": job.updated + tally.updated,
        "skipped": job.skipped + tally.skipped,
        "failed": job.failed + tally.failed,
    }
    change = update(ImportJob).where(ImportJob.id == import_id)
    session.execute(
        change.values(position=stop, updated_at=now(session), **counts), execution_options={"summed_up": True}
    )
    return stop


def begin(session: Session, import_id: str, *, total: int) -> int:
    """Where to go on; -1 when it has ended."""
    job = session.get(ImportJob, import_id)
    if job is None or job.state not in UNFINISHED:
        return -1
    if job.list_id and session.get(ContactList, job.list_id) is None:
        end(session, import_id, state="failed", error="unknown_list")
        return -1
    if job.state == "waiting":
        job.state, job.total, job.started_at = "running", total, now(session)
    return job.position


def end(session: Session, import_id: str, *, state: str, error: str = "") -> bool:
    """Whether it had not ended before."""
    job = session.get(ImportJob, import_id)
    if job is None or job.state not in (RECEIVING, *UNFINISHED):
        return False
    job.state, job.error, job.ended_at = state, error, now(session)
    counts = {name: getattr(job, name) for name in ("created", "updated", "skipped", "failed")}
    audit.note(session, "import", resource="contacts", row_id=import_id, after={"state": state, **counts})
    tell(session, CONTACTS_IMPORTED, body=ImportedTold.of(job).model_dump())
    return True


def cancel(session: Session, import_id: str) -> ImportJob:
    """Raises Refused when there is none, or it has ended."""
    job = session.get(ImportJob, import_id)
    if job is None:
        raise Refused("unknown_import", "No import has this id.")
    if not end(session, import_id, state="cancelled"):
        raise Refused("import_ended", "There is nothing left to cancel.")
    session.flush()
    return job


def faults(session: Session, import_id: str, *, after: int, limit: int = 500) -> list[tuple[int, str, str, list[str]]]:
    """Rows that were not taken, in the order of the file."""
    wanted = (
        select(ImportFault)
        .where(ImportFault.import_id == import_id, ImportFault.row > after)
        .order_by(ImportFault.row)
        .limit(limit)
    )
    return [(each.row, each.column, each.reason, each.cells) for each in session.scalars(wanted)]
