"""Products and how many there are of them, on both databases."""

import asyncio

import pytest
from sqlalchemy import func, select

from control_plane.core.refusals import Refused
from control_plane.resources.audit import AuditEntry
from control_plane.resources.products import Product, stock
from control_plane.resources.products.resource import PRODUCTS
from control_plane.resources.products.tables import StockMove
from control_plane.services.business import Change
from tests.shops import A, Shop

CROWD = 20


async def moved(shop: Shop, product_id: str, change: int) -> int | None:
    return await shop.act(lambda session: stock.move(session, product_id, change=change, reason="recuento").stock)


async def test_the_stock_at_the_beginning_is_the_first_movement(shop: Shop) -> None:
    product = await shop.product(stock=7)
    assert await shop.moves(product) == [("initial", 7)]


async def test_a_product_that_is_not_counted_has_no_movements(shop: Shop) -> None:
    product = await shop.product(stock=None)
    assert await shop.moves(product) == []
    assert await shop.stock(product) is None


async def test_pieces_come_and_go_and_it_is_written_down(shop: Shop) -> None:
    product = await shop.product(stock=7)
    assert await moved(shop, product, 5) == 12
    assert await moved(shop, product, -12) == 0
    assert await shop.moves(product) == [("adjusted", -12), ("adjusted", 5), ("initial", 7)]
    noted = await shop.ask(lambda s: s.scalars(select(AuditEntry.after).where(AuditEntry.action == "stock")).all())
    assert sorted(each["stock"] for each in noted) == [0, 12]


async def test_the_first_movement_of_a_product_that_is_not_counted_begins_to_count(shop: Shop) -> None:
    product = await shop.product(stock=None)
    assert await moved(shop, product, 4) == 4


@pytest.mark.parametrize(("change", "code"), [(-8, "out_of_stock"), (0, "invalid"), (1_000_000_000, "invalid")])
async def test_a_movement_that_cannot_be_is_refused(shop: Shop, change: int, code: str) -> None:
    product = await shop.product(stock=7)
    with pytest.raises(Refused) as refused:
        await moved(shop, product, change)
    assert refused.value.code == code
    assert await shop.stock(product) == 7
    assert await shop.moves(product) == [("initial", 7)]


async def test_the_products_of_others_are_not_moved(shop: Shop, other: Shop) -> None:
    product = await shop.product(stock=7)
    with pytest.raises(Refused) as refused:
        await moved(other, product, 1)
    assert refused.value.code == "unknown_product"
    assert await shop.stock(product) == 7
    assert await other.moves(product) == []


async def test_a_sku_names_one_product_of_a_tenant(shop: Shop, other: Shop) -> None:
    await shop.product("S1")
    await other.product("S1")
    with pytest.raises(Refused) as refused:
        await shop.product("S1")
    assert refused.value.code == "sku_taken"
    second = await shop.product("S2")
    with pytest.raises(Refused) as refused:
        await shop.business.update(A, PRODUCTS, change=Change(row_id=second, fields={"sku": "S1"}, version=None))
    assert refused.value.code == "sku_taken"
    same = Change(row_id=second, fields={"sku": "S2", "name": "Otra"}, version=None)
    assert (await shop.business.update(A, PRODUCTS, change=same))[0].model_dump()["name"] == "Otra"


async def test_sales_do_not_disturb_who_edits_the_price_list(shop: Shop) -> None:
    product = await shop.product()
    _, version = await shop.business.get(A, PRODUCTS, row_id=product)
    await moved(shop, product, -1)
    edit = Change(row_id=product, fields={"name": "Nueva"}, version=version)
    said, _ = await shop.business.update(A, PRODUCTS, change=edit)
    assert said.model_dump()["stock"] == 9


async def test_movements_at_the_same_moment_are_all_counted(shop: Shop) -> None:
    product = await shop.product(stock=CROWD)
    outcomes = await asyncio.gather(
        *(moved(shop, product, -2) for _ in range(CROWD)), *(moved(shop, product, 1) for _ in range(CROWD))
        , return_exceptions=True)  # fmt: skip
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert all(isinstance(each, Refused) and each.code == "out_of_stock" for each in refused)
    taken = sum(1 for each in outcomes[:CROWD] if isinstance(each, int))
    assert await shop.stock(product) == CROWD - 2 * taken + CROWD
    ledger = select(func.sum(StockMove.change), func.min(StockMove.stock)).where(StockMove.product_id == product)
    assert await shop.ask(lambda s: s.execute(ledger).one()[0]) == await shop.stock(product)
    assert await shop.ask(lambda s: s.execute(ledger).one()[1]) >= 0


async def test_a_product_whose_pieces_an_order_holds_is_not_removed(shop: Shop) -> None:
    product = await shop.product()
    order = await shop.order((product, 2))
    with pytest.raises(Refused) as refused:
        await shop.business.delete(A, PRODUCTS, row_id=product, version=None)
    assert refused.value.code == "in_use"
    await shop.step(order["id"], "cancelled")
    await shop.business.delete(A, PRODUCTS, row_id=product, version=None)
    assert await shop.ask(lambda s: s.scalar(select(func.count()).select_from(Product))) == 0
    assert len(await shop.moves(product)) == 3, "the ledger stays"
