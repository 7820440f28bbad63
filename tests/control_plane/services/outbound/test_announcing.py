"""What happens is written down in the transaction that makes it happen."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused
from control_plane.resources.crud import Rows
from control_plane.resources.outbound.announcing import tell
from control_plane.resources.products.resource import PRODUCTS
from tests.houses import ANA, House

assert PRODUCTS.create is not None


def product(session: Session, sku: str = "S1") -> Any:
    data = PRODUCTS.create(sku=sku, name="Vacuna", price=Decimal("1.5"), currency="COP")  # type: ignore[misc]
    return Rows(session, PRODUCTS).create(data)


async def test_what_changes_several_times_in_a_transaction_is_told_once_as_it_is_in_the_end(house: House) -> None:
    await house.hook("product.*")
    rung: list[int] = []
    house.announcer.ring = lambda: rung.append(1)

    def work(session: Session) -> None:
        row = product(session)
        for name in ("Segunda", "Tercera"):
            Rows(session, PRODUCTS).update(row.id, {"name": name}, version=None)

    await house.store.write(ANA, work)
    ((kind, body),) = await house.events()
    assert (kind, body["name"], body["version"]) == ("product.created", "Tercera", 3)
    assert rung


async def test_each_endpoint_that_wants_it_gets_a_delivery_of_the_one_event(house: House) -> None:
    wanting = [await house.hook("product.created"), await house.hook("*")]
    await house.hook("order.*")
    await house.store.write(ANA, lambda session: product(session).id)
    found = await house.deliveries()
    assert sorted(each.endpoint_id for each in found) == sorted(each.id for each in wanting)
    assert len({each.event_id for each in found}) == 1
    assert all((each.state, each.begun, each.attempts) == ("pending", False, 0) for each in found)


async def test_what_fails_in_the_end_leaves_nothing_to_tell(house: House) -> None:
    await house.hook("*")

    def work(session: Session) -> None:
        product(session)
        raise Refused("conflict")

    with pytest.raises(Refused):
        await house.store.write(ANA, work)
    assert await house.events() == []


async def test_what_is_no_row_is_told_when_somebody_wants_to_know(house: House) -> None:
    assert not await house.store.write(ANA, lambda session: tell(session, "order.paid", body={"a": 1}))
    await house.hook("*")
    assert await house.store.write(ANA, lambda session: tell(session, "order.paid", body={"a": 1}, event_id="once"))
    assert await house.events() == [("order.paid", {"a": 1})]
    with pytest.raises(Refused, match="unique"):
        await house.store.write(ANA, lambda session: tell(session, "order.paid", body={"a": 1}, event_id="once"))
