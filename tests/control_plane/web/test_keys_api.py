"""API keys: told once, held to what their maker may, replaced and revoked."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from control_plane.core.people.permissions import ALL, PERMISSIONS, Role
from control_plane.core.people.principal import Kind, Principal
from control_plane.core.refusals import Refused
from control_plane.resources.keys import KEYS, KeyIn
from control_plane.resources.people.tables import ApiKey
from tests.gateways import HERE, Served

CRM = {"name": "CRM", "scopes": ["contacts:write", "contacts:read"]}
LUZ = Principal(tenant_id="default", kind=Kind.USER, id="luz", role="owner", permissions=ALL)
STRANGER = replace(LUZ, tenant_id="other")


async def body(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, await answer.get_data(as_text=True)
    return await answer.get_json() if status != 204 else None


async def made(it: Served, **more: Any) -> Any:
    return await body(await it.post("/api/keys", json={**CRM, **more}), 201)


async def row(it: Served, key_id: str) -> ApiKey:
    def work(session: Session) -> ApiKey:
        return session.get_one(ApiKey, key_id)

    return await it.gateway.business._store.across(work)


def key_of(row_id: str, *scopes: str) -> Principal:
    """A program with this key."""
    return Principal(tenant_id="default", kind=Kind.KEY, id=row_id, role="owner", permissions=frozenset(scopes) & ALL)


async def test_a_key_is_told_once_and_only_its_hash_is_kept(it: Served) -> None:
    answer = await it.post("/api/keys", json=CRM)
    key = await body(answer, 201)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Location"] == f"/api/keys/{key['id']}"
    assert key["key"].startswith(f"{key['prefix']}_")
    assert key["scopes"] == ["contacts:read", "contacts:write"]
    shown = await body(await it.get(f"/api/keys/{key['id']}"))
    assert shown == {name: value for name, value in key.items() if name != "key"}
    stored = await row(it, key["id"])
    assert stored.hash == it.gateway.key_ring._secrets.hash_of(key["key"])
    (entry,) = (await body(await it.get("/api/audit?resource=api_keys")))["items"]
    assert entry["after"]["hash"] == "(hidden)"
    assert key["key"] not in str(entry)


@pytest.mark.parametrize(
    "fields",
    [{"scopes": []}, {"scopes": ["contacts:erase"]}, {"scopes": ["system:read"]}, {"expires_at": 1.0}, {"name": ""}],
)
async def test_a_key_that_makes_no_sense_is_refused(it: Served, fields: dict[str, Any]) -> None:
    assert (await body(await it.post("/api/keys", json={**CRM, **fields}), 422))["code"] == "invalid"


async def test_nobody_hands_out_what_they_do_not_have(it: Served) -> None:
    agent = replace(LUZ, role="agent", permissions=PERMISSIONS[Role.AGENT])
    with pytest.raises(Refused, match="do not have: keys:write"):
        await it.gateway.key_ring.make(agent, KeyIn(name="K", scopes=["keys:write", "calls:read"]))


async def test_a_key_that_makes_keys_gives_them_neither_more_nor_longer_than_it_has(it: Served) -> None:
    end = it.gateway.clock.wall() + 100.0
    first = await it.gateway.key_ring.make(LUZ, KeyIn(name="first", scopes=["keys:write"], expires_at=end))
    program = key_of(first.id, "keys:write")
    with pytest.raises(Refused):
        await it.gateway.key_ring.make(program, KeyIn(name="K", scopes=["orders:read"]))
    second = await it.gateway.key_ring.make(program, KeyIn(name="second", scopes=["keys:write"]))
    assert (second.expires_at, second.made_by) == (end, "luz")
    other = await it.gateway.key_ring.make(LUZ, KeyIn(name="other", scopes=["orders:read"]))
    with pytest.raises(Refused):
        await it.gateway.key_ring.rotate(program, other.id, grace_s=0, version=None)


async def test_a_new_secret_ends_the_old_one_at_once(it: Served) -> None:
    key = await made(it)
    again = await body(await it.post(f"/api/keys/{key['id']}/rotate", json={}))
    assert again["id"] == key["id"]
    assert again["prefix"] != key["prefix"]
    assert [each["id"] for each in (await body(await it.get("/api/keys")))["items"]] == [key["id"]]


async def test_the_old_secret_may_go_on_for_a_while_as_a_key_of_its_own(it: Served) -> None:
    key = await made(it)
    await body(await it.post(f"/api/keys/{key['id']}/rotate", json={"grace_s": 3600}))
    old = next(each for each in (await body(await it.get("/api/keys")))["items"] if each["id"] != key["id"])
    assert old["prefix"] == key["prefix"]
    assert 0 < old["expires_at"] - it.gateway.clock.wall() <= 3600
    assert (await body(await it.post(f"/api/keys/{key['id']}/rotate", json={"grace_s": 86_401}), 422))["code"]


async def test_who_replaces_a_secret_is_its_maker_from_then_on(it: Served) -> None:
    key = await made(it)
    assert key["made_by"] == ""
    await it.gateway.key_ring.rotate(LUZ, key["id"], grace_s=0, version=None)
    assert (await row(it, key["id"])).made_by == "luz"


async def test_a_revoked_key_stays_in_the_list_and_gets_no_new_secret(it: Served) -> None:
    key = await made(it)
    for _ in range(2):
        await body(await it._ask("DELETE", f"/api/keys/{key['id']}", client=HERE), 204)
    assert (await body(await it.get("/api/keys?revoked=false")))["items"] == []
    (shown,) = (await body(await it.get("/api/keys?revoked=true")))["items"]
    assert shown["revoked_at"] > 0
    assert (await body(await it.post(f"/api/keys/{key['id']}/rotate", json={}), 409))["code"] == "key_revoked"


async def test_a_key_is_renamed_and_nothing_else_of_it_changes(it: Served) -> None:
    key = await made(it)
    path = f"/api/keys/{key['id']}"
    assert (await body(await it._ask("PATCH", path, client=HERE, json={"name": "Norte"})))["name"] == "Norte"
    await body(await it._ask("PATCH", path, client=HERE, json={"scopes": ["users:write"]}), 422)
    stale = {"headers": {"If-Match": '"1"'}}
    assert (await body(await it._ask("DELETE", path, client=HERE, **stale), 412))["code"] == "version_mismatch"
    assert [each["name"] for each in (await body(await it.get("/api/keys?q=nor")))["items"]] == ["Norte"]


async def test_the_keys_of_another_tenant_do_not_exist(it: Served) -> None:
    key = await made(it)
    ring, business = it.gateway.key_ring, it.gateway.business
    for refused in (
        ring.rotate(STRANGER, key["id"], grace_s=0, version=None),
        ring.revoke(STRANGER, key["id"], version=None),
        business.get(STRANGER, KEYS, row_id=key["id"]),
    ):
        with pytest.raises(Refused) as found:
            await refused
        assert found.value.code == "unknown_key"
    assert (await row(it, key["id"])).revoked_at is None


async def test_permissions_are_listed_with_the_roles_that_have_them(it: Served) -> None:
    found = await body(await it.get("/api/permissions"))
    assert {each["name"] for each in found["permissions"]} == ALL
    assert all(each["en"] and each["es"] for each in found["permissions"])
    assert [each["name"] for each in found["roles"]] == ["owner", "admin", "agent", "viewer"]
    assert set(found["own"]) > ALL
