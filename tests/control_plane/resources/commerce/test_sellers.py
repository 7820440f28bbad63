"""Sellers, their turns and their work, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select

from control_plane.core.people.permissions import Role
from control_plane.core.refusals import Refused
from control_plane.resources.audit import AuditEntry
from control_plane.resources.sellers import work
from control_plane.resources.sellers.resource import SELLERS, at_work
from control_plane.resources.sellers.schemas import AssignmentTarget, SellerHours, SellerLoad
from control_plane.services.business import Change
from control_plane.testing.clock import FakeClock
from tests.shops import A, Shop, somebody

HOUR = 3600.0
ALL_DAY = [{"start": "00:00", "end": "24:00"}]
NEVER = {"zone": "America/Bogota", "exceptions": [], "week": {"mon": []}}
"""Monday alone, and not then either."""


def refused_with(code: str) -> Any:
    return pytest.raises(Refused, check=lambda refused: refused.code == code)


async def load(shop: Shop, seller_id: str) -> SellerLoad:
    return await shop.ask(lambda session: work.load(session, seller_id))


async def change(shop: Shop, seller_id: str, **fields: Any) -> dict[str, Any]:
    wanted = Change(row_id=seller_id, fields=fields, version=None)
    return (await shop.business.update(shop.who, SELLERS, change=wanted))[0].model_dump()


async def test_turns_go_round(shop: Shop) -> None:
    lucia, pedro = await shop.seller("Lucía"), await shop.seller("Pedro")
    given = [(await shop.assign("contact", f"c-{n}")).seller_id for n in range(4)]
    assert given[:2] == given[2:]
    assert set(given) == {lucia, pedro}


async def test_only_who_is_there_is_given_work(shop: Shop) -> None:
    await shop.seller("Away", status="away")
    await shop.seller("Gone", active=False)
    await shop.seller("Asleep", availability=NEVER)
    with refused_with("no_seller_available"):
        await shop.assign("contact", "c-1")
    here = await shop.seller("Here")
    assert (await shop.assign("contact", "c-1")).seller_id == here


async def test_skills_and_languages_are_asked_for(shop: Shop) -> None:
    await shop.seller("Plain")
    able = await shop.seller("Able", skills=["Ventas"], languages=["pt-BR"])
    assert (await shop.assign("contact", "c-1", skill="ventas", language="pt")).seller_id == able
    with refused_with("no_seller_available"):
        await shop.assign("contact", "c-2", skill="legal")


async def test_who_has_it_keeps_it_unless_another_is_asked_for(shop: Shop) -> None:
    await shop.seller("Lucía")
    await shop.seller("Pedro")
    first = await shop.assign("contact", "c-1")
    assert await shop.assign("contact", "c-1") == first
    second = await shop.assign("contact", "c-1", again=True)
    assert second.seller_id != first.seller_id
    assert (await load(shop, first.seller_id)).open == 0
    assert (await load(shop, second.seller_id)).by_kind == {"contact": 1}


async def test_a_seller_with_full_hands_is_free_again_when_work_is_done(shop: Shop) -> None:
    seller = await shop.seller(max_load=1)
    await shop.assign("call", "c-1")
    told = await load(shop, seller)
    assert (told.open, told.working, told.assignable) == (1, True, False)
    with refused_with("no_seller_available"):
        await shop.assign("call", "c-2")
    done = AssignmentTarget(kind="call", id="c-1")
    await shop.act(lambda session: work.release(session, done))
    assert (await shop.assign("call", "c-2")).seller_id == seller
    with refused_with("unknown_assignment"):
        await shop.act(lambda session: work.release(session, done))


async def test_an_order_is_work_until_it_is_delivered(shop: Shop) -> None:
    seller = await shop.seller(skills=["ventas"])
    made = await shop.order((await shop.product(), 1), skill="ventas")
    assert made["seller_id"] == seller
    for status in ("confirmed", "preparing", "shipped"):
        await shop.step(made["id"], status)
        assert (await load(shop, seller)).by_kind == {"order": 1}
    delivered = await shop.step(made["id"], "delivered")
    assert (await load(shop, seller)).open == 0
    assert delivered.seller_id == seller, "it stays theirs"
    with refused_with("conflict"):
        await shop.assign_order(made["id"])


async def test_an_order_that_nobody_can_take_is_placed_all_the_same(shop: Shop) -> None:
    made = await shop.order((await shop.product(), 1), assign=True)
    assert (made["status"], made["seller_id"]) == ("placed", "")


async def test_an_order_goes_to_the_named_seller_or_to_another(shop: Shop) -> None:
    lucia, pedro = await shop.seller("Lucía"), await shop.seller("Pedro", status="off")
    made = await shop.order((await shop.product(), 1), seller_id=lucia)
    assert (await load(shop, lucia)).open == 1
    assert (await shop.assign_order(made["id"], seller_id=pedro)).seller_id == pedro
    assert ((await load(shop, lucia)).open, (await load(shop, pedro)).open) == (0, 1)
    assert (await shop.assign_order(made["id"], seller_id=pedro)).seller_id == pedro
    assert (await shop.assign_order(made["id"])).seller_id == lucia
    assert (await shop.assign("order", made["id"])).seller_id == lucia


async def test_sellers_of_others_are_not_there(shop: Shop, other: Shop) -> None:
    seller = await shop.seller()
    product = await other.product()
    with refused_with("unknown_seller"):
        await other.order((product, 1), seller_id=seller)
    with refused_with("no_seller_available"):
        await other.assign("contact", "c-1")
    with refused_with("unknown_seller"):
        await load(other, seller)
    order = await shop.order((await shop.product(), 1))
    with refused_with("unknown_order"):
        await other.assign("order", order["id"])


async def test_work_is_given_by_those_who_may_write_it(shop: Shop) -> None:
    await shop.seller()
    viewer = Shop(shop.business, somebody("a", Role.VIEWER))
    with refused_with("not_allowed"):
        await viewer.assign("contact", "c-1")
    agent = Shop(shop.business, somebody("a", Role.AGENT))
    assert (await agent.assign("contact", "c-1")).kind == "contact"


async def test_a_seller_says_whether_they_are_there(shop: Shop) -> None:
    seller = await shop.seller(user_id="u7")
    for user_id, allowed in (("u7", True), ("u8", False)):
        agent = Shop(shop.business, somebody("a", Role.AGENT, user_id))
        deed = agent.act(lambda s: work.set_status(s, seller, status="busy", version=None).status)
        if allowed:
            assert await deed == "busy"
            continue
        with refused_with("not_allowed"):
            await deed
    nobody = Shop(shop.business, somebody("a", Role.AGENT, ""))
    stranger = await shop.seller("No user")
    with refused_with("not_allowed"):
        await nobody.act(lambda s: work.set_status(s, stranger, status="off", version=None))
    with refused_with("version_mismatch"):
        await shop.act(lambda s: work.set_status(s, seller, status="off", version=1))


async def test_hours_without_a_zone_are_those_of_the_tenant(shop: Shop) -> None:
    seller = await shop.seller(availability={"week": {"mon": ALL_DAY}})
    said, _ = await shop.business.get(A, SELLERS, row_id=seller)
    assert said.model_dump()["availability"]["zone"] == "America/Bogota"
    hours = SellerHours.model_validate({"zone": "Europe/Madrid", "week": {"tue": ALL_DAY}})
    assert (await change(shop, seller, availability=hours))["availability"]["zone"] == "Europe/Madrid"


async def test_assignments_do_not_disturb_who_edits_a_seller(shop: Shop) -> None:
    seller = await shop.seller()
    await shop.assign("contact", "c-1")
    said, version = await shop.business.get(A, SELLERS, row_id=seller)
    assert version == 1
    assert said.model_dump()["last_assigned_at"] is not None
    noted = await shop.ask(lambda s: s.scalars(select(AuditEntry.after).where(AuditEntry.action == "assign")).one())
    assert (noted["seller_id"], noted["target_id"]) == (seller, "c-1")


async def test_a_seller_with_open_work_is_not_removed(shop: Shop) -> None:
    seller = await shop.seller()
    await shop.assign("contact", "c-1")
    with refused_with("in_use"):
        await shop.business.delete(A, SELLERS, row_id=seller, version=None)
    done = AssignmentTarget(kind="contact", id="c-1")
    await shop.act(lambda session: work.release(session, done))
    await shop.business.delete(A, SELLERS, row_id=seller, version=None)


async def test_their_figures_are_those_of_the_time_that_is_asked_for(shop: Shop, clock: FakeClock) -> None:
    seller = await shop.seller()
    pesos, dollars = await shop.product("S1", stock=None), await shop.product("S2", stock=None, currency="USD")
    began = clock.wall()
    await shop.order((pesos, 1), seller_id=seller)
    clock.advance(HOUR)
    since = clock.wall()
    await shop.order((pesos, 2), seller_id=seller)
    await shop.order((pesos, 3), seller_id=seller)
    await shop.order((dollars, 1), seller_id=seller, currency="USD")
    gone = await shop.order((pesos, 9), seller_id=seller)
    await shop.step(gone["id"], "cancelled")
    await shop.order((pesos, 9), seller_id=seller, place=False)
    until = clock.wall() + 1
    told = (await shop.ask(lambda s: work.stats(s, seller, since=since, until=until))).model_dump(mode="json")
    assert (told["orders"], told["by_status"]) == (4, {"cancelled": 1, "placed": 3})
    assert told["sold"] == [
        {"currency": "COP", "orders": 2, "total": "50.00"},
        {"currency": "USD", "orders": 1, "total": "10.00"},
    ]
    assert (told["assignments"], told["released"]) == (4, 1)
    all_of_it = await shop.ask(lambda s: work.stats(s, seller, since=began, until=until))
    assert all_of_it.orders == 5
    with refused_with("invalid"):
        await shop.ask(lambda s: work.stats(s, seller, since=until, until=since))


async def test_who_is_at_work_is_counted(shop: Shop) -> None:
    await shop.seller("Here")
    await shop.seller("Asleep", availability=NEVER)
    await shop.seller("Busy", status="busy")
    assert await shop.ask(at_work) == 1
