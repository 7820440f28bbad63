"""Whose numbers are whose, and how many lines: what the operator says, and what a tenant cannot take."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy.orm import Session

from control_plane.core.people.permissions import ALL
from control_plane.core.people.principal import Kind, Principal
from control_plane.core.refusals import Refused
from control_plane.ports.stores import StoreUnavailable
from control_plane.resources import tenant_settings
from control_plane.resources.idempotency import Ask
from control_plane.resources.numbers import NUMBERS, NumberIn
from control_plane.resources.tenants import Tenant
from control_plane.services.calls.orders import CallOrder
from tests.databases import empty_database
from tests.gateways import HERE, ORDER, OURS, Served, served

OWNER: Final = Principal(tenant_id="other", kind=Kind.USER, id="u1", role="owner", permissions=ALL)
NUMBER: Final = {"e164": "+576015550777", "label": "Recepción"}


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, empty_database(tmp_path / "x.db")) as it:

        def found(session: Session) -> None:
            plain = {"name": "", "zone": "", "language": "es", "region": "CO", "currency": "COP", "status": "active"}
            session.add(Tenant(id="other", tenant_id="other", retention={}, **plain))

        await it.gateway.business._store.across(found)
        yield it


async def take(it: Served, **number: Any) -> None:
    await it.gateway.business.create(OWNER, NUMBERS, data=NumberIn(**{**NUMBER, **number}), ask=Ask())


async def test_a_tenant_cannot_take_a_number_of_the_installation(it: Served) -> None:
    for number in (OURS, NUMBER["e164"]):
        with pytest.raises(Refused) as refused:
            await take(it, e164=number)
        assert refused.value.code == "not_allowed"


async def test_the_operator_assigns_numbers_to_tenants(it: Served) -> None:
    answer = await it.post("/api/tenants/other/numbers", json=NUMBER)
    assert answer.status_code == 201
    assert (await it.gateway.bots.book.called(NUMBER["e164"])).tenant_id == "other"
    assert (await (await it.get("/api/numbers")).get_json())["items"] == []


async def test_there_has_to_be_such_a_tenant(it: Served) -> None:
    answer = await it.post("/api/tenants/nobody/numbers", json=NUMBER)
    assert (answer.status_code, (await answer.get_json())["code"]) == (404, "unknown_tenant")


async def test_the_operator_shares_the_lines_out_and_tenants_see_their_share(it: Served) -> None:
    answer = await it._ask("PATCH", "/api/tenants/other/settings", client=HERE, json={"max_live_calls": 1})
    assert (answer.status_code, (await answer.get_json())["max_live_calls"]) == (200, 1)
    await it.post("/api/tenants/other/numbers", json=NUMBER)
    assert await it.gateway.bots.book.most_calls("other") == 1
    assert await it.gateway.bots.book.most_calls("default") == 0
    order = CallOrder(tenant_id="other", number="+573001234567")
    await it.gateway.desk.initiate(order)
    with pytest.raises(Refused) as refused:
        await it.gateway.desk.initiate(order)
    assert refused.value.code == "too_many_live_calls"
    await it._ask("PATCH", "/api/tenants/other/settings", client=HERE, json={"max_live_calls": 2})
    await it.gateway.desk.initiate(order)
    assert (await (await it.get("/api/settings")).get_json())["max_live_calls"] == 0


async def test_over_the_api_a_share_that_is_used_up_is_told_as_429(it: Served) -> None:
    answer = await it._ask("PATCH", "/api/settings", client=HERE, json={"max_live_calls": 1})
    assert answer.status_code == 200
    await it.call()
    for path in ("/api/call/initiate", "/api/sessions"):
        answer = await it.post(path, json=ORDER)
        assert (answer.status_code, (await answer.get_json())["code"]) == (429, "too_many_live_calls")


async def test_a_tenant_does_not_widen_its_own_share(it: Served) -> None:
    def change(session: Session, **fields: Any) -> Any:
        return tenant_settings.change(session, fields, version=None, default_zone="UTC")

    with pytest.raises(Refused) as refused:
        await it.gateway.business.act(OWNER, lambda session: change(session, max_live_calls=9))
    assert refused.value.code == "not_allowed"
    said = await it.gateway.business.act(OWNER, lambda session: change(session, max_live_calls=0, name="Otra"))
    assert said.name == "Otra", "what stays as it is is no change"


async def test_settings_of_a_tenant_that_is_not_there_are_not_changed(it: Served) -> None:
    answer = await it._ask("PATCH", "/api/tenants/nobody/settings", client=HERE, json={"name": "x"})
    assert (answer.status_code, (await answer.get_json())["code"]) == (404, "unknown_tenant")


async def test_without_the_database_the_last_known_share_counts(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    book = it.gateway.bots.book
    await it._ask("PATCH", "/api/settings", client=HERE, json={"max_live_calls": 7})
    assert await book.most_calls("default") == 7
    await book.forget()

    async def away(*_: Any) -> Any:
        raise StoreUnavailable("database: away")

    monkeypatch.setattr(book._store, "look", away)
    assert (await book.most_calls("default"), await book.most_calls("other")) == (7, 0)


async def test_nobody_calls_in_the_name_of_another(it: Served) -> None:
    order = CallOrder(tenant_id="other", number="+573001234567")
    with pytest.raises(Refused) as refused:
        await it.gateway.desk.initiate(order)
    assert refused.value.code == "no_own_number"
    await it.post("/api/tenants/other/numbers", json=NUMBER)
    assert (await it.gateway.desk.initiate(order)).sender == NUMBER["e164"]
