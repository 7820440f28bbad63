"""Many customers at the same moment, on both databases: nothing is sold twice, nobody is passed over."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any

from sqlalchemy import func, select

from control_plane.core.refusals import Refused
from control_plane.resources.orders.tables import Order, OrderEvent
from control_plane.resources.sellers.tables import Assignment
from tests.shops import Shop

PIECES, BUYERS = 10, 50


async def together(deeds: Sequence[Coroutine[Any, Any, Any]]) -> tuple[list[Any], list[str]]:
    """What came of those that were done, and the codes of those that were refused. Raises whatever else went wrong."""
    outcomes = await asyncio.gather(*deeds, return_exceptions=True)
    refused = [each for each in outcomes if isinstance(each, Refused)]
    done = [each for each in outcomes if not isinstance(each, Refused)]
    for each in done:
        if isinstance(each, BaseException):
            raise each
    return done, [each.code for each in refused]


async def test_the_last_pieces_are_sold_once(shop: Shop) -> None:
    product = await shop.product(stock=PIECES)
    sold, refused = await together([shop.order((product, 1)) for _ in range(BUYERS)])
    assert (len(sold), refused) == (PIECES, ["out_of_stock"] * (BUYERS - PIECES))
    assert await shop.stock(product) == 0
    numbers = sorted(order["number"][5:] for order in sold)
    assert numbers == [f"{count:06d}" for count in range(1, PIECES + 1)], "refused orders take no number"


async def test_drafts_that_are_placed_together_share_what_there_is(shop: Shop) -> None:
    product = await shop.product(stock=PIECES)
    drafts = [await shop.order((product, 1), place=False) for _ in range(2 * PIECES)]
    placed, refused = await together([shop.step(draft["id"], "placed") for draft in drafts])
    assert (len(placed), len(refused)) == (PIECES, PIECES)
    assert await shop.stock(product) == 0
    cancelled, _ = await together([shop.step(order.id, "cancelled") for order in placed])
    assert len(cancelled) == PIECES
    assert await shop.stock(product) == PIECES


async def test_orders_of_the_same_products_in_any_order_do_not_block_each_other(shop: Shop) -> None:
    products = [await shop.product(f"S{n}", stock=PIECES) for n in range(3)]
    drafts = []
    for n in range(2 * PIECES):
        lines = [(product, 1) for product in (products if n % 2 else reversed(products))]
        drafts.append(await shop.order(*lines, place=False))
    placed, refused = await together([shop.step(draft["id"], "placed") for draft in drafts])
    assert (len(placed), set(refused)) == (PIECES, {"out_of_stock"})
    assert [await shop.stock(product) for product in products] == [0, 0, 0]


async def test_an_order_that_is_cancelled_from_all_sides_gives_back_once(shop: Shop) -> None:
    product = await shop.product(stock=PIECES)
    order = await shop.order((product, 4))
    done, refused = await together([shop.step(order["id"], "cancelled") for _ in range(8)])
    assert (len(done), refused) == (1, ["illegal_transition"] * 7)
    assert await shop.stock(product) == PIECES
    assert await shop.moves(product) == [("given_back", 4), ("initial", PIECES), ("ordered", -4)]


async def test_an_order_that_is_placed_from_all_sides_is_placed_once(shop: Shop) -> None:
    product = await shop.product(stock=PIECES)
    draft = await shop.order((product, 3), place=False)
    done, refused = await together([shop.step(draft["id"], "placed") for _ in range(8)])
    assert (len(done), refused) == (1, ["illegal_transition"] * 7)
    assert await shop.stock(product) == PIECES - 3
    steps = select(func.count()).select_from(OrderEvent).where(OrderEvent.to_status == "placed")
    assert await shop.ask(lambda session: session.scalar(steps)) == 1


async def test_selling_and_cancelling_at_once_keeps_count(shop: Shop) -> None:
    product = await shop.product(stock=PIECES)
    first = [await shop.order((product, 1)) for _ in range(PIECES)]
    deeds: list[Coroutine[Any, Any, Any]] = []
    for order in first:
        deeds += [shop.step(order["id"], "cancelled"), shop.order((product, 1))]
    done, refused = await together(deeds)
    sold = sum(1 for each in done if isinstance(each, dict))
    assert sold + len(refused) == PIECES
    assert set(refused) <= {"out_of_stock"}
    assert await shop.stock(product) == PIECES - sold


async def test_one_key_makes_one_order_however_often_it_arrives(shop: Shop) -> None:
    product = await shop.product(stock=PIECES)
    done, refused = await together([shop.order((product, 2), key="k") for _ in range(6)])
    assert refused == []
    assert len({order["id"] for order in done}) == 1
    assert await shop.stock(product) == PIECES - 2
    assert await shop.ask(lambda session: session.scalar(select(func.count()).select_from(Order))) == 1


async def test_turns_go_round_however_many_ask_at_once(shop: Shop) -> None:
    sellers = [await shop.seller(f"Seller {n}") for n in range(4)]
    done, _ = await together([shop.assign("contact", f"c-{n}") for n in range(30)])
    spread = Counter(each.seller_id for each in done)
    assert set(spread) == set(sellers)
    assert max(spread.values()) - min(spread.values()) <= 1


async def test_nobody_is_given_more_than_they_can_have_at_once(shop: Shop) -> None:
    little, much = await shop.seller("Little", max_load=2), await shop.seller("Much", max_load=5)
    done, refused = await together([shop.assign("call", f"c-{n}") for n in range(12)])
    assert Counter(each.seller_id for each in done) == {little: 2, much: 5}
    assert refused == ["no_seller_available"] * 5


async def test_orders_that_are_placed_together_go_round_too(shop: Shop) -> None:
    sellers = [await shop.seller(f"Seller {n}") for n in range(3)]
    product = await shop.product(stock=None)
    done, _ = await together([shop.order((product, 1), assign=True) for _ in range(12)])
    assert Counter(order["seller_id"] for order in done) == dict.fromkeys(sellers, 4)


async def test_one_thing_goes_to_one_seller_however_often_it_is_asked_for(shop: Shop) -> None:
    for n in range(3):
        await shop.seller(f"Seller {n}")
    done, refused = await together([shop.assign("contact", "c-1") for _ in range(8)])
    still_open = select(func.count()).select_from(Assignment).where(Assignment.released_at.is_(None))
    assert await shop.ask(lambda session: session.scalar(still_open)) == 1
    assert refused == []
    assert len({each.seller_id for each in done}) == 1
