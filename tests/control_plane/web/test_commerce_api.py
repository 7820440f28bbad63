"""Sellers, products and orders over HTTP."""

from typing import Any

import pytest

from control_plane.core.people.permissions import ALL
from control_plane.core.people.principal import Kind, Principal
from control_plane.resources.idempotency import Ask
from control_plane.resources.products.resource import PRODUCTS
from control_plane.resources.products.schemas import ProductIn
from tests.gateways import Served

NOBODYS = "01a1ff2d-0000-7000-8000-000000000000"
OTHER = Principal(tenant_id="other", kind=Kind.USER, id="u2", name="eva@other.example", permissions=ALL)
PRODUCT = {"sku": "S1", "name": "Vacuna", "price": "45000.00", "currency": "COP", "stock": 3}


async def sent(it: Served, method: str, path: str, **options: Any) -> tuple[int, Any]:
    """Status and body."""
    answer = await it._ask(method, path, client=("127.0.0.1", 50_000), **options)
    return answer.status_code, await answer.get_json() if answer.status_code != 204 else None


async def product(it: Served, **more: Any) -> str:
    status, body = await sent(it, "POST", "/api/products", json={**PRODUCT, **more})
    assert status == 201, body
    return str(body["id"])


async def seller(it: Served, name: str = "Lucía", **more: Any) -> str:
    status, body = await sent(it, "POST", "/api/sellers", json={"name": name, **more})
    assert status == 201, body
    return str(body["id"])


def wanted(product_id: str, **more: Any) -> dict[str, Any]:
    return {"currency": "COP", "lines": [{"product_id": product_id, "quantity": 1}], **more}


async def order(it: Served, product_id: str, **more: Any) -> dict[str, Any]:
    status, body = await sent(it, "POST", "/api/orders", json=wanted(product_id, **more))
    assert status == 201, body
    assert isinstance(body, dict)
    return body


async def test_pieces_come_and_go(it: Served) -> None:
    path = f"/api/products/{await product(it)}"
    status, body = await sent(it, "POST", f"{path}/stock", json={"change": 4, "reason": "Entrega"})
    assert (status, body["stock"]) == (200, 7)
    status, body = await sent(it, "GET", f"{path}/moves?limit=1")
    assert (status, body["items"][0]["change"], body["items"][0]["by_name"] != "") == (200, 4, True)
    status, body = await sent(it, "GET", f"{path}/moves?limit=1&cursor={body['next_cursor']}")
    assert ([each["kind"] for each in body["items"]], body["next_cursor"]) == (["initial"], "")


async def test_a_movement_that_is_sent_again_moves_nothing(it: Served) -> None:
    path, key = f"/api/products/{await product(it)}", {"Idempotency-Key": "delivery-7"}
    for _ in range(2):
        _, body = await sent(it, "POST", f"{path}/stock", json={"change": 4}, headers=key)
        assert body["stock"] == 7


@pytest.mark.parametrize(
    ("change", "status", "code"), [(-4, 409, "out_of_stock"), (0, 422, "invalid"), ("4", 422, "invalid")]
)
async def test_a_movement_that_cannot_be_is_refused(it: Served, change: Any, status: int, code: str) -> None:
    path = f"/api/products/{await product(it)}/stock"
    answered, body = await sent(it, "POST", path, json={"change": change})
    assert (answered, body["code"]) == (status, code)


async def test_the_stock_is_not_set_by_hand(it: Served) -> None:
    path = f"/api/products/{await product(it)}"
    status, body = await sent(it, "PATCH", path, json={"stock": 99})
    assert (status, body["errors"][0]["field"]) == (422, "stock")


async def test_a_sku_that_is_taken_is_told_as_such(it: Served) -> None:
    await product(it)
    status, body = await sent(it, "POST", "/api/products", json=PRODUCT)
    assert (status, body["code"]) == (409, "sku_taken")


async def test_an_order_from_draft_to_delivery(it: Served) -> None:
    made = await order(it, await product(it), customer={"name": "María"})
    path = f"/api/orders/{made['id']}"
    status, body = await sent(it, "PATCH", path, json={"note": "Por la tarde"})
    assert (status, body["note"], body["customer"]["name"]) == (200, "Por la tarde", "María")
    for to in ("placed", "confirmed", "preparing", "shipped", "delivered"):
        status, body = await sent(it, "POST", f"{path}/transition", json={"to": to})
        assert (status, body["status"]) == (200, to)
    status, body = await sent(it, "GET", path)
    assert [each["to_status"] for each in body["history"]][-1] == "delivered"
    assert (body["allowed"], body["total"]) == (["returned"], "45000.00")
    status, body = await sent(it, "GET", "/api/orders?status=delivered&q=maria")
    assert [each["number"] for each in body["items"]] == [made["number"]]
    status, body = await sent(it, "GET", f"/api/orders?from={made['created_at']}&to={made['created_at'] + 1}")
    assert len(body["items"]) == 1


async def test_an_order_that_is_sent_again_is_made_once(it: Served) -> None:
    body, key = wanted(await product(it), place=True), {"Idempotency-Key": "call-7"}
    first = await sent(it, "POST", "/api/orders", json=body, headers=key)
    again = await sent(it, "POST", "/api/orders", json=body, headers=key)
    assert first == again
    assert first[0] == 201
    status, listed = await sent(it, "GET", "/api/orders")
    assert (status, len(listed["items"])) == (200, 1)


async def test_wrong_lines_are_named(it: Served) -> None:
    dollars = await product(it, sku="S2", currency="USD")
    lines = [{"product_id": NOBODYS, "quantity": 1}, {"product_id": dollars, "quantity": 1}]
    status, body = await sent(it, "POST", "/api/orders", json={"currency": "COP", "lines": lines})
    assert status == 422
    assert [each["field"] for each in body["errors"]] == ["lines.0.product_id", "lines.1.product_id"]


async def test_what_an_order_cannot_become_is_told_with_what_it_can(it: Served) -> None:
    path = f"/api/orders/{(await order(it, await product(it)))['id']}"
    status, body = await sent(it, "POST", f"{path}/transition", json={"to": "shipped"})
    assert (status, body["code"]) == (409, "illegal_transition")
    assert "placed, cancelled" in body["detail"]
    status, body = await sent(it, "POST", f"{path}/transition", json={"to": "eaten"})
    assert (status, body["code"]) == (422, "invalid")


async def test_a_step_from_an_old_version_is_refused(it: Served) -> None:
    made = await order(it, await product(it))
    path, old = f"/api/orders/{made['id']}", {"If-Match": f'"{made["version"]}"'}
    status, _ = await sent(it, "POST", f"{path}/transition", json={"to": "placed"}, headers=old)
    assert status == 200
    status, body = await sent(it, "POST", f"{path}/transition", json={"to": "confirmed"}, headers=old)
    assert (status, body["code"]) == (412, "version_mismatch")


async def test_only_drafts_are_changed_and_removed(it: Served) -> None:
    product_id = await product(it)
    placed = f"/api/orders/{(await order(it, product_id, place=True))['id']}"
    for method, body in (("PATCH", {"note": "x"}), ("DELETE", None)):
        status, answer = await sent(it, method, placed, json=body)
        assert (status, answer["code"]) == (409, "order_not_draft")
    draft = f"/api/orders/{(await order(it, product_id))['id']}"
    assert (await sent(it, "DELETE", draft))[0] == 204
    assert (await sent(it, "GET", draft))[1]["code"] == "unknown_order"


async def test_sellers_take_turns(it: Served) -> None:
    names = {await seller(it, "Lucía"), await seller(it, "Pedro")}
    given = []
    for n in range(2):
        status, body = await sent(it, "POST", "/api/sellers/assign", json={"for": {"kind": "contact", "id": f"c-{n}"}})
        assert status == 200
        given.append(body["seller_id"])
    assert set(given) == names
    status, body = await sent(it, "GET", f"/api/sellers/{given[0]}/load")
    assert (status, body["open"], body["assignable"]) == (200, 1, True)
    status, _ = await sent(it, "POST", "/api/sellers/release", json={"for": {"kind": "contact", "id": "c-0"}})
    assert status == 204
    status, body = await sent(it, "GET", f"/api/sellers/{given[0]}/load")
    assert (body["open"], body["by_kind"]) == (0, {})


async def test_an_order_is_given_to_a_seller(it: Served) -> None:
    made, lucia = await order(it, await product(it), place=True), await seller(it)
    status, body = await sent(it, "POST", f"/api/orders/{made['id']}/assign", json={})
    assert (status, body["seller_id"]) == (200, lucia)
    status, body = await sent(it, "GET", f"/api/sellers/{lucia}/stats?from=0")
    assert (status, body["orders"], body["sold"]) == (
        200,
        1,
        [{"currency": "COP", "orders": 1, "total": "45000.00"}],
    )
    status, body = await sent(it, "GET", f"/api/sellers/{lucia}/stats?from=5&to=4")
    assert (status, body["errors"][0]["field"]) == (422, "to")


async def test_a_seller_who_steps_out_is_given_nothing(it: Served) -> None:
    lucia = await seller(it)
    status, body = await sent(it, "POST", f"/api/sellers/{lucia}/status", json={"status": "away"})
    assert (status, body["status"], body["version"]) == (200, "away", 2)
    status, body = await sent(it, "POST", "/api/sellers/assign", json={"for": {"kind": "call", "id": "c-1"}})
    assert (status, body["code"]) == (409, "no_seller_available")


@pytest.mark.parametrize(
    "availability",
    [
        {"zone": "Mars/Olympus"},
        {"week": {"lunes": []}},
        {"week": {"mon": [{"start": "9:00", "end": "18:00"}]}},
        {"exceptions": [{"date": "2026-02-30"}]},
        {"week": {"mon": [{"start": "09:00", "end": "18:00"}]}},
    ],
)
async def test_hours_that_cannot_be_are_refused(it: Served, availability: Any) -> None:
    """The last one needs a zone: neither the seller nor the tenant has one."""
    status, body = await sent(it, "POST", "/api/sellers", json={"name": "Lucía", "availability": availability})
    assert (status, body["code"]) == (422, "invalid")


async def test_what_belongs_to_others_is_not_there(it: Served) -> None:
    data = ProductIn.model_validate(PRODUCT)
    theirs = (await it.gateway.business.create(OTHER, PRODUCTS, data=data, ask=Ask()))["id"]
    status, body = await sent(it, "POST", f"/api/products/{theirs}/stock", json={"change": 1})
    assert (status, body["code"]) == (404, "unknown_product")
    status, body = await sent(it, "GET", f"/api/products/{theirs}/moves")
    assert (status, body["code"]) == (404, "unknown_product")
    for path, answer in (
        (f"/api/orders/{NOBODYS}", "unknown_order"),
        (f"/api/sellers/{NOBODYS}/load", "unknown_seller"),
        (f"/api/sellers/{NOBODYS}/stats", "unknown_seller"),
    ):
        assert (await sent(it, "GET", path))[1]["code"] == answer


async def test_the_sidecar_is_told_how_many_sellers_are_there(it: Served) -> None:
    await seller(it)
    await seller(it, "Pedro", status="off")

    for _ in range(100):
        if (await sent(it, "GET", "/api/figures"))[1]["sellers"] == 1:
            return
    pytest.fail("it is never told")
