"""Signing in with a password, staying signed in, leaving."""

import asyncio
import logging
from pathlib import Path

import pytest

from control_plane.testing.clock import FakeClock
from tests.gateways import ELSEWHERE, HERE, ORDER, TOKEN, Served, assembled, served
from tests.people import ANA, PAGE, PASSWORD, Browser, bearer, code_of, company, deeds, login, token_of, user


async def test_a_password_is_exchanged_for_cookies_that_open_the_api(it: Served) -> None:
    await user(it)
    browser = Browser(it)
    answer = await browser.login()
    assert answer.status_code == 200
    told = await answer.get_json()
    assert (told["access_token"], told["refresh_token"]) == (None, None)
    assert (told["user"]["email"], told["user"]["role"], told["user"]["tenant_id"]) == (ANA, "owner", "default")
    access, refresh = browser.cookies["centralita_session"], browser.cookies["centralita_refresh"]
    for cookie, path, age in ((access, "/", "600"), (refresh, "/api/auth", str(720 * 3600))):
        assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Strict", True)
        assert (cookie["path"], cookie["max-age"]) == (path, age)
    assert (await browser.get("/api/calls")).status_code == 200
    assert (await browser.post("/api/call/initiate", ORDER)).status_code == 200
    state = await (await browser.get("/api/auth/session")).get_json()
    assert (state["signed_in"], state["user"]["name"], state["setup_needed"]) == (True, "Ana Ruiz", False)
    assert state["expires"] > it.gateway.clock.wall() + 700 * 3600
    assert await deeds(it) == ["login"]


async def test_over_plain_http_the_cookies_are_not_marked_secure(it: Served) -> None:
    await user(it)
    browser = Browser(it)
    await browser.post("/api/auth/login", {"email": ANA, "password": PASSWORD}, **{
        "host": "10.0.0.5:8080", "origin": "http://10.0.0.5:8080", "x-forwarded-proto": "http"
    })  # fmt: skip
    assert browser.cookies["centralita_session"]["secure"] == ""


async def test_behind_a_proxy_that_does_the_tls_our_own_page_is_known(it: Served) -> None:
    """WEBHOOK_BASE_URL says that people reach us over https; the last proxy speaks of http."""
    await user(it)
    browser = Browser(it)
    page = {"host": "gateway.example", "origin": "https://gateway.example", "x-forwarded-proto": "http"}
    assert (await browser.post("/api/auth/login", {"email": ANA, "password": PASSWORD}, **page)).status_code == 200
    assert browser.cookies["centralita_session"]["secure"]
    assert (await browser.post("/api/call/initiate", ORDER, **page)).status_code == 200
    plain = {**page, "origin": "http://gateway.example"}
    assert await code_of(await browser.post("/api/call/initiate", ORDER, **plain)) == (403, "foreign_origin")


async def test_programs_get_tokens_and_pages_never_see_any(it: Served) -> None:
    await user(it)
    answer = await login(it, mode="token")
    told = await answer.get_json()
    assert "set-cookie" not in answer.headers
    headers = bearer(told["access_token"])
    assert (await it.get("/api/calls", client=ELSEWHERE, headers=headers)).status_code == 200
    again = {"mode": "token", "refresh_token": told["refresh_token"]}
    next_ = await (await it.post("/api/auth/refresh", client=ELSEWHERE, json=again)).get_json()
    assert next_["refresh_token"] not in (None, told["refresh_token"])

    browser = Browser(it)
    assert await code_of(await browser.login(mode="token")) == (422, "invalid")
    await browser.login()
    assert await code_of(await browser.post("/api/auth/refresh", {"mode": "token"})) == (422, "invalid")
    stolen = {"mode": "token", "refresh_token": next_["refresh_token"]}
    assert await code_of(await browser.post("/api/auth/refresh", stolen)) == (422, "invalid")


async def test_a_cookie_becomes_no_token_without_a_page_either(it: Served) -> None:
    await user(it)
    browser = Browser(it)
    await browser.login()
    headers = {"cookie": f"centralita_refresh={browser.value('centralita_refresh')}"}
    answer = await it.post("/api/auth/refresh", client=ELSEWHERE, headers=headers, json={"mode": "token"})
    assert await code_of(answer) == (401, "session_ended")


@pytest.mark.parametrize(
    "body",
    [
        {"email": ANA, "password": PASSWORD[:-1]},
        {"email": ANA, "password": ""},
        {"email": ANA, "password": "x" * 900},
        {"email": "nobody@clinica.example", "password": PASSWORD},
        {"email": "not an address", "password": PASSWORD},
    ],
)
async def test_everything_that_is_wrong_is_told_in_the_same_words(it: Served, body: dict[str, str]) -> None:
    await user(it)
    answer = await it.post("/api/auth/login", client=ELSEWHERE, json=body)
    assert await code_of(answer) == (401, "wrong_credentials")
    assert "set-cookie" not in answer.headers


async def test_neither_log_nor_answer_repeats_a_password(
    it: Served, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    await user(it)
    wrong = "a-password-of-another-service"
    texts = [await (await login(it, password=wrong)).get_data(as_text=True)]
    for body in ({"password": wrong * 100}, {"password": [wrong]}, {"passwords": wrong}, {"email": [wrong]}):
        answer = await it.post("/api/auth/login", client=ELSEWHERE, json={"email": ANA, **body})
        assert answer.status_code == 422
        texts.append(await answer.get_data(as_text=True))
    told = caplog.text + "".join(texts) + "".join(capsys.readouterr())
    assert wrong not in told


async def test_the_access_token_runs_out_and_a_refresh_brings_it_back(tmp_path: Path, database_url: str) -> None:
    clock = FakeClock()
    async with served(tmp_path, database_url, parts={"clock": clock}) as it:
        await user(it)
        browser = Browser(it)
        await browser.login()
        clock.advance(700)
        assert await code_of(await browser.get("/api/calls")) == (401, "unauthorized")
        state = await (await browser.get("/api/auth/session")).get_json()
        assert (state["signed_in"], state["refreshable"], state["user"]) == (False, True, None)
        answer = await browser.post("/api/auth/refresh", {})
        assert answer.status_code == 200
        assert (await answer.get_json())["expires"] == clock.wall() + 720 * 3600
        assert (await browser.get("/api/calls")).status_code == 200


async def test_a_token_that_is_used_again_ends_the_session_for_owner_and_thief(
    tmp_path: Path, database_url: str
) -> None:
    clock = FakeClock()
    async with served(tmp_path, database_url, parts={"clock": clock}) as it:
        await user(it)
        owner = Browser(it)
        await owner.login()
        thief = owner.twin()
        assert (await owner.post("/api/auth/refresh", {})).status_code == 200
        clock.advance(11)
        assert await code_of(await thief.post("/api/auth/refresh", {})) == (401, "session_ended")
        assert await code_of(await owner.get("/api/calls")) == (401, "unauthorized")
        assert await code_of(await owner.post("/api/auth/refresh", {})) == (401, "session_ended")
        assert (await deeds(it))[-1] == "token_reused"


async def test_two_pages_that_refresh_at_once_get_the_same_token(it: Served) -> None:
    await user(it)
    one = Browser(it)
    await one.login()
    two, foreign = one.twin(), one.twin()
    foreign.agent = "curl"
    for page in (one, two):
        assert (await page.post("/api/auth/refresh", {})).status_code == 200
    assert one.value("centralita_refresh") == two.value("centralita_refresh")
    assert (await two.post("/api/auth/refresh", {})).status_code == 200
    assert await code_of(await foreign.post("/api/auth/refresh", {})) == (401, "session_ended")
    assert await code_of(await two.get("/api/calls")) == (401, "unauthorized")


async def test_within_the_grace_a_used_successor_gives_the_copy_away(it: Served) -> None:
    await user(it)
    owner = Browser(it)
    await owner.login()
    thief = owner.twin()
    for _ in range(2):
        assert (await owner.post("/api/auth/refresh", {})).status_code == 200
    assert await code_of(await thief.post("/api/auth/refresh", {})) == (401, "session_ended")
    assert await code_of(await owner.get("/api/calls")) == (401, "unauthorized")


async def test_a_session_that_nobody_uses_ends(tmp_path: Path, database_url: str) -> None:
    clock = FakeClock()
    async with served(tmp_path, database_url, parts={"clock": clock}, session_hours=2) as it:
        await user(it)
        browser = Browser(it)
        await browser.login()
        clock.advance(2 * 3600 + 1)
        assert (await (await browser.get("/api/auth/session")).get_json())["refreshable"] is False
        assert await code_of(await browser.post("/api/auth/refresh", {})) == (401, "session_ended")


async def test_signing_out_ends_the_session_also_where_it_was_copied_to(it: Served) -> None:
    await user(it)
    browser = Browser(it)
    await browser.login()
    copy = browser.twin()
    assert (await browser.post("/api/auth/logout")).status_code == 204
    assert browser.cookies == {}
    assert await code_of(await copy.get("/api/calls")) == (401, "unauthorized")
    assert await code_of(await copy.post("/api/auth/refresh", {})) == (401, "session_ended")
    assert await deeds(it) == ["login", "logout"]
    assert (await browser.post("/api/auth/logout")).status_code == 204


async def test_signing_out_works_with_the_refresh_token_alone(it: Served) -> None:
    await user(it)
    browser = Browser(it)
    await browser.login()
    copy = browser.twin()
    browser.forget("centralita_session")
    assert (await browser.post("/api/auth/logout")).status_code == 204
    assert await code_of(await copy.get("/api/calls")) == (401, "unauthorized")


async def test_signing_out_everywhere_ends_all_sessions_of_this_user_and_no_other(it: Served) -> None:
    await user(it)
    await user(it, "bea@clinica.example")
    one, two, other = Browser(it), Browser(it), Browser(it)
    for browser, email in ((one, ANA), (two, ANA), (other, "bea@clinica.example")):
        await browser.login(email)
    assert (await one.post("/api/auth/logout-everywhere")).status_code == 204
    assert (await two.get("/api/calls")).status_code == 401
    assert (await other.get("/api/calls")).status_code == 200


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://centralita.example", "https://x"])
async def test_what_another_page_has_the_browser_send_changes_nothing(it: Served, origin: str | None) -> None:
    await user(it)
    browser = Browser(it)
    await browser.login()
    headers = {**browser._headers({}), **PAGE, "origin": origin or ""}
    if origin is None:
        del headers["origin"]
    answer = await it.post("/api/call/initiate", client=ELSEWHERE, headers=headers, json=ORDER)
    assert await code_of(answer) == (403, "foreign_origin")
    assert it.control.sent == []
    assert (await it.get("/api/calls", client=ELSEWHERE, headers=headers)).status_code == 200


@pytest.mark.parametrize("name", ["login", "logout", "refresh", "register", "setup", "forgot-password", "link"])
async def test_another_page_signs_nobody_in_or_out(it: Served, name: str) -> None:
    await user(it)
    browser = Browser(it)
    await browser.login()
    answer = await browser.post(
        f"/api/auth/{name}", {"email": ANA, "password": PASSWORD}, origin="https://evil.example"
    )
    assert await code_of(answer) == (403, "foreign_origin")
    assert "set-cookie" not in answer.headers


async def test_a_program_with_a_token_needs_no_origin(it: Served) -> None:
    await user(it)
    for token in (TOKEN, await token_of(it)):
        answer = await it.post("/api/call/initiate", client=ELSEWHERE, headers=bearer(token), json=ORDER)
        assert answer.status_code == 200


async def test_ten_wrong_passwords_shut_the_account_and_one_that_nobody_has_just_the_same(
    tmp_path: Path, database_url: str
) -> None:
    clock = FakeClock()
    async with served(tmp_path, database_url, parts={"clock": clock}, sign_ins_per_minute=1000) as it:
        await user(it)
        for email in (ANA, "nobody@clinica.example"):
            for _ in range(10):
                assert (await login(it, email, "wrong")).status_code == 401
            answer = await login(it, email)
            assert await code_of(answer) == (429, "too_many_attempts")
            assert answer.headers["retry-after"] == "30"
        clock.advance(30)
        assert (await login(it)).status_code == 200
        assert (await login(it, password="wrong")).status_code == 401


async def test_one_address_tries_twenty_times_a_minute(it: Served) -> None:
    for _ in range(20):
        assert (await login(it, "nobody@clinica.example", "wrong" * (_ % 2))).status_code in (401, 429)
    answer = await login(it, "somebody@clinica.example")
    assert await code_of(answer) == (429, "too_many_requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 3
    assert answer.headers["ratelimit-policy"] == '"default";q=20;w=60'
    body = {"email": "somebody@clinica.example", "password": "x"}
    other = await it.post("/api/auth/login", client=("198.51.100.1", 1), json=body)
    assert other.status_code == 401
    behind = {"x-real-ip": "203.0.113.77"}
    assert (await it.post("/api/auth/login", client=HERE, headers=behind, json=body)).status_code == 401


async def test_for_somebody_unknown_the_same_work_is_done(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    await user(it)
    parts = it.gateway.people.parts
    work: list[str] = []
    verify, across = parts.passwords.verify, parts.store.across

    async def counted_verify(password: str, hashed: str) -> bool:
        work.append("verify")
        return await verify(password, hashed)

    async def counted_across(job: object) -> object:
        # The store is shared with what runs in the background.
        if job.__module__.startswith("control_plane.services.people"):
            work.append("across")
        return await across(job)  # type: ignore[arg-type]

    monkeypatch.setattr(parts.passwords, "verify", counted_verify)
    monkeypatch.setattr(parts.store, "across", counted_across)
    done = []
    for email in (ANA, "nobody@clinica.example"):
        work.clear()
        assert (await login(it, email, "wrong")).status_code == 401
        done.append(list(work)[:2])
    assert done == [["across", "verify"]] * 2


async def test_a_refused_sign_in_is_noted(it: Served) -> None:
    await user(it)
    await login(it, password="wrong")

    async with asyncio.timeout(5):
        while await deeds(it) != ["login_failed"]:
            pass


async def test_disabled_people_and_those_of_suspended_companies_do_not_come_in(it: Served) -> None:
    from control_plane.resources.people import accounts
    from control_plane.resources.tenants import Tenant

    people = it.gateway.people
    ana = await user(it)
    other = await company(it)
    await user(it, "eva@otra.example", tenant=other)
    browser, stranger = Browser(it), Browser(it)
    await browser.login()
    await stranger.login("eva@otra.example")
    await people.parts.store.across(lambda session: accounts.set_fields(session, ana, status="disabled"))
    await people.parts.store.across(lambda session: setattr(session.get_one(Tenant, other), "status", "suspended"))
    await people.forget()
    for page, email in ((browser, ANA), (stranger, "eva@otra.example")):
        assert (await page.get("/api/calls")).status_code == 401
        assert await code_of(await page.post("/api/auth/refresh", {})) == (401, "session_ended")
        assert await code_of(await login(it, email)) == (403, "user_disabled")
        assert await code_of(await login(it, email, "wrong")) == (401, "wrong_credentials")


async def test_a_session_is_good_on_every_gateway_and_ends_on_all_of_them(tmp_path: Path, database_url: str) -> None:
    """Without Redis the other gateway believes what it knew for a quarter of a minute."""
    clock = FakeClock()
    other = assembled(tmp_path, database_url, node_id="other", parts={"clock": clock})
    async with served(tmp_path, database_url, parts={"clock": clock}) as it, other.app.test_app():
        await user(it)
        here = Browser(it)
        await here.login()
        there = Browser(other, cookies=dict(here.cookies))
        assert (await there.get("/api/calls")).status_code == 200
        await here.post("/api/auth/logout")
        clock.advance(16)
        assert (await there.get("/api/calls")).status_code == 401


async def test_without_a_token_of_the_installation_people_sign_in_all_the_same(
    tmp_path: Path, database_url: str
) -> None:
    async with served(tmp_path, database_url, auth_token="") as it:
        await user(it)
        assert (await it.get("/api/calls", client=ELSEWHERE, headers=bearer(await token_of(it)))).status_code == 200
