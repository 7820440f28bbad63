"""The rules of sellers."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused, invalid
from control_plane.core.sellers.hours import Hours
from control_plane.resources import tenants
from control_plane.resources.fields import Line
from control_plane.resources.locks import hold
from control_plane.resources.resource import Filter, Resource, Rules
from control_plane.resources.sellers.assigning import open_work
from control_plane.resources.sellers.schemas import Availability, SellerHours, SellerIn, SellerOut
from control_plane.resources.sellers.tables import Seller


def _created(session: Session, seller: Seller, *, data: SellerIn) -> None:
    seller.availability = _hours(session, data.availability)


def _updated(session: Session, seller: Seller, *, fields: dict[str, Any]) -> None:
    if "availability" in fields:
        fields["availability"] = _hours(session, fields["availability"])


def _hours(session: Session, told: SellerHours) -> dict[str, Any]:
    """With a zone, as far as there are hours: theirs, or the tenant's. Raises Refused when there is neither."""
    zone = told.zone or tenants.own(session).zone
    if not zone and (told.week or told.exceptions):
        raise invalid("availability.zone", "hours need a time zone: this one, or the tenant's in its settings")
    return {**told.model_dump(), "zone": zone}


def _deleted(session: Session, seller: Seller) -> None:
    hold(session, seller)
    if open_work(session, seller.id)[seller.id].total():
        raise Refused("in_use", "They have open work: give it to others first, or switch them off (`active`).")


def at_work(session: Session) -> int:
    """How many of the seen sellers are there now, as their hours and their status tell."""
    at: float = session.info["now"]
    there = select(Seller.availability).where(Seller.active.is_(True), Seller.status == "available")
    return sum(Hours.stored(told).working(at) for told in session.scalars(there))


SELLERS = Resource(
    name="sellers",
    one="seller",
    area="sellers",
    about="Who takes care of orders, calls and contacts: what they can do, and when they are there.",
    table=Seller,
    out=SellerOut,
    create=SellerIn,
    searched=("name", "email", "phone"),
    filters={
        "status": Filter(kind=Availability, where=lambda value: Seller.status == value),
        "active": Filter(kind=bool, where=lambda value: Seller.active == value),
        "user_id": Filter(kind=Line, where=lambda value: Seller.user_id == value),
    },
    sorts={"name": Seller.name, "updated_at": Seller.updated_at},
    rules=Rules(
        on_create=lambda session, row, data: _created(session, row, data=data),
        on_update=lambda session, row, fields: _updated(session, row, fields=fields),
        on_delete=_deleted,
    ),
    announced=True,
)
