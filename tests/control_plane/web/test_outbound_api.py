"""Webhooks to tenants: made, told of what happens, tried again, switched off."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from quart.wrappers.response import Response

from control_plane.core.outbound.signature import verified
from control_plane.core.people.permissions import ALL
from control_plane.core.people.principal import Kind, Principal, system
from control_plane.core.refusals import Refused
from control_plane.resources.outbound import deliveries
from control_plane.resources.outbound.endpoints import MOST, WEBHOOKS
from tests.gateways import HERE, Served, served
from tests.receivers import BROKEN, ELSEWHERE, GONE, listening

PRODUCT = {"sku": "VAC-1", "name": "Vacuna", "price": "45.00", "currency": "COP"}
STRANGER = Principal(tenant_id="other", kind=Kind.USER, id="eve", role="owner", permissions=ALL)


@pytest.fixture
async def it(tmp_path: Path, database_url: str) -> AsyncIterator[Served]:
    async with served(tmp_path, database_url, outbound_allow="127.0.0.1") as gateway:
        yield gateway


async def body(answer: Response, status: int = 200) -> Any:
    assert answer.status_code == status, await answer.get_data(as_text=True)
    return await answer.get_json() if status != 204 else None


async def hooked(it: Served, url: str, *events: str, **more: Any) -> Any:
    return await body(await it.post("/api/webhooks", json={"url": url, "events": list(events) or ["*"], **more}), 201)


async def changed(it: Served, path: str, expected: int = 200, /, **fields: Any) -> Any:
    return await body(await it._ask("PATCH", path, client=HERE, json=fields), expected)


async def sold(it: Served, **more: Any) -> Any:
    return await body(await it.post("/api/products", json={**PRODUCT, **more}), 201)


async def delivered(it: Served, hook: Any, condition: Callable[[Mapping[str, Any]], bool]) -> Any:
    """The newest delivery of a webhook, as soon as it is so."""
    async with asyncio.timeout(20):
        while True:
            found = (await body(await it.get(f"/api/webhooks/{hook['id']}/deliveries")))["items"]
            if found and condition(found[0]):
                return await body(await it.get(f"/api/deliveries/{found[0]['id']}"))
            await asyncio.sleep(0.02)


async def tried(it: Served, hook: Any) -> Any:
    return await delivered(it, hook, lambda delivery: delivery["attempts"] > 0)


async def test_a_change_is_told_with_a_signature_that_holds(it: Served) -> None:
    async with listening() as receiver:
        hook = await hooked(it, receiver.url, "product.created")
        product = await sold(it)
        (message,) = await receiver.messages(1)
        headers, raw = receiver.got[0]
        assert message["kind"] == "product.created"
        assert message["data"] == product
        assert headers["webhook-id"] == message["id"]
        assert headers["content-type"] == "application/json; charset=utf-8"
        now = it.gateway.clock.wall()
        assert verified(headers, raw, secrets=[hook["secret"]], now=now)
        assert not verified(headers, raw + b" ", secrets=[hook["secret"]], now=now)
        found = await delivered(it, hook, lambda delivery: delivery["state"] == "delivered")
        assert (found["status"], found["answer"], found["attempts"]) == (200, "ok", 1)
        assert found["data"] == product
        assert [attempt["status"] for attempt in found["log"]] == [200]
        assert it.metric("outbound_webhooks_total", outcome="delivered") == 1


async def test_every_change_is_told_as_it_is_in_the_end(it: Served) -> None:
    async with listening() as receiver:
        await hooked(it, receiver.url, "product.*")
        product = await sold(it)
        path = f"/api/products/{product['id']}"
        changed_one = await changed(it, path, name="Vacuna triple")
        await body(await it._ask("DELETE", path, client=HERE), 204)
        assert await receiver.kinds(3) == ["product.created", "product.deleted", "product.updated"]
        told = {message["kind"]: message["data"] for message in await receiver.messages(3)}
        assert told["product.updated"] == told["product.deleted"] == changed_one


async def test_nothing_is_written_when_nobody_wants_to_know(it: Served) -> None:
    async with listening() as receiver:
        hook = await hooked(it, receiver.url, "order.*")
        off = await hooked(it, receiver.url, "product.*", active=False)
        await sold(it)
        for each in (hook, off):
            assert (await body(await it.get(f"/api/webhooks/{each['id']}/deliveries")))["items"] == []


async def test_what_is_rolled_back_is_not_told(it: Served) -> None:
    async with listening() as receiver:
        hook = await hooked(it, receiver.url, "product.*")
        await sold(it)
        assert (await it.post("/api/products", json=PRODUCT)).status_code == 409
        await receiver.messages(1)
        assert len((await body(await it.get(f"/api/webhooks/{hook['id']}/deliveries")))["items"]) == 1


async def test_what_fails_is_tried_again_later(it: Served) -> None:
    for answer in (BROKEN, ELSEWHERE):
        async with listening(answer) as receiver:
            hook = await hooked(it, receiver.url, "product.*")
            await sold(it, sku=f"S-{answer[9:12].decode()}")
            found = await tried(it, hook)
            assert (found["state"], found["status"]) == ("failed", int(answer[9:12]))
            assert 5.0 <= found["next_at"] - found["log"][0]["at"] < 8.0
            failing = await body(await it.get(f"/api/webhooks/{hook['id']}"))
            assert failing["failing_since"] is not None
            assert (failing["version"], failing["active"]) == (1, True)
            assert (await body(await it.post(f"/api/deliveries/{found['id']}/resend"), 409))["code"] == (
                "delivery_pending"
            )
            await body(await it._ask("DELETE", f"/api/webhooks/{hook['id']}", client=HERE), 204)
            assert (await it.get(f"/api/deliveries/{found['id']}")).status_code == 404


async def test_one_that_does_not_answer_holds_no_other_up(it: Served) -> None:
    async with listening(slow=True) as slow, listening() as quick:
        await hooked(it, slow.url, "product.*")
        await hooked(it, quick.url, "product.*")
        for number in range(6):
            await sold(it, sku=f"S{number}")
        await quick.messages(6)
        await slow.messages(2)
        assert len(slow.got) == 2


async def test_one_that_says_it_is_gone_is_switched_off_and_the_log_says_so(it: Served) -> None:
    async with listening(GONE) as receiver:
        hook = await hooked(it, receiver.url, "product.*")
        await sold(it)
        assert (await tried(it, hook))["state"] == "given_up"
        found = await body(await it.get(f"/api/webhooks/{hook['id']}"))
        assert (found["active"], found["disabled_reason"]) == (False, "gone")
        (entry,) = (await body(await it.get("/api/audit?action=switch_off")))["items"]
        assert (entry["actor_kind"], entry["actor_name"], entry["after"]) == ("system", "webhooks", {"reason": "gone"})
        again = await changed(it, f"/api/webhooks/{hook['id']}", active=True)
        assert (again["active"], again["disabled_reason"], again["failing_since"]) == (True, "", None)


async def test_an_address_in_our_own_network_is_refused_when_it_is_entered_and_when_it_is_asked(it: Served) -> None:
    for url in (
        "https://10.0.0.1/",
        "http://example.com/",
        "https://localhost/",
        "ftp://x",
        "https://a:b@example.com/",
    ):
        answer = await body(await it.post("/api/webhooks", json={"url": url}), 422)
        assert answer["errors"][0]["field"] == "url"
    hook = await hooked(it, "http://127.0.0.1:9/")
    await changed(it, f"/api/webhooks/{hook['id']}", 422, url="https://192.168.0.1/")
    it.gateway.endpoints._allowed = it.gateway.endpoints._allowed.parse("10.0.0.0/8")
    await changed(it, f"/api/webhooks/{hook['id']}", url="http://10.0.0.1/")
    await body(await it.post(f"/api/webhooks/{hook['id']}/test"), 202)
    found = await tried(it, hook)
    assert (found["state"], found["status"]) == ("given_up", None)
    assert found["error"] in ("address_not_public", "scheme_not_allowed")


async def test_a_test_is_sent_also_to_one_that_is_switched_off(it: Served) -> None:
    async with listening() as receiver:
        hook = await hooked(it, receiver.url, "order.*", active=False)
        sent = await body(await it.post(f"/api/webhooks/{hook['id']}/test"), 202)
        assert (sent["kind"], sent["state"]) == ("webhook.test", "pending")
        (message,) = await receiver.messages(1)
        assert message["data"]["webhook_id"] == hook["id"]


async def test_what_was_delivered_can_be_sent_again_under_the_same_id(it: Served) -> None:
    async with listening() as receiver:
        hook = await hooked(it, receiver.url, "product.*")
        await sold(it)
        first = await delivered(it, hook, lambda delivery: delivery["state"] == "delivered")
        again = await body(await it.post(f"/api/deliveries/{first['id']}/resend"), 202)
        assert again["id"] != first["id"]
        one, other = await receiver.messages(2)
        assert one == other
        page = await body(await it.get(f"/api/webhooks/{hook['id']}/deliveries?limit=1"))
        assert [each["id"] for each in page["items"]] == [again["id"]]
        rest = await body(await it.get(f"/api/webhooks/{hook['id']}/deliveries?cursor={page['next_cursor']}"))
        assert [each["id"] for each in rest["items"]] == [first["id"]]


async def test_while_a_secret_is_replaced_both_sign(it: Served) -> None:
    async with listening() as receiver:
        hook = await hooked(it, receiver.url, "product.*")
        path = f"/api/webhooks/{hook['id']}/secret"
        fresh = await body(await it.post(path, json={"overlap_s": 3600}))
        await sold(it)
        await receiver.messages(1)
        headers, raw = receiver.got[0]
        now = it.gateway.clock.wall()
        assert all(verified(headers, raw, secrets=[each["secret"]], now=now) for each in (hook, fresh))
        newest = await body(await it.post(path, json={"overlap_s": 0}))
        await sold(it, sku="other")
        await receiver.messages(2)
        headers, raw = receiver.got[1]
        assert verified(headers, raw, secrets=[newest["secret"]], now=now)
        assert not verified(headers, raw, secrets=[hook["secret"], fresh["secret"]], now=now)


async def test_secrets_are_told_once_and_hidden_from_the_log(it: Served) -> None:
    answer = await it.post("/api/webhooks", json={"url": "http://127.0.0.1:9/", "description": "CRM"})
    hook = await body(answer, 201)
    assert answer.headers["Cache-Control"] == "no-store"
    assert hook["secret"].startswith("whsec_")
    shown = await body(await it.get(f"/api/webhooks/{hook['id']}"))
    assert shown == {name: value for name, value in hook.items() if name != "secret"}
    assert (await body(await it.get("/api/webhooks?active=true")))["items"] == [shown]
    assert hook["secret"] not in str(await body(await it.get("/api/audit")))


@pytest.mark.parametrize(
    "fields",
    [
        {"events": ["ordr.*"]},
        {"events": ["product"]},
        {"events": []},
        {"url": ""},
        {"secret": "mine"},
        {"description": "x" * 201},
    ],
)
async def test_a_webhook_that_makes_no_sense_is_refused(it: Served, fields: dict[str, Any]) -> None:
    answer = await it.post("/api/webhooks", json={"url": "http://127.0.0.1:9/", **fields})
    assert (await body(answer, 422))["code"] == "invalid"


async def test_a_tenant_has_so_many_webhooks_and_no_more(it: Served) -> None:
    for _ in range(MOST):
        await hooked(it, "http://127.0.0.1:9/")
    answer = await it.post("/api/webhooks", json={"url": "http://127.0.0.1:9/"})
    assert (await body(answer, 409))["code"] == "limit_reached"


async def test_a_webhook_that_was_changed_meanwhile_is_not_overwritten(it: Served) -> None:
    hook = await hooked(it, "http://127.0.0.1:9/")
    path = f"/api/webhooks/{hook['id']}"
    await changed(it, path, description="CRM")
    stale: dict[str, Any] = {"headers": {"If-Match": '"1"'}}
    await body(await it._ask("PATCH", path, client=HERE, json={"active": False}, **stale), 412)
    await body(await it.post(f"{path}/secret", json={}, **stale), 412)
    await body(await it._ask("DELETE", path, client=HERE, **stale), 412)


async def test_the_webhooks_of_another_tenant_do_not_exist_and_hear_nothing(it: Served) -> None:
    async with listening() as receiver:
        hook = await hooked(it, receiver.url, "*")
        business = it.gateway.business
        with pytest.raises(Refused) as refused:
            await business.get(STRANGER, WEBHOOKS, row_id=hook["id"])
        assert refused.value.code == "unknown_webhook"
        sent = await body(await it.post(f"/api/webhooks/{hook['id']}/test"), 202)
        for work in (
            lambda session: deliveries.one(session, sent["id"]),
            lambda session: deliveries.resend(session, sent["id"]),
            lambda session: deliveries.test(session, hook["id"]),
            lambda session: deliveries.page(session, hook["id"], state="", limit=5, cursor=""),
        ):
            with pytest.raises(Refused):
                await business.act(STRANGER, work)
        with pytest.raises(Refused):
            await it.gateway.endpoints.replace_secret(STRANGER, hook["id"], overlap_s=0, version=None)
        await business.act(system("other", "test"), lambda session: None)
        assert await receiver.kinds(1) == ["webhook.test"]


async def test_the_kinds_of_events_are_listed_with_examples(it: Served) -> None:
    items = (await body(await it.get("/api/webhooks/events")))["items"]
    found = {each["kind"]: each for each in items}
    assert {"call.started", "call.ended", "product.created", "product.deleted", "webhook.test"} <= found.keys()
    assert all(each["about"] and each["example"]["kind"] == each["kind"] for each in items)
    assert found["product.created"]["example"]["data"]["sku"] == "VAC-RABIA"
