"""Deliveries are tried for a day; addresses that fail for days are switched off."""

import pytest

from control_plane.core.outbound.schedule import ATTEMPTS, DELAYS_S, HOPELESS_S
from control_plane.ports.errors import Timeout, Unavailable
from control_plane.ports.outbound import ForbiddenAddress
from control_plane.resources.audit_log import AuditQuery, page
from control_plane.resources.crud import Rows
from control_plane.resources.outbound.announcing import tell
from control_plane.resources.outbound.endpoints import WEBHOOKS
from control_plane.services.outbound.pruning import prune
from tests.houses import ANA, URL, House


async def told(house: House, kind: str = "product.created") -> str:
    """An event with one delivery; its id."""
    before = {each.id for each in await house.deliveries()}
    await house.store.write(ANA, lambda session: tell(session, kind, body={"name": "Añil"}))
    (fresh,) = {each.id for each in await house.deliveries()} - before
    return fresh


async def test_what_is_not_taken_is_tried_ten_times_in_about_a_day(house: House) -> None:
    hook = await house.hook()
    delivery_id = await told(house)
    house.http.status = 503
    state, slept = await house.deliver(delivery_id)
    assert state == "given_up"
    assert len(house.http.got) == ATTEMPTS == len(slept) + 1
    assert all(least <= wait <= least * 1.1 for least, wait in zip(DELAYS_S, slept, strict=True))
    (found,) = await house.deliveries()
    assert (found.attempts, found.status, found.answer, found.took_ms) == (10, 503, "said", 250.0)
    assert found.ended_at is not None
    assert [entry["status"] for entry in found.log] == [503] * 10
    assert {headers["webhook-id"] for _, headers, _ in house.http.got} == {found.event_id}
    assert len({headers["webhook-timestamp"] for _, headers, _ in house.http.got}) == 10
    assert (await house.endpoint(hook.id)).active


@pytest.mark.parametrize(
    ("fault", "state", "error"),
    [
        (Timeout("outbound", "late"), "failed", "timeout"),
        (Unavailable("outbound", "away", code="ConnectError"), "failed", "ConnectError"),
        (ForbiddenAddress("outbound", "no", code="address_not_public"), "given_up", "address_not_public"),
    ],
)
async def test_what_went_wrong_is_kept(house: House, fault: Exception, state: str, error: str) -> None:
    await house.hook()
    delivery_id = await told(house)
    house.http.fault = fault
    left = await house.delivering._attempt(ANA, delivery_id)
    assert (left["state"], left["delay_s"] is None) == (state, state == "given_up")
    (found,) = await house.deliveries()
    assert (found.state, found.error, found.status) == (state, error, None)


async def test_success_ends_the_row_of_failures(house: House) -> None:
    hook = await house.hook()
    delivery_id = await told(house)
    house.http.status = 500
    await house.delivering._attempt(ANA, delivery_id)
    assert (await house.endpoint(hook.id)).failing_since == house.clock.wall()
    house.http.status = 204
    assert (await house.deliver(delivery_id))[0] == "delivered"
    endpoint = await house.endpoint(hook.id)
    assert (endpoint.failing_since, endpoint.version) == (None, 1)


async def test_three_days_of_failures_switch_an_address_off(house: House) -> None:
    hook = await house.hook()
    first, second = await told(house), await told(house)
    house.http.status = 500
    await house.delivering._attempt(ANA, first)
    house.clock.advance(HOPELESS_S)
    await house.delivering._attempt(ANA, second)
    endpoint = await house.endpoint(hook.id)
    assert (endpoint.active, endpoint.disabled_reason) == (False, "failing")
    entries, _ = await house.store.read(ANA, lambda session: page(session, AuditQuery(action="switch_off")))
    assert [(entry.row_id, entry.after) for entry in entries] == [(hook.id, {"reason": "failing"})]
    count = len(house.http.got)
    assert (await house.deliver(second))[0] == "dropped"
    assert len(house.http.got) == count
    assert {each.state for each in await house.deliveries()} == {"failed", "given_up"}


async def test_a_delivery_that_is_done_or_gone_is_not_sent(house: House) -> None:
    await house.hook()
    delivery_id = await told(house)
    assert (await house.deliver(delivery_id))[0] == "delivered"
    assert (await house.deliver(delivery_id))[0] == "dropped"
    assert (await house.deliver("nobody"))[0] == "dropped"
    ((url, _, body),) = house.http.got
    assert url == URL
    assert "Añil".encode() in body


async def test_what_was_told_a_month_ago_is_forgotten(house: House) -> None:
    await house.hook()
    await told(house)
    house.clock.advance(60.0)
    newer = await told(house)
    assert await prune(house.store, before=house.clock.wall() - 30.0) == 1
    assert [each.id for each in await house.deliveries()] == [newer]
    assert len(await house.events()) == 1


async def test_a_webhook_that_is_removed_takes_its_deliveries_along(house: House) -> None:
    hook = await house.hook()
    delivery_id = await told(house)

    await house.store.write(ANA, lambda session: Rows(session, WEBHOOKS).delete(hook.id, version=None))
    assert await house.deliveries() == []
    assert (await house.deliver(delivery_id))[0] == "dropped"
