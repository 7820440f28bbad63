"""The first user of an installation, companies that register, owners who lost everything."""

from pathlib import Path
from typing import Any

import pytest

from control_plane.people_command import reset_owner
from control_plane.resources.people import accounts, links
from control_plane.testing.clock import FakeClock
from tests.gateways import ELSEWHERE, Served, served
from tests.people import ANA, OTHER_PASSWORD, PASSWORD, Browser, code_of, company, deeds, login, user

NEW = {"company": "Clínica San Martín", "name": "Ana Ruiz", "email": ANA, "password": PASSWORD}


class Terminal(list[str]):
    """What was shown."""

    def token(self) -> str:
        return self[-1].split("/welcome#")[1].split()[0]


async def state_of(it: Served) -> dict[str, Any]:
    answer: dict[str, Any] = await (await it.get("/api/auth/session", client=ELSEWHERE)).get_json()
    return answer


async def test_whoever_started_an_empty_installation_becomes_its_owner(tmp_path: Path, database_url: str) -> None:
    shown = Terminal()
    async with served(tmp_path, database_url, parts={"show": shown.append}) as it:
        assert "https://gateway.example/welcome#" in shown[0]
        assert (await state_of(it))["setup_needed"] is True
        link = await it.post("/api/auth/link", client=ELSEWHERE, json={"token": shown.token()})
        assert (await link.get_json())["kind"] == "setup"
        browser = Browser(it)
        weak = {**NEW, "token": shown.token(), "password": "Ana Ruiz 2026"}
        assert await code_of(await browser.post("/api/auth/setup", weak)) == (422, "weak_password")
        answer = await browser.post("/api/auth/setup", {**NEW, "token": shown.token()})
        assert answer.status_code == 201
        me = (await answer.get_json())["user"]
        assert (me["role"], me["tenant_id"], me["tenant_name"]) == ("owner", "default", "Clínica San Martín")
        assert {"system:read", "system:write", "users:write"} <= set(me["permissions"])
        assert (await browser.get("/api/calls")).status_code == 200
        assert (await state_of(it))["setup_needed"] is False
        again = {**NEW, "token": shown.token(), "email": "eva@otra.example"}
        assert await code_of(await Browser(it).post("/api/auth/setup", again)) == (409, "setup_done")
    async with served(tmp_path, database_url, parts={"show": shown.append}):
        assert len(shown) == 1, "it is shown no more"


@pytest.mark.parametrize("token", ["", "x", "x" * 32])
async def test_nobody_guesses_the_link(it: Served, token: str) -> None:
    assert await code_of(await it.post("/api/auth/setup", json={**NEW, "token": token})) == (410, "bad_link")
    assert (await state_of(it))["setup_needed"] is True


async def test_the_link_runs_out_and_the_next_start_shows_another(tmp_path: Path, database_url: str) -> None:
    shown, clock = Terminal(), FakeClock()
    async with served(tmp_path, database_url, parts={"show": shown.append, "clock": clock}) as it:
        clock.advance(24 * 3600 + 1)
        answer = await it.post("/api/auth/setup", json={**NEW, "token": shown.token()})
        assert await code_of(answer) == (410, "bad_link")
    async with served(tmp_path, database_url, parts={"show": shown.append, "clock": clock}) as it:
        assert (await it.post("/api/auth/setup", json={**NEW, "token": shown.token()})).status_code == 201


async def test_strangers_register_where_it_is_open_and_nowhere_else(tmp_path: Path, database_url: str) -> None:
    async with served(tmp_path, database_url) as it:
        assert await code_of(await it.post("/api/auth/register", json=NEW)) == (403, "registration_closed")
    async with served(tmp_path, database_url, registration="open") as it:
        assert (await state_of(it))["registration"] == "open"
        browser = Browser(it)
        answer = await browser.post("/api/auth/register", NEW)
        assert answer.status_code == 201
        me = (await answer.get_json())["user"]
        assert (me["role"], me["tenant_name"]) == ("owner", "Clínica San Martín")
        assert me["tenant_id"] != "default"
        assert "system:read" not in me["permissions"]
        assert await code_of(await browser.get("/api/doctor")) in ((403, "not_allowed"), (405, "method_not_allowed"))
        assert await code_of(await it.post("/api/auth/register", json=NEW)) == (409, "email_taken")
        assert await deeds(it) == ["registered"]


async def test_companies_do_not_see_each_other(tmp_path: Path, database_url: str) -> None:
    async with served(tmp_path, database_url, registration="open") as it:
        browser = Browser(it)
        await browser.post("/api/auth/register", NEW)
        call_id = await it.call()
        assert await code_of(await browser.get(f"/api/calls/{call_id}")) == (404, "unknown_call")


async def test_an_invited_user_comes_in_with_the_link(it: Served) -> None:
    people = it.gateway.people
    guest = await user(it, role="agent")
    new = people.parts.secrets.new_token()
    invite = links.NewLink(kind="invite", hash=new.hash, tenant_id="default", user_id=guest)
    await people.parts.store.across(lambda session: links.make(session, invite))
    await people.parts.store.across(
        lambda session: accounts.set_fields(session, guest, status="invited", password_hash="")
    )
    assert await code_of(await login(it)) == (401, "wrong_credentials")
    told = await (await it.post("/api/auth/link", json={"token": new.token})).get_json()
    assert (told["kind"], told["email"]) == ("invite", ANA)
    browser = Browser(it)
    body = {"token": new.token, "password": OTHER_PASSWORD, "name": "Anita"}
    answer = await browser.post("/api/auth/accept-invitation", body)
    assert answer.status_code == 201
    me = (await answer.get_json())["user"]
    assert (me["name"], me["role"]) == ("Anita", "agent")
    assert await code_of(await browser.post("/api/auth/accept-invitation", body)) == (410, "bad_link")
    assert (await login(it, password=OTHER_PASSWORD)).status_code == 200


async def test_an_owner_who_lost_everything_gets_a_link(it: Served, capsys: pytest.CaptureFixture[str]) -> None:
    ana = await user(it)
    lost = {"totp_secret": "JBSWY3DPEHPK3PXP", "status": "disabled"}
    await it.gateway.people.parts.store.across(lambda session: accounts.set_fields(session, ana, **lost))
    capsys.readouterr()
    assert await reset_owner(it.gateway.people, "") == 0
    out, error = capsys.readouterr()
    assert out.startswith("https://gateway.example/reset-password#")
    assert ANA in error
    body = {"token": out.strip().split("#")[1], "password": OTHER_PASSWORD}
    assert (await it.post("/api/auth/reset-password", json=body)).status_code == 204
    assert (await login(it, password=OTHER_PASSWORD)).status_code == 200
    assert "owner_recovered" in await deeds(it)


async def test_only_owners_are_recovered_so(it: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert await reset_owner(it.gateway.people, "") == 0
    assert "/welcome#" in capsys.readouterr().out
    await user(it, role="admin")
    for email in ("", ANA, "nobody@clinica.example"):
        assert await reset_owner(it.gateway.people, email) == 1
    other = await company(it)
    await user(it, "eva@otra.example", tenant=other)
    assert await reset_owner(it.gateway.people, "") == 1
    assert await reset_owner(it.gateway.people, "eva@otra.example") == 0
