"""As whom somebody acts: by AUTH_TOKEN, key, access token or cookie, and what becomes of it when rights change."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from control_plane.core.people.principal import Principal
from control_plane.ports.limits import Limit
from control_plane.resources.people import accounts
from control_plane.resources.people.tables import ApiKey
from control_plane.services.people.parts import PeoplePolicy
from control_plane.services.people.rights import EVERYTHING, operator
from control_plane.testing.clock import FakeClock
from tests.gateways import ELSEWHERE, HERE, ORDER, TOKEN, Served, assembled, served
from tests.people import ANA, Browser, bearer, code_of, company, login, token_of, user

OPERATOR = operator("default", "")


async def key(it: Served, *scopes: str, made_by: str = "", tenant: str = "default", **fields: Any) -> tuple[str, str]:
    """A new key, and its id."""
    new = it.gateway.people.parts.secrets.new_api_key()

    def work(session: Session) -> str:
        row = ApiKey(
            tenant_id=tenant,
            name="CRM",
            prefix=new.prefix,
            hash=new.hash,
            scopes=list(scopes),
            made_by=made_by,
            **{"expires_at": None, "last_used_at": None, "revoked_at": None, **fields},
        )
        session.add(row)
        session.flush()
        return row.id

    return new.key, await it.gateway.people.parts.store.across(work)


async def ask(it: Served, token: str, path: str = "/api/calls", **options: Any) -> Any:
    return await it.get(path, **{"client": ELSEWHERE, **options}, headers=bearer(token))


async def test_a_key_opens_what_its_scopes_say(it: Served) -> None:
    shown, _ = await key(it, "calls:read", "system:read", "nonsense")
    assert (await ask(it, shown)).status_code == 200
    assert (await ask(it, shown, "/api/sessions/stats")).status_code == 200
    answer = await it.post("/api/call/initiate", client=ELSEWHERE, headers=bearer(shown), json=ORDER)
    assert await code_of(answer) == (403, "not_allowed")
    assert await code_of(await ask(it, shown, "/metrics")) == (403, "not_allowed"), "no key sees the installation"
    assert await code_of(await ask(it, shown, "/api/auth/me")) == (403, "users_only")


@pytest.mark.parametrize("fields", [{"revoked_at": 1.0}, {"expires_at": 1.0}, {"made_by": "somebody who is gone"}])
async def test_a_key_that_is_no_good_opens_nothing_not_even_on_this_machine(it: Served, fields: dict[str, Any]) -> None:
    shown, _ = await key(it, "calls:read", **fields)
    for client in (ELSEWHERE, HERE):
        assert (await ask(it, shown, client=client)).status_code == 401


async def test_only_the_whole_key_opens(it: Served) -> None:
    shown, _ = await key(it, "calls:read")
    for wrong in (shown[:-1], shown[:-1] + ("a" if shown[-1] != "a" else "b"), shown[:11], shown + "x", "cg_", "cg__"):
        assert (await ask(it, wrong)).status_code == 401


async def test_a_key_may_never_do_more_than_its_maker(it: Served) -> None:
    maker = await user(it, role="viewer")
    shown, _ = await key(it, "calls:read", "users:write", made_by=maker)
    assert (await ask(it, shown)).status_code == 200
    assert await code_of(await ask(it, shown, "/api/users")) == (403, "not_allowed")
    await it.gateway.people.parts.store.across(lambda session: accounts.set_fields(session, maker, status="disabled"))
    await it.gateway.people.forget()
    assert (await ask(it, shown)).status_code == 401


async def test_the_use_of_a_key_is_noted_once_a_minute(tmp_path: Path, database_url: str) -> None:
    clock = FakeClock()
    async with served(tmp_path, database_url, parts={"clock": clock}) as it:
        shown, key_id = await key(it, "calls:read")
        people = it.gateway.people
        began, noted = clock.wall(), []
        for _ in range(4):
            idle = it.gateway.supervisor.running
            await ask(it, shown)
            while it.gateway.supervisor.running > idle:
                await people.parts.store.across(accounts.anybody)
            found = await people.parts.store.across(lambda session: session.get_one(ApiKey, key_id).last_used_at)
            noted.append(found - began)
            clock.advance(40)
        assert noted == [0, 0, 80, 80]


async def test_a_key_belongs_to_its_tenant(it: Served) -> None:
    call_id = await it.call()
    shown, _ = await key(it, "calls:read", tenant=await company(it))
    assert await code_of(await ask(it, shown, f"/api/calls/{call_id}")) == (404, "unknown_call")
    mine, _ = await key(it, "calls:read")
    assert (await ask(it, mine, f"/api/calls/{call_id}")).status_code == 200


@pytest.mark.parametrize(
    ("role", "tenant", "sees"), [("owner", "default", True), ("admin", "default", True), ("agent", "default", False)]
)
async def test_who_runs_the_first_company_runs_the_installation(it: Served, role: str, tenant: str, sees: bool) -> None:
    await user(it, role=role, tenant=tenant)
    token = await token_of(it)
    assert (await ask(it, token, "/metrics")).status_code == (200 if sees else 403)
    claims = it.gateway.people.parts.tokens.read(token, now=it.gateway.clock.wall())
    assert claims is not None
    assert claims.ops is sees
    health = await (await ask(it, token, "/health")).get_json()
    assert ("uptime_s" in health and health["uptime_s"] > 0) is sees


async def test_the_owner_of_another_company_sees_nothing_of_the_installation(it: Served) -> None:
    await user(it, tenant=await company(it))
    token = await token_of(it)
    assert (await ask(it, token)).status_code == 200
    assert await code_of(await ask(it, token, "/metrics")) == (403, "not_allowed")


async def test_a_change_of_role_takes_effect_at_once_though_the_token_says_otherwise(it: Served) -> None:
    bea = await user(it, "bea@clinica.example", role="admin")
    await user(it)
    token, owner = await token_of(it, "bea@clinica.example"), await token_of(it)
    assert (await ask(it, token, "/api/users")).status_code == 200
    found = await (await ask(it, owner, f"/api/users/{bea}")).get_json()
    changed = await it.app.test_client().patch(
        f"/api/users/{bea}",
        json={"role": "viewer"},
        headers={**bearer(owner), "if-match": f'"{found["version"]}"'},
        scope_base={"client": ELSEWHERE},
    )
    assert changed.status_code == 200
    assert await code_of(await ask(it, token, "/api/users")) in ((403, "not_allowed"), (401, "unauthorized"))


async def test_a_bearer_token_alone_decides(it: Served) -> None:
    """A program that shows a bad one is a stranger, wherever it runs and whatever else it has."""
    await user(it, role="viewer")
    browser = Browser(it)
    await browser.login()
    assert (await ask(it, "x", client=HERE)).status_code == 401
    assert (await browser.get("/api/calls", authorization="Bearer x")).status_code == 401
    token = await token_of(it)
    assert await code_of(await ask(it, token, "/metrics", client=HERE)) == (403, "not_allowed")
    assert (await ask(it, TOKEN, "/metrics")).status_code == 200


async def test_a_token_of_another_installation_opens_nothing(it: Served, tmp_path: Path, database_url: str) -> None:
    await user(it)
    token = await token_of(it)
    other = assembled(tmp_path, database_url, auth_token="another token", node_id="other")
    async with other.app.test_app():
        assert (await ask(other, token)).status_code == 401


def small(policy: PeoplePolicy) -> PeoplePolicy:
    from dataclasses import replace

    return replace(policy, requests=Limit.per_minute(6, burst=2))


async def test_who_asks_too_often_waits_and_others_do_not(it: Served) -> None:
    from dataclasses import replace

    people = it.gateway.people
    people.parts = replace(people.parts, policy=small(people.parts.policy))
    await user(it)
    token, (shown, _) = await token_of(it), await key(it, "calls:read")
    first = await ask(it, token)
    assert (first.headers["ratelimit-policy"], first.headers["ratelimit"]) == ('"default";q=6;w=60', '"default";r=1')
    assert (await ask(it, token)).status_code == 200
    answer = await ask(it, token)
    assert await code_of(answer) == (429, "too_many_requests")
    assert answer.headers["retry-after"] == "10"
    assert answer.headers["ratelimit"] == '"default";r=0;t=10'
    assert (await ask(it, shown)).status_code == 200
    for _ in range(4):
        operators = await ask(it, TOKEN)
        assert operators.status_code == 200
        assert "ratelimit" not in operators.headers
    strangers = [(await ask(it, "x")).status_code for _ in range(3)]
    assert strangers == [401, 401, 429]


async def test_bogus_keys_of_one_address_reach_the_database_so_often_and_no_further(
    it: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    people, asked = it.gateway.people, []
    tight = replace(people.parts.policy, new_keys=Limit.per_minute(6, burst=3))
    monkeypatch.setattr(people.keys, "_parts", replace(people.parts, policy=tight))
    (good, good_id), (late, _) = await key(it, "calls:read"), await key(it, "calls:read")
    assert (await ask(it, good)).status_code == 200
    look = people.parts.store.look_across

    async def counted(work: Any) -> Any:
        asked.append(work)
        return await look(work)

    monkeypatch.setattr(people.parts.store, "look_across", counted)
    bogus = [people.parts.secrets.new_api_key().key for _ in range(6)]
    answers = [await ask(it, each) for each in bogus]
    assert [answer.status_code for answer in answers] == [401, 401, 429, 429, 429, 429]
    assert await code_of(answers[-1]) == (429, "too_many_requests")
    assert answers[-1].headers["retry-after"] == "10"
    assert len(asked) == 2
    assert (await it.get("/api/auth/session", client=ELSEWHERE, headers=bearer(bogus[0]))).status_code == 429
    assert (await ask(it, late)).status_code == 429, "one that was never seen here may be a try, too"
    assert (await ask(it, good)).status_code == 200
    elsewhere = ("198.51.100.9", 1)
    assert (await ask(it, late, client=elsewhere)).status_code == 200
    assert (await ask(it, late)).status_code == 200
    proxied = {**bearer(bogus[0]), "x-real-ip": "198.51.100.77"}
    assert (await it.get("/api/calls", client=("10.0.0.1", 1), headers=proxied)).status_code == 401

    def revoke(session: Session) -> None:
        session.get_one(ApiKey, good_id).revoked_at = 1.0

    await people.parts.store.across(revoke)
    await people.forget()
    assert [(await ask(it, good)).status_code for _ in range(2)] == [401, 429]


async def test_good_keys_are_known_from_the_start_and_a_neighbour_who_tries_keys_does_not_keep_them_out(
    it: Served, tmp_path: Path, database_url: str
) -> None:
    from dataclasses import replace

    (good, _), (revoked, _) = await key(it, "calls:read", last_used_at=5.0), await key(it, "calls:read", revoked_at=1.0)
    new = assembled(tmp_path, database_url, node_id="new")
    async with new.app.test_app():
        people = new.gateway.people
        tight = replace(people.parts.policy, new_keys=Limit.per_minute(6, burst=2))
        people.keys._parts = replace(people.parts, policy=tight)
        bogus = [people.parts.secrets.new_api_key().key for _ in range(3)]
        assert [(await ask(new, each)).status_code for each in bogus] == [401, 401, 429]
        assert (await ask(new, good)).status_code == 200
        assert (await ask(new, revoked)).status_code == 429


async def test_of_many_keys_those_that_were_used_last_are_known_from_the_start(
    it: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from control_plane.services.people import keys

    made = [(await key(it, last_used_at=used))[0] for used in (5.0, None, 7.0, 6.0)]
    hashes = [it.gateway.people.parts.secrets.hash_of(each) for each in made]
    monkeypatch.setattr(keys, "REMEMBERED", 2)
    fresh = keys.Keys(it.gateway.people.parts)
    await fresh.warm()
    assert list(fresh._good) == [hashes[3], hashes[2]], "the last one is forgotten last"


async def test_a_gateway_starts_also_when_it_cannot_know_its_keys_yet(
    it: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from control_plane.ports.stores import StoreUnavailable
    from control_plane.services.people.keys import Keys

    async def away(_: Any) -> None:
        raise StoreUnavailable("away")

    fresh = Keys(it.gateway.people.parts)
    monkeypatch.setattr(it.gateway.people.parts.store, "look_across", away)
    await fresh.warm()
    assert not fresh._good


async def test_a_request_that_another_control_plane_passes_on_keeps_its_tenant(it: Served) -> None:
    other = await company(it)
    call_id = await it.call()
    passed = {"x-centralita-forwarded": "1", "x-centralita-tenant": other}
    answer = await it.get(f"/api/calls/{call_id}", client=ELSEWHERE, headers={**bearer(TOKEN), **passed})
    assert await code_of(answer) == (404, "unknown_call")
    await user(it)
    own = await it.get(f"/api/calls/{call_id}", client=ELSEWHERE, headers={**bearer(await token_of(it)), **passed})
    assert own.status_code == 200, "only the operator speaks for others"


async def test_nothing_below_the_api_answers_a_stranger(it: Served) -> None:
    """Every route and method that there is, with and without a key that opens nothing."""
    from control_plane.web.access import is_open

    answered, tried = [], 0
    for rule in it.app.url_map.iter_rules():
        path = rule.rule.replace("<path:", "<").replace("<float:", "<").replace("<int:", "<")
        parts = ["x" if part.startswith("<") else part for part in path.split("/")]
        path = "/".join(parts)
        if rule.websocket or is_open(path) or rule.endpoint == "static":
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            client = (f"198.51.{tried // 200}.{tried % 200}", 1)
            answer = await it.app.test_client().open(path, method=method, scope_base={"client": client})
            tried += 1
            if answer.status_code != 401:
                answered.append((method, path, answer.status_code))
    assert tried > 50
    assert answered == []


async def test_every_route_but_the_open_ones_says_whom_it_is_for(it: Served) -> None:
    from control_plane.web.access import is_open

    silent = [
        rule.rule
        for rule in it.app.url_map.iter_rules()
        if not rule.websocket
        and rule.endpoint != "static"
        and not is_open(rule.rule)
        and not getattr(it.app.view_functions[rule.endpoint], "__needs__", "")
    ]
    assert silent == []


def test_the_operator_may_do_everything() -> None:
    assert isinstance(OPERATOR, Principal)
    assert OPERATOR.permissions == EVERYTHING


async def test_what_has_run_out_is_forgotten(tmp_path: Path, database_url: str) -> None:
    clock = FakeClock()
    async with served(tmp_path, database_url, parts={"clock": clock}, session_hours=2) as it:
        await user(it)
        await login(it)
        await login(it, "nobody@clinica.example", "wrong")
        assert await it.gateway.people.sweep() == 0
        clock.advance(2 * 86_400)
        assert await it.gateway.people.sweep() == 2, "a token and a failure"
        clock.advance(31 * 86_400)
        assert await it.gateway.people.sweep() == 2, "the session and the link of the first start"
        assert (await login(it, ANA)).status_code == 200
