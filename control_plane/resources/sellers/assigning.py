"""Who is given what: turns go round among those who are there."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused, unknown
from control_plane.core.sellers.choice import Candidate, Wanted, folded, next_of
from control_plane.core.sellers.hours import Hours
from control_plane.ports.tables import new_id
from control_plane.ports.tenancy import now, who
from control_plane.resources import audit
from control_plane.resources.counters import next_number
from control_plane.resources.sellers.schemas import AssignmentOut
from control_plane.resources.sellers.tables import Assignment, Seller

TURNS: Final = "assignments"
"""The counter whose holder chooses: one at a time in a tenant, so that each sees what the one before chose."""

_NOTED: Final = {"summed_up": True, "synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Target:
    """What is given to somebody."""

    kind: str
    id: str


def choose(session: Session, target: Target, *, wanted: Wanted, keep: bool = False) -> AssignmentOut:
    """Give it to the one whose turn it is: another than has it now, or with `keep` to nobody else. Raises Refused when
    nobody can take it."""
    chosen = try_choose(session, target, wanted=wanted, keep=keep)
    if chosen is None:
        raise Refused("no_seller_available", "Nobody who could is there, or has a hand free.")
    return chosen


def try_choose(session: Session, target: Target, *, wanted: Wanted, keep: bool = False) -> AssignmentOut | None:
    """The same; None when nobody can take it, and nothing is changed."""
    turn = next_number(session, TURNS)  # first: who has it is certain only for whoever holds the counter
    holder = current(session, target)
    if holder is not None and keep:
        return said(session, holder)
    if holder is not None:
        wanted = replace(wanted, but=holder.seller_id)
    chosen = next_of(candidates(session), wanted)
    return None if chosen is None else _write(session, target, seller_id=chosen.id, turn=turn)


def give(session: Session, target: Target, *, seller_id: str) -> AssignmentOut:
    """To this seller, there or not, who loses a turn for it. Raises Refused."""
    known(session, seller_id)
    turn = next_number(session, TURNS)
    holder = current(session, target)
    if holder is not None and holder.seller_id == seller_id:
        return said(session, holder)
    return _write(session, target, seller_id=seller_id, turn=turn)


def current(session: Session, target: Target) -> Assignment | None:
    """Who has it now."""
    held = select(Assignment).where(
        Assignment.kind == target.kind, Assignment.target_id == target.id, Assignment.released_at.is_(None)
    )
    return session.scalars(held).one_or_none()


def release(session: Session, target: Target) -> bool:
    """It is done; False when nobody had it."""
    held = current(session, target)
    if held is not None:
        held.released_at = now(session)
        session.flush()
    return held is not None


def known(session: Session, seller_id: str) -> Seller:
    """An active seller. Raises Refused."""
    seller = session.get(Seller, seller_id)
    if seller is None:
        raise unknown("seller")
    if not seller.active:
        raise Refused("no_seller_available", f"{seller.name} does not work here any more.")
    return seller


def said(session: Session, assignment: Assignment) -> AssignmentOut:
    seller = session.get(Seller, assignment.seller_id)
    return AssignmentOut(
        id=assignment.id,
        seller_id=assignment.seller_id,
        seller_name=seller.name if seller else "",
        kind=assignment.kind,
        target_id=assignment.target_id,
        at=assignment.at,
        released_at=assignment.released_at,
    )


def candidates(session: Session) -> Iterator[Candidate]:
    """Those who are there now."""
    loads = open_work(session)
    there = select(Seller).where(Seller.active.is_(True), Seller.status == "available")
    for seller in session.scalars(there.execution_options(populate_existing=True)):
        if works(seller, at=now(session)):
            yield Candidate(
                id=seller.id,
                turn=seller.turn,
                load=loads[seller.id].total(),
                max_load=seller.max_load,
                skills=folded(seller.skills),
                languages=folded(seller.languages),
            )


def works(seller: Seller, *, at: float) -> bool:
    """Active, and within their hours."""
    return seller.active and Hours.stored(seller.availability).working(at)


def open_work(session: Session, seller_id: str = "") -> Mapping[str, Counter[str]]:
    """How much of each kind by seller; of one of them only, when named."""
    counted = select(Assignment.seller_id, Assignment.kind, func.count()).where(Assignment.released_at.is_(None))
    if seller_id:
        counted = counted.where(Assignment.seller_id == seller_id)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for seller, kind, count in session.execute(counted.group_by(Assignment.seller_id, Assignment.kind)):
        found[seller][kind] = count
    return found


def _write(session: Session, target: Target, *, seller_id: str, turn: int) -> AssignmentOut:
    at = now(session)
    release(session, target)
    made = Assignment(id=new_id(at), seller_id=seller_id, kind=target.kind, target_id=target.id, at=at)
    session.add(made)
    served = update(Seller).where(Seller.id == seller_id).values(turn=turn, last_assigned_at=at)
    session.execute(served, execution_options=_NOTED)
    to = {"seller_id": seller_id, "kind": target.kind, "target_id": target.id, "by": who(session).name}
    audit.note(session, "assign", resource="sellers", row_id=seller_id, after=to)
    session.flush()
    return said(session, made)
