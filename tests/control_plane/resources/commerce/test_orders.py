"""Orders and what becomes of them, on both databases."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from control_plane.core.people.permissions import Role
from control_plane.core.people.principal import system
from control_plane.core.refusals import Refused
from control_plane.resources.audit import AuditEntry
from control_plane.resources.contacts.tables import Contact
from control_plane.resources.crud import Query
from control_plane.resources.orders import flow, of_contact
from control_plane.resources.orders.resource import ORDERS
from control_plane.resources.orders.schemas import OrderCustomer, OrderLineIn, TransitionIn
from control_plane.resources.orders.tables import Order, OrderEvent, OrderLine
from control_plane.resources.products import Product
from control_plane.resources.products.resource import PRODUCTS
from control_plane.services.business import Change
from control_plane.testing.clock import FakeClock
from tests.shops import A, Shop, somebody


def refused_with(code: str) -> Any:
    return pytest.raises(Refused, check=lambda refused: refused.code == code)


async def test_an_order_is_numbered_priced_and_placed(shop: Shop) -> None:
    vaccine, collar = await shop.product("VAC", price="45000.00"), await shop.product("COL", price="1990.50")
    made = await shop.order(
        (vaccine, 2),
        (collar, 3),
        customer={"name": "María", "phone": "+573001234567"},
        address={"city": "Medellín"},
    )
    year = datetime.fromtimestamp(made["created_at"], tz=UTC).year
    assert (made["number"], made["status"], made["source"]) == (f"{year}-000001", "placed", "user")
    assert (made["subtotal"], made["total"]) == ("95971.50", "95971.50")
    assert [line["sku"] for line in made["lines"]] == ["VAC", "COL"]
    assert made["customer"] == {"name": "María", "phone": "+573001234567", "email": ""}
    assert (await shop.order((collar, 1)))["number"] == f"{year}-000002"
    assert (await shop.stock(vaccine), await shop.stock(collar)) == (8, 6)


async def test_each_tenant_counts_for_itself(shop: Shop, other: Shop) -> None:
    first, theirs = await shop.order((await shop.product(), 1)), await other.order((await other.product(), 1))
    assert first["number"] == theirs["number"]


async def test_discounts_and_taxes_are_the_servers_business(shop: Shop) -> None:
    product = await shop.product(price="33.335")
    line = {"product_id": product, "quantity": 3, "discount": "10.00", "tax_rate": "19"}
    made = await shop.order(lines=[line])
    sums = [made[name] for name in ("subtotal", "discount", "tax", "total")]
    assert sums == ["100.01", "10.00", "17.10", "107.11"]
    assert made["lines"][0]["total"] == "107.11"


async def test_a_price_that_changes_later_does_not_change_the_order(shop: Shop) -> None:
    product = await shop.product()
    made = await shop.order((product, 1), place=False)
    dearer = update(Product).values(price=Decimal(99), name="Otra")
    await shop.act(lambda s: s.execute(dearer, execution_options={"summed_up": True}) and None)
    placed = await shop.step(made["id"], "placed")
    assert (placed.total, placed.lines[0].name) == (Decimal("10.00"), "Vacuna S1")


async def test_every_wrong_line_is_named(shop: Shop, other: Shop) -> None:
    right, foreign = await shop.product("S1"), await other.product("S1")
    resting, dollars = await shop.product("S2", active=False), await shop.product("S3", currency="USD")
    lines = [(right, 1), (foreign, 1), (resting, 1), (dollars, 1)]
    with refused_with("invalid") as refused:
        await shop.order(*lines)
    fields = [fault.field for fault in refused.value.faults]
    assert fields == ["lines.1.product_id", "lines.2.product_id", "lines.3.product_id"]
    with refused_with("invalid") as refused:
        await shop.order(lines=[{"product_id": right, "quantity": 1, "discount": "10.01"}])
    assert [fault.field for fault in refused.value.faults] == ["lines.0.discount"]
    assert await shop.stock(right) == 10


async def test_more_money_than_can_be_written_down_is_refused(shop: Shop) -> None:
    product = await shop.product(price="999999999999", stock=None)
    with refused_with("invalid"):
        await shop.order((product, 1_000_000))


async def test_an_order_is_made_once_whatever_is_sent_again(shop: Shop) -> None:
    product = await shop.product()
    first, again = [await shop.order((product, 2), key="k-1") for _ in range(2)]
    assert first == again
    assert await shop.stock(product) == 8
    with refused_with("idempotency_key_reused"):
        await shop.order((product, 3), key="k-1")


async def test_its_history_says_who_did_what(shop: Shop, clock: FakeClock) -> None:
    made = await shop.order((await shop.product(), 1))
    clock.advance(60)
    told = await shop.step(made["id"], "confirmed", note="por teléfono")
    assert [(each.from_status, each.to_status) for each in told.history] == [
        ("", "draft"),
        ("draft", "placed"),
        ("placed", "confirmed"),
    ]
    assert [(each.by_name, each.note) for each in told.history][-1] == ("ana@example.com", "por teléfono")
    assert told.history[-1].at == clock.wall()
    assert told.allowed == ["preparing", "cancelled"]
    assert (await shop.ask(lambda s: flow.detail(s, made["id"]))).history == told.history


async def test_a_way_that_there_is_not_is_refused_and_the_others_named(shop: Shop) -> None:
    made = await shop.order((await shop.product(), 1))
    with refused_with("illegal_transition") as refused:
        await shop.step(made["id"], "delivered")
    assert "confirmed, cancelled" in refused.value.detail


async def test_a_bot_places_and_confirms_and_no_more(shop: Shop) -> None:
    product = await shop.product()
    bot = Shop(shop.business, system("a", "call"))
    made = await bot.order((product, 1))
    assert made["source"] == "call"
    await bot.step(made["id"], "confirmed")
    with refused_with("not_allowed"):
        await bot.step(made["id"], "preparing")


async def test_an_agent_sells_and_does_not_refund(shop: Shop) -> None:
    agent = Shop(shop.business, somebody("a", Role.AGENT))
    made = await agent.order((await shop.product(), 1))
    await agent.step(made["id"], "cancelled")
    with refused_with("not_allowed"):
        await agent.step(made["id"], "refunded")
    assert (await shop.step(made["id"], "refunded")).status == "refunded"


async def test_pieces_come_back_once(shop: Shop) -> None:
    product = await shop.product()
    made = await shop.order((product, 4), (product, 2))
    assert await shop.stock(product) == 4
    for status in ("confirmed", "preparing", "shipped", "delivered", "returned"):
        await shop.step(made["id"], status)
    assert await shop.stock(product) == 10
    await shop.step(made["id"], "refunded")
    assert await shop.stock(product) == 10
    assert await shop.moves(product) == [("given_back", 6), ("initial", 10), ("ordered", -6)]
    held = await shop.ask(lambda s: s.scalar(select(func.sum(OrderLine.reserved))))
    assert held == 0


async def test_all_pieces_of_an_order_are_taken_or_none(shop: Shop) -> None:
    plenty, few = await shop.product("S1", stock=100), await shop.product("S2", stock=1)
    with refused_with("out_of_stock") as refused:
        await shop.order((plenty, 5), (few, 2))
    assert refused.value.detail == "S2: 1 left."
    assert await shop.stock(plenty) == 100
    assert await shop.ask(lambda s: s.scalar(select(func.count()).select_from(Order))) == 0


async def test_a_product_that_is_not_counted_never_runs_out(shop: Shop) -> None:
    product = await shop.product(stock=None)
    made = await shop.order((product, 1000))
    await shop.step(made["id"], "cancelled")
    assert await shop.moves(product) == []


async def test_what_is_not_on_the_list_any_more_cannot_be_placed(shop: Shop) -> None:
    product = await shop.product()
    made = await shop.order((product, 1), place=False)
    await shop.business.delete(A, PRODUCTS, row_id=product, version=None)
    with refused_with("out_of_stock"):
        await shop.step(made["id"], "placed")


async def test_a_draft_is_rewritten_and_anything_else_is_not(shop: Shop) -> None:
    product = await shop.product()
    made = await shop.order((product, 1), place=False)
    lines = [OrderLineIn(product_id=product, quantity=3)]
    fields = {"lines": lines, "customer": OrderCustomer(name="José"), "note": "Urgente"}
    said, version = await shop.business.update(
        A, ORDERS, change=Change(row_id=made["id"], fields=fields, version=made["version"])
    )
    told = said.model_dump()
    assert (told["total"], told["customer"]["name"], version) == (Decimal(30), "José", made["version"] + 1)
    assert await shop.ask(lambda s: s.scalar(select(func.count()).select_from(OrderLine))) == 1
    assert await shop.stock(product) == 10
    found = await shop.business.page(A, ORDERS, query=Query(text="jose"))
    assert [each.model_dump()["id"] for each in found.items] == [made["id"]]
    noted = await shop.ask(lambda s: s.scalars(select(AuditEntry.before).where(AuditEntry.action == "lines")).all())
    assert noted == [{"lines": ["1 × S1 at 10.0000"]}]
    await shop.step(made["id"], "placed")
    with refused_with("order_not_draft"):
        await shop.business.update(A, ORDERS, change=Change(row_id=made["id"], fields={"note": ""}, version=None))
    with refused_with("order_not_draft"):
        await shop.business.delete(A, ORDERS, row_id=made["id"], version=None)


async def test_an_order_of_nothing_is_a_draft_and_not_placed(shop: Shop) -> None:
    with refused_with("invalid"):
        await shop.order()
    made = await shop.order(place=False)
    assert made["total"] == "0.00"
    with refused_with("invalid"):
        await shop.step(made["id"], "placed")
    await shop.step(made["id"], "cancelled")


async def test_the_same_lines_again_are_still_a_change(shop: Shop) -> None:
    product = await shop.product()
    made = await shop.order((product, 1), place=False)
    fields = {"lines": [OrderLineIn(product_id=product, quantity=1)]}
    change = Change(row_id=made["id"], fields=fields, version=None)
    _, version = await shop.business.update(A, ORDERS, change=change)
    assert version == made["version"] + 1


async def test_an_old_version_is_refused(shop: Shop) -> None:
    made = await shop.order((await shop.product(), 1), place=False)
    await shop.step(made["id"], "placed")
    wanted = TransitionIn.model_validate({"to": "confirmed"})
    with refused_with("version_mismatch"):
        await shop.act(lambda s: flow.transition(s, made["id"], wanted=wanted, version=made["version"]))


async def test_a_draft_is_removed_with_all_that_belongs_to_it(shop: Shop) -> None:
    made = await shop.order((await shop.product(), 1), place=False)
    await shop.business.delete(A, ORDERS, row_id=made["id"], version=None)
    for table in (Order, OrderLine, OrderEvent):
        assert await shop.ask(lambda s, table=table: s.scalar(select(func.count()).select_from(table))) == 0  # type: ignore[misc]


async def test_the_orders_of_others_are_not_there(shop: Shop, other: Shop) -> None:
    made = await shop.order((await shop.product(), 1))
    for deed in (other.step(made["id"], "cancelled"), other.assign_order(made["id"])):
        with refused_with("unknown_order"):
            await deed
    with refused_with("unknown_order"):
        await other.ask(lambda s: flow.detail(s, made["id"]))
    assert (await other.business.page(somebody("b"), ORDERS, query=Query())).items == []
    assert await other.ask(lambda s: of_contact(s, "", limit=10)) == []


async def test_they_are_found_by_status_time_and_words(shop: Shop, clock: FakeClock) -> None:
    product = await shop.product(stock=None)
    first = await shop.order((product, 1), place=False, call_id="call-1", customer={"name": "Íñigo"})
    clock.advance(100)
    second = await shop.order((product, 2))

    async def found(text: str = "", **filters: Any) -> list[str]:
        page = await shop.business.page(A, ORDERS, query=Query(filters=filters, text=text))
        return [each.model_dump()["number"] for each in page.items]

    assert await found() == [second["number"], first["number"]]
    assert await found(status=ORDERS.filters["status"].kind("draft")) == [first["number"]]
    assert await found(call_id="call-1") == [first["number"]]
    since: dict[str, Any] = {"from": clock.wall()}
    assert await found(**since) == [second["number"]]
    assert await found(to=clock.wall()) == [first["number"]]
    assert await found("inigo") == [first["number"]]
    assert await found(second["number"]) == [second["number"]]


async def test_a_contact_has_its_orders(shop: Shop) -> None:
    def met(session: Session) -> str:
        texts = dict.fromkeys(("email", "language", "zone", "zone_source", "numbers_text", "note"), "")
        more = {"attributes": {}, "tags": [], "consent_basis": "", "consent_source": ""}
        contact = Contact(name="María", **texts, **more)
        session.add(contact)
        session.flush()
        return contact.id

    product = await shop.product(stock=None)
    contact_id = await shop.act(met)
    phone: dict[str, Any] = {"customer": {"phone": "+573001234567"}}
    first = await shop.order((product, 1), contact_id=contact_id)
    second = await shop.order((product, 1), **phone)
    await shop.order((product, 1))
    mine = await shop.ask(lambda s: of_contact(s, contact_id, limit=10))
    assert [each.id for each in mine] == [first["id"]]
    mine = await shop.ask(lambda s: of_contact(s, contact_id, limit=10, phone="+573001234567"))
    assert {each.id for each in mine} == {first["id"], second["id"]}
    assert len(await shop.ask(lambda s: of_contact(s, contact_id, limit=1, phone="+573001234567"))) == 1
    with refused_with("invalid"):
        await shop.order((product, 1), contact_id="nobody")
