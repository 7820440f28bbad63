"""Numbers that must not be called: listed, checked, and never dialled."""

import pytest

from control_plane.core.people.principal import system
from control_plane.core.refusals import Refused
from control_plane.resources.contacts.schemas import DoNotCallIn
from control_plane.resources.idempotency import Ask
from control_plane.services.calls.orders import CallOrder
from tests.gateways import ORDER, Served

NUMBER = "+573001234567"


async def suppress(it: Served, *numbers: str) -> dict[str, int]:
    asked = {"numbers": list(numbers), "reason": "asked for it", "source": "person"}
    answer = await it.post("/api/do-not-call", json=asked)
    assert answer.status_code == 201, await answer.get_data(as_text=True)
    return dict(await answer.get_json())


async def test_a_suppressed_number_is_not_dialled_and_an_allowed_one_again(it: Served) -> None:
    assert await suppress(it, "300 123 4567") == {"added": 1, "removed": 0, "unchanged": 0}
    refused = await it.post("/api/call/initiate", json=ORDER)
    assert (refused.status_code, (await refused.get_json())["code"]) == (409, "do_not_call")
    assert it.control.commands == []
    assert (await (await it.get("/api/calls")).get_json())["items"] == []
    removed = await it.post("/api/do-not-call/remove", json={"numbers": [NUMBER], "reason": "new consent"})
    assert await removed.get_json() == {"added": 0, "removed": 1, "unchanged": 0}
    await it.call()


async def test_who_is_suppressed_may_still_call_us(it: Served) -> None:
    call_id = await it.call()
    await suppress(it, NUMBER)
    assert (await it.get(f"/api/calls/{call_id}")).status_code == 200


async def test_a_number_is_on_the_list_once(it: Served) -> None:
    await suppress(it, NUMBER)
    assert await suppress(it, NUMBER, "0057 300 123 4567", "+34600112233") == {"added": 1, "removed": 0, "unchanged": 1}
    listed = await (await it.get("/api/do-not-call?number=3001234567")).get_json()
    assert [(item["e164"], item["reason"], item["source"]) for item in listed["items"]] == [
        (NUMBER, "asked for it", "person")
    ]
    assert len((await (await it.get("/api/do-not-call?source=person")).get_json())["items"]) == 2


async def test_a_number_is_checked_in_any_way_of_writing(it: Served) -> None:
    free = await (await it.get("/api/do-not-call/check?number=300 123 4567")).get_json()
    assert free == {"e164": NUMBER, "may_call": True, "entry": None}
    await suppress(it, NUMBER)
    taken = await (await it.get("/api/do-not-call/check?number=300 123 4567")).get_json()
    assert (taken["may_call"], taken["entry"]["reason"]) == (False, "asked for it")
    assert (await it.get("/api/do-not-call/check?number=12")).status_code == 422


async def test_why_a_number_may_be_called_again_is_in_the_audit_log(it: Served) -> None:
    await suppress(it, NUMBER)
    await it.post("/api/do-not-call/remove", json={"numbers": [NUMBER], "reason": "new consent"})
    entries = (await (await it.get("/api/audit?limit=50")).get_json())["items"]
    assert {"reason": "new consent"} in [entry["after"] for entry in entries]


async def test_nothing_is_added_when_one_of_the_numbers_is_none(it: Served) -> None:
    answer = await it.post("/api/do-not-call", json={"numbers": [NUMBER, "12"]})
    assert (answer.status_code, (await answer.get_json())["errors"][0]["field"]) == (422, "numbers.1")
    assert (await (await it.get("/api/do-not-call")).get_json())["items"] == []
    no_reason = await it.post("/api/do-not-call/remove", json={"numbers": [NUMBER]})
    assert no_reason.status_code == 422


async def test_a_contact_shows_that_it_must_not_be_called(it: Served) -> None:
    contact = {"name": "Ana", "numbers": [{"e164": NUMBER}]}
    made = await (await it.post("/api/contacts", json=contact)).get_json()
    await suppress(it, NUMBER)
    assert (await (await it.get(f"/api/contacts/{made['id']}")).get_json())["do_not_call"] is True


async def test_each_tenant_has_a_list_of_its_own(it: Served) -> None:
    await suppress(it, NUMBER)
    permit = it.gateway.desk._parts.permit
    suppressed = await permit.suppressed("default", NUMBER)
    assert suppressed is not None
    assert suppressed.source == "person"
    assert await permit.suppressed("other", NUMBER) is None
    assert await permit.suppressed("default", "+573009999999") is None
    with pytest.raises(Refused) as refused:
        await it.gateway.desk.initiate(CallOrder(tenant_id="default", number=NUMBER))
    assert refused.value.code == "do_not_call"
    with pytest.raises(Refused):
        await it.gateway.contacts.book.suppress(system("nobody", "x"), DoNotCallIn(numbers=[NUMBER]), ask=Ask())
