"""Imports whose file is on its way: they have a row from the beginning, so that they count and are found again."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused, unknown
from control_plane.ports.tenancy import now, who
from control_plane.resources.contacts.imports import RECEIVING, UNFINISHED, ImportJob, ImportJobOut
from control_plane.resources.contacts.tables import ContactList
from control_plane.resources.tenants import Tenant

MOST: Final = 10
"""Imports of one tenant that have not ended."""

UPLOAD_S: Final = 3600.0
"""A file comes within this time."""

STALE_S: Final = UPLOAD_S + 600.0
"""After it nobody receives it any more: the process that did is gone."""

COMING: Final = (ImportJob.state == RECEIVING) | ((ImportJob.state == "cancelled") & (ImportJob.pieces == 0))
"""Pieces of it may lie there. Who cancels an import does not end its upload."""

CLEARED: Final = -1
"""Pieces of one that was cancelled while it came, when they are gone."""


def reserve(session: Session, job: ImportJob) -> None:
    """Begin to receive. Raises Refused(`unknown_list`, `limit_reached`)."""
    if job.list_id and session.get(ContactList, job.list_id) is None:
        raise unknown("list")
    # Two that come at once count one after the other.
    session.scalars(select(Tenant.id).where(Tenant.id == who(session).tenant_id).with_for_update()).first()
    arriving = COMING & (ImportJob.created_at > now(session) - STALE_S)
    counted = or_(ImportJob.state.in_(UNFINISHED), arriving)
    if (session.scalar(select(func.count(ImportJob.id)).where(counted)) or 0) >= MOST:
        raise Refused("limit_reached", f"{MOST} imports have not ended: wait for one of them, or cancel it.")
    session.add(job)


def received(session: Session, import_id: str, *, size: int, pieces: int) -> ImportJobOut:
    """The file is there as a whole. Raises Refused(`import_ended`) when somebody has cancelled it meanwhile."""
    mine = update(ImportJob).where(ImportJob.id == import_id, ImportJob.state == RECEIVING)
    whole = mine.values(state="waiting", size_bytes=size, pieces=pieces, updated_at=now(session))
    session.execute(whole, execution_options={"summed_up": True, "synchronize_session": False})
    job = session.get(ImportJob, import_id, populate_existing=True)
    if job is None or job.state != "waiting":
        raise Refused("import_ended", "It was cancelled while the file came.")
    return ImportJobOut.model_validate(job)


def forget(session: Session, import_id: str) -> None:
    """Nothing becomes of it: as if it had never been tried, unless somebody has cancelled it. Raises
    Refused(`changed_meanwhile`)."""
    cancelled = update(ImportJob).where(ImportJob.id == import_id, ImportJob.state == "cancelled", COMING)
    session.execute(
        cancelled.values(pieces=CLEARED), execution_options={"summed_up": True, "synchronize_session": False}
    )
    job = session.get(ImportJob, import_id)
    if job is not None and job.state == RECEIVING:
        session.delete(job)


def stale(session: Session, *, before: float, limit: int) -> Sequence[tuple[str, str]]:
    """Across tenants: tenant and id of those that were begun before and never came."""
    left = select(ImportJob.tenant_id, ImportJob.id).where(COMING, ImportJob.created_at < before)
    return [(tenant_id, row_id) for tenant_id, row_id in session.execute(left.order_by(ImportJob.id).limit(limit))]
