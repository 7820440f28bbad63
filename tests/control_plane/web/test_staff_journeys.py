"""People and programs as they come in, work and are shown out."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateways import ELSEWHERE, HERE, Served, served
from tests.people import PASSWORD, bearer, code_of, company, token_of, user
from tests.staff import Letters

LUZ = "luz@clinica.example"
FORBIDDEN = (403, "not_allowed")
STRANGE = (401, "unauthorized")


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
async def it(tmp_path: Path, database_url: str, letters: Letters) -> AsyncIterator[Served]:
    async with served(tmp_path, database_url, parts={"mail": letters}) as gateway:
        yield gateway


async def asked(it: Served, method: str, path: str, token: str, **options: Any) -> Any:
    return await it._ask(method, path, client=ELSEWHERE, headers=bearer(token), **options)


async def test_who_is_invited_comes_in_and_is_shown_out_at_once(it: Served, letters: Letters) -> None:
    await user(it)
    ana = await token_of(it)
    invited = {"email": LUZ, "name": "Luz", "role": "agent"}
    made = await (await asked(it, "POST", "/api/users/invite", ana, json=invited)).get_json()
    link = re.search(r"/accept-invitation#(\S+)", (await letters.next()).text)
    assert link is not None
    accepted = {"token": link[1], "name": "Luz Mar", "password": PASSWORD, "mode": "token"}
    answers = [await it.post("/api/auth/accept-invitation", client=ELSEWHERE, json=accepted) for _ in range(2)]
    assert answers[0].status_code == 201
    assert (await code_of(answers[1]))[1] == "bad_link"
    luz = await token_of(it, LUZ)
    assert (await asked(it, "GET", "/api/products", luz)).status_code == 200
    for path in ("/api/users", "/api/keys", "/api/audit", "/api/webhooks"):
        assert await code_of(await asked(it, "GET", path, luz)) == FORBIDDEN
    assert await code_of(await asked(it, "PATCH", "/api/settings", luz, json={"name": "X"})) == FORBIDDEN
    path = f"/api/users/{made['id']}"
    assert (await asked(it, "PATCH", path, ana, json={"status": "disabled"})).status_code == 200
    assert await code_of(await asked(it, "GET", "/api/products", luz)) == STRANGE
    assert (await asked(it, "PATCH", path, ana, json={"status": "active"})).status_code == 200
    assert await code_of(await asked(it, "GET", "/api/products", luz)) == STRANGE
    assert (await asked(it, "GET", "/api/products", await token_of(it, LUZ))).status_code == 200


async def test_a_new_role_counts_at_once(it: Served) -> None:
    luz_id = await user(it, LUZ, role="admin")
    await user(it)
    luz = await token_of(it, LUZ)
    assert (await asked(it, "GET", "/api/users", luz)).status_code == 200
    await it._ask("PATCH", f"/api/users/{luz_id}", client=HERE, json={"role": "viewer"})
    assert await code_of(await asked(it, "GET", "/api/users", luz)) == FORBIDDEN


async def test_a_key_opens_what_its_scopes_say_until_it_is_replaced_or_revoked(it: Served) -> None:
    await user(it)
    ana = await token_of(it)
    wanted = {"name": "CRM", "scopes": ["products:read"]}
    made = await (await asked(it, "POST", "/api/keys", ana, json=wanted)).get_json()
    first = made["key"]
    assert (await asked(it, "GET", "/api/products", first)).status_code == 200
    assert await code_of(await asked(it, "GET", "/api/orders", first)) == FORBIDDEN
    path = f"/api/keys/{made['id']}"
    second = (await (await asked(it, "POST", f"{path}/rotate", ana, json={})).get_json())["key"]
    assert await code_of(await asked(it, "GET", "/api/products", first)) == STRANGE
    third = (await (await asked(it, "POST", f"{path}/rotate", ana, json={"grace_s": 600})).get_json())["key"]
    for key in (second, third):
        assert (await asked(it, "GET", "/api/products", key)).status_code == 200
    assert (await asked(it, "DELETE", path, ana)).status_code == 204
    assert await code_of(await asked(it, "GET", "/api/products", third)) == STRANGE
    assert (await asked(it, "GET", "/api/products", second)).status_code == 200


async def test_the_key_of_somebody_who_is_disabled_opens_nothing(it: Served) -> None:
    await user(it)
    luz_id = await user(it, LUZ, role="admin")
    wanted = {"name": "CRM", "scopes": ["products:read"]}
    luz = await token_of(it, LUZ)
    key = (await (await asked(it, "POST", "/api/keys", luz, json=wanted)).get_json())["key"]
    assert (await asked(it, "GET", "/api/products", key)).status_code == 200
    await it._ask("PATCH", f"/api/users/{luz_id}", client=HERE, json={"status": "disabled"})
    assert await code_of(await asked(it, "GET", "/api/products", key)) == STRANGE


async def test_a_program_with_a_key_appoints_nobody(it: Served) -> None:
    luz_id = await user(it, LUZ, role="viewer")
    await user(it)
    wanted = {"name": "HR", "scopes": ["users:read", "users:write"]}
    key = (await (await asked(it, "POST", "/api/keys", await token_of(it), json=wanted)).get_json())["key"]
    assert (await asked(it, "GET", "/api/users", key)).status_code == 200
    invited = {"email": "eva@clinica.example", "name": "Eva", "role": "viewer"}
    assert await code_of(await asked(it, "POST", "/api/users/invite", key, json=invited)) == FORBIDDEN
    answer = await asked(it, "PATCH", f"/api/users/{luz_id}", key, json={"role": "owner"})
    assert await code_of(answer) == FORBIDDEN


async def test_another_company_sees_nothing_of_it(it: Served) -> None:
    ana_id = await user(it)
    other = await company(it)
    await user(it, LUZ, tenant=other)
    luz = await token_of(it, LUZ)
    key = await (await it.post("/api/keys", json={"name": "CRM", "scopes": ["products:read"]})).get_json()
    hook = await (await it.post("/api/webhooks", json={"url": "https://crm.example.com/"})).get_json()
    for method, path in (
        ("GET", f"/api/users/{ana_id}"),
        ("DELETE", f"/api/users/{ana_id}"),
        ("POST", f"/api/users/{ana_id}/sign-out"),
        ("POST", f"/api/users/{ana_id}/invite"),
        ("GET", f"/api/keys/{key['id']}"),
        ("DELETE", f"/api/keys/{key['id']}"),
        ("GET", f"/api/webhooks/{hook['id']}"),
        ("DELETE", f"/api/webhooks/{hook['id']}"),
        ("POST", f"/api/webhooks/{hook['id']}/test"),
        ("GET", f"/api/webhooks/{hook['id']}/deliveries"),
        ("GET", "/api/deliveries/nobody"),
    ):
        assert (await asked(it, method, path, luz)).status_code == 404, (method, path)
    for path in ("/api/keys", "/api/webhooks"):
        assert (await (await asked(it, "GET", path, luz)).get_json())["items"] == []
    people = (await (await asked(it, "GET", "/api/users", luz)).get_json())["items"]
    assert [each["email"] for each in people] == [LUZ]
    assert (await (await asked(it, "GET", "/api/settings", luz)).get_json())["id"] == other
