"""What may become of an order, through whom, and when its pieces are taken from the stock."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from control_plane.core.people.principal import Kind, Principal


class Status(StrEnum):
    """Where an order stands."""

    DRAFT = "draft"
    """Being written; nothing is promised."""
    PLACED = "placed"
    CONFIRMED = "confirmed"
    PREPARING = "preparing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    REFUNDED = "refunded"


class By(StrEnum):
    """Who may bring an order from one status to another."""

    ANYONE = "anyone"
    """The gateway itself too: a bot in a call."""
    STAFF = "staff"
    """People and programs that may write orders."""
    LEAD = "lead"
    """Those of them who direct the sellers: money goes back."""


TRANSITIONS: Final[Mapping[tuple[Status, Status], By]] = {
    (Status.DRAFT, Status.PLACED): By.ANYONE,
    (Status.DRAFT, Status.CANCELLED): By.ANYONE,
    (Status.PLACED, Status.CONFIRMED): By.ANYONE,
    (Status.PLACED, Status.CANCELLED): By.ANYONE,
    (Status.CONFIRMED, Status.PREPARING): By.STAFF,
    (Status.CONFIRMED, Status.CANCELLED): By.ANYONE,
    (Status.PREPARING, Status.SHIPPED): By.STAFF,
    (Status.PREPARING, Status.CANCELLED): By.STAFF,
    (Status.SHIPPED, Status.DELIVERED): By.STAFF,
    (Status.SHIPPED, Status.RETURNED): By.STAFF,
    (Status.DELIVERED, Status.RETURNED): By.STAFF,
    (Status.CANCELLED, Status.REFUNDED): By.LEAD,
    (Status.RETURNED, Status.REFUNDED): By.LEAD,
}

HOLDING: Final = frozenset({Status.PLACED, Status.CONFIRMED, Status.PREPARING, Status.SHIPPED, Status.DELIVERED})
"""Its pieces are taken from the stock."""

OPEN: Final = frozenset({Status.PLACED, Status.CONFIRMED, Status.PREPARING, Status.SHIPPED})
"""Somebody still has work with it."""

SOLD: Final = HOLDING
"""What counts as sold."""


def allowed(since: Status) -> tuple[Status, ...]:
    """What can become of it, in the order of the table; empty at the end."""
    return tuple(to for begin, to in TRANSITIONS if begin == since)


def may(who: Principal, *, since: Status, to: Status) -> bool:
    """Whether this one may do it. Raises KeyError for a transition that there is not."""
    by = TRANSITIONS[since, to]
    if who.kind is Kind.SYSTEM:
        return by is By.ANYONE
    lead = by is not By.LEAD or who.may("sellers:write")
    return lead and who.may("orders:write")


def takes_stock(since: Status, to: Status) -> bool:
    return since not in HOLDING and to in HOLDING


def gives_back(since: Status, to: Status) -> bool:
    return since in HOLDING and to not in HOLDING
