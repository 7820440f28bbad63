"""What may become of an order."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.orders.machine import (
    HOLDING,
    OPEN,
    TRANSITIONS,
    By,
    Status,
    allowed,
    gives_back,
    may,
    takes_stock,
)
from control_plane.core.people.permissions import PERMISSIONS, Role
from control_plane.core.people.principal import Kind, Principal, system

BOT = system("default", "call")


def of_role(role: Role) -> Principal:
    return Principal(tenant_id="default", kind=Kind.USER, role=role, permissions=PERMISSIONS[role])


AGENT, ADMIN, VIEWER = of_role(Role.AGENT), of_role(Role.ADMIN), of_role(Role.VIEWER)


def test_the_straight_way_leads_from_a_draft_to_the_door() -> None:
    way = [Status.DRAFT, Status.PLACED, Status.CONFIRMED, Status.PREPARING, Status.SHIPPED, Status.DELIVERED]
    assert all(step in TRANSITIONS for step in pairwise(way))


def test_what_can_become_of_an_order_is_told_in_order() -> None:
    assert allowed(Status.PLACED) == (Status.CONFIRMED, Status.CANCELLED)
    assert allowed(Status.REFUNDED) == ()


def test_it_is_cancelled_before_it_leaves_and_returned_after() -> None:
    cancelled = {since for since, to in TRANSITIONS if to is Status.CANCELLED}
    assert cancelled == {Status.DRAFT, Status.PLACED, Status.CONFIRMED, Status.PREPARING}
    assert {since for since, to in TRANSITIONS if to is Status.RETURNED} == {Status.SHIPPED, Status.DELIVERED}


def test_every_status_can_be_reached_and_no_way_leads_back() -> None:
    assert {to for _, to in TRANSITIONS} == set(Status) - {Status.DRAFT}
    order = list(Status)
    assert all(order.index(since) < order.index(to) for since, to in TRANSITIONS)


@given(st.lists(st.sampled_from(Status), max_size=12))
def test_whatever_happens_pieces_are_taken_and_given_back_once_at_most(tried: list[Status]) -> None:
    since, taken, returned = Status.DRAFT, 0, 0
    for to in tried:
        if (since, to) in TRANSITIONS:
            taken += takes_stock(since, to)
            returned += gives_back(since, to)
            since = to
            assert 0 <= taken - returned <= 1
            assert (since in HOLDING) is (taken > returned)
    assert taken <= 1


def test_a_draft_that_is_cancelled_gives_nothing_back() -> None:
    assert not gives_back(Status.DRAFT, Status.CANCELLED)
    assert gives_back(Status.PREPARING, Status.CANCELLED)


def test_a_delivered_order_is_nobodys_work() -> None:
    assert OPEN < HOLDING
    assert Status.DELIVERED not in OPEN


@pytest.mark.parametrize(
    ("since", "to", "who", "may_do"),
    [
        (Status.DRAFT, Status.PLACED, BOT, True),
        (Status.PLACED, Status.CONFIRMED, BOT, True),
        (Status.CONFIRMED, Status.PREPARING, BOT, False),
        (Status.PREPARING, Status.CANCELLED, BOT, False),
        (Status.CONFIRMED, Status.PREPARING, AGENT, True),
        (Status.RETURNED, Status.REFUNDED, AGENT, False),
        (Status.RETURNED, Status.REFUNDED, ADMIN, True),
        (Status.DRAFT, Status.PLACED, VIEWER, False),
    ],
)
def test_who_may_do_what(since: Status, to: Status, who: Principal, may_do: bool) -> None:
    assert may(who, since=since, to=to) is may_do


def test_somebody_who_may_write_no_orders_may_do_nothing() -> None:
    directs = Principal(tenant_id="default", kind=Kind.KEY, permissions=frozenset({"sellers:write"}))
    assert not any(may(directs, since=since, to=to) for since, to in TRANSITIONS)
    assert set(TRANSITIONS.values()) == set(By)


def test_there_is_no_way_that_the_table_does_not_name() -> None:
    with pytest.raises(KeyError):
        may(ADMIN, since=Status.DELIVERED, to=Status.DRAFT)
