"""One's own account: password, name, codes of an authenticator."""

import re
from pathlib import Path

import pyotp
import pytest
from sqlalchemy.orm import Session

from control_plane.adapters.people.keys import ONE_TIME_CODES
from control_plane.adapters.people.seals import AesSeals
from control_plane.ports.errors import Unavailable
from control_plane.ports.mail import Mail
from control_plane.resources.people import accounts
from control_plane.resources.people.tables import User
from control_plane.testing.clock import FakeClock
from tests.gateways import ELSEWHERE, TOKEN, Served, served
from tests.people import ANA, OTHER_PASSWORD, PASSWORD, Browser, bearer, code_of, deeds, login, user
from tests.virtual_time import eventually


class Post:
    """A MailSender that keeps letters."""

    def __init__(self) -> None:
        self.letters: list[Mail] = []
        self.closed = False

    async def send(self, mail: Mail) -> None:
        if self.closed:
            raise Unavailable("mail", "no connection")
        self.letters.append(mail)


async def signed_in(it: Served, email: str = ANA) -> Browser:
    browser = Browser(it)
    assert (await browser.login(email)).status_code == 200
    return browser


async def test_people_see_who_they_are_and_change_their_name(it: Served) -> None:
    await user(it, role="viewer")
    browser = await signed_in(it)
    me = await (await browser.get("/api/auth/me")).get_json()
    assert (me["role"], me["totp"], me["recovery_codes_left"]) == ("viewer", False, 0)
    assert "calls:read" in me["permissions"]
    assert "system:read" not in me["permissions"]
    headers = browser._headers({"origin": "https://centralita.example", "host": "centralita.example"})
    answer = await it.app.test_client().patch(
        "/api/auth/me",
        json={"name": "Ana María", "language": "en"},
        headers={**headers, "x-forwarded-proto": "https"},
        scope_base={"client": ELSEWHERE},
    )
    assert answer.status_code == 200
    me = await (await browser.get("/api/auth/me")).get_json()
    assert (me["name"], me["language"]) == ("Ana María", "en")


@pytest.mark.parametrize("path", ["password", "totp/begin", "totp/confirm", "totp/disable", "logout-everywhere"])
async def test_only_somebody_with_an_account_has_one(it: Served, path: str) -> None:
    body = {"password": "x", "old_password": "x", "new_password": "y", "code": "1"}
    wanted = {"password": ["old_password", "new_password"], "totp/confirm": ["code"]}.get(path, ["password"])
    chosen = {name: body[name] for name in wanted}
    assert await code_of(await it.post(f"/api/auth/{path}", client=ELSEWHERE, json=chosen)) == (401, "unauthorized")
    answer = await it.post(f"/api/auth/{path}", client=ELSEWHERE, json=chosen, headers=bearer(TOKEN))
    assert await code_of(answer) == (403, "users_only")


async def test_a_changed_password_ends_the_other_sessions_and_is_told_by_letter(
    tmp_path: Path, database_url: str
) -> None:
    post = Post()
    async with served(tmp_path, database_url, parts={"mail": post}) as it:
        await user(it)
        one, two = await signed_in(it), await signed_in(it)
        wrong = {"old_password": "wrong", "new_password": OTHER_PASSWORD}
        assert await code_of(await one.post("/api/auth/password", wrong)) == (403, "wrong_password")
        weak = await one.post("/api/auth/password", {"old_password": PASSWORD, "new_password": "password123"})
        assert weak.status_code == 422
        assert (await weak.get_json())["errors"] == [{"field": "new_password", "message": "common"}]
        right = {"old_password": PASSWORD, "new_password": OTHER_PASSWORD}
        assert (await one.post("/api/auth/password", right)).status_code == 204
        assert (await one.get("/api/auth/me")).status_code == 200
        assert (await two.get("/api/auth/me")).status_code == 401
        assert (await login(it)).status_code == 401
        assert (await login(it, password=OTHER_PASSWORD)).status_code == 200
        await eventually(lambda: len(post.letters) == 1, within_s=5)
        assert post.letters[0].subject == "Su contraseña fue cambiada"
        assert "password_changed" in await deeds(it)


async def test_a_forgotten_password_is_replaced_by_a_link_that_is_good_once(tmp_path: Path, database_url: str) -> None:
    post, clock = Post(), FakeClock()
    async with served(tmp_path, database_url, parts={"mail": post, "clock": clock}) as it:
        await user(it)
        browser = await signed_in(it)
        for email in ("nobody@clinica.example", ANA):
            answer = await it.post("/api/auth/forgot-password", client=ELSEWHERE, json={"email": email})
            assert (answer.status_code, await answer.get_data()) == (202, b"")
        await eventually(lambda: len(post.letters) == 1, within_s=5)
        assert post.letters[0].to == ANA
        found = re.search(r"https://gateway\.example/reset-password#(\S+)", post.letters[0].text)
        assert found
        link = await it.post("/api/auth/link", client=ELSEWHERE, json={"token": found[1]})
        assert await link.get_json() == {"kind": "reset", "company": "", "email": ANA, "name": "Ana Ruiz"}
        assert await code_of(await reset(it, found[1], "password123")) == (422, "weak_password")
        assert (await reset(it, found[1])).status_code == 204
        assert await code_of(await reset(it, found[1])) == (410, "bad_link")
        assert (await browser.get("/api/auth/me")).status_code == 401
        assert (await login(it, password=OTHER_PASSWORD)).status_code == 200
        assert sorted(await deeds(it)) == ["login", "login", "password_forgotten", "password_reset"]


async def reset(it: Served, token: str, password: str = OTHER_PASSWORD) -> object:
    return await it.post("/api/auth/reset-password", client=ELSEWHERE, json={"token": token, "password": password})


async def test_a_link_runs_out_and_the_next_one_takes_its_place(tmp_path: Path, database_url: str) -> None:
    post, clock = Post(), FakeClock()
    async with served(tmp_path, database_url, parts={"mail": post, "clock": clock}) as it:
        await user(it)
        for count in (1, 2):
            await it.post("/api/auth/forgot-password", client=ELSEWHERE, json={"email": ANA})
            await eventually(lambda wanted=count: len(post.letters) == wanted, within_s=5)
        first, second = (letter.text.split("#")[1].split()[0] for letter in post.letters)
        assert await code_of(await reset(it, first)) == (410, "bad_link")
        clock.advance(3601)
        assert await code_of(await reset(it, second)) == (410, "bad_link")


async def test_nobody_is_flooded_with_letters(tmp_path: Path, database_url: str) -> None:
    post = Post()
    async with served(tmp_path, database_url, parts={"mail": post}) as it:
        await user(it)
        idle = it.gateway.supervisor.running
        for _ in range(6):
            assert (await it.post("/api/auth/forgot-password", json={"email": ANA})).status_code == 202
        await eventually(lambda: it.gateway.supervisor.running <= idle, within_s=5)
        assert len(post.letters) == 3


async def test_a_letter_that_cannot_be_sent_disturbs_nobody(tmp_path: Path, database_url: str) -> None:
    post = Post()
    post.closed = True
    async with served(tmp_path, database_url, parts={"mail": post}) as it:
        await user(it)
        assert (await it.post("/api/auth/forgot-password", json={"email": ANA})).status_code == 202
        assert (await login(it)).status_code == 200


async def codes_on(browser: Browser, clock: FakeClock) -> tuple[pyotp.TOTP, list[str]]:
    begun = await (await browser.post("/api/auth/totp/begin", {"password": PASSWORD})).get_json()
    assert begun["uri"].startswith("otpauth://totp/Centralita:")
    assert begun["qr_svg"].startswith("<svg")
    maker = pyotp.TOTP(begun["secret"])
    assert await code_of(await browser.post("/api/auth/totp/confirm", {"code": "000000"})) == (401, "wrong_code")
    done = await browser.post("/api/auth/totp/confirm", {"code": maker.at(int(clock.wall()))})
    assert done.status_code == 200
    return maker, (await done.get_json())["recovery_codes"]


async def test_with_codes_on_a_password_is_not_enough(tmp_path: Path, database_url: str) -> None:
    clock = FakeClock()
    async with served(tmp_path, database_url, parts={"clock": clock}) as it:
        await user(it)
        browser = await signed_in(it)
        maker, recovery = await codes_on(browser, clock)
        assert await code_of(await login(it)) == (401, "totp_needed")
        assert await code_of(await login(it, password="wrong", code="1")) == (401, "wrong_credentials")
        assert await code_of(await login(it, code="000000")) == (401, "wrong_code")
        used = maker.at(int(clock.wall()))
        assert await code_of(await login(it, code=used)) == (401, "wrong_code"), "it has confirmed the secret"
        clock.advance(30)
        code = maker.at(int(clock.wall()))
        assert (await login(it, code=code)).status_code == 200
        assert await code_of(await login(it, code=code)) == (401, "wrong_code")
        assert (await login(it, code=recovery[0].upper())).status_code == 200
        assert await code_of(await login(it, code=recovery[0])) == (401, "wrong_code")
        me = await (await browser.get("/api/auth/me")).get_json()
        assert me["totp"] is True
        assert await code_of(await browser.post("/api/auth/totp/begin", {"password": PASSWORD})) == (409, "totp_on")
        assert (await browser.post("/api/auth/totp/disable", {"password": PASSWORD})).status_code == 204
        assert (await login(it)).status_code == 200
        assert "totp_on" in await deeds(it)
        assert "totp_off" in await deeds(it)


async def totp_kept(it: Served, **fields: str) -> User:
    """Ana's row, with fields as another program would have left them."""

    def work(session: Session) -> User:
        ana = accounts.by_email(session, ANA)
        assert ana is not None
        if fields:
            accounts.set_fields(session, ana.id, **fields)
        return session.get_one(User, ana.id)

    return await it.gateway.people.parts.store.across(work)


async def test_secrets_of_authenticators_are_sealed_and_old_open_ones_are_at_the_next_code(
    tmp_path: Path, database_url: str
) -> None:
    clock = FakeClock()
    async with served(tmp_path, database_url, parts={"clock": clock}) as it:
        await user(it)
        browser, seals = await signed_in(it), it.gateway.people.parts.seals
        await browser.post("/api/auth/totp/begin", {"password": PASSWORD})
        assert seals.is_sealed((await totp_kept(it)).totp_pending)
        maker, recovery = await codes_on(browser, clock)
        row = await totp_kept(it)
        assert seals.open(row.totp_secret, about=row.id) == maker.secret
        assert maker.secret not in row.totp_secret
        for code in (maker.at(int(clock.wall()) + 30), recovery[0]):
            await totp_kept(it, totp_secret=maker.secret)
            clock.advance(30)
            assert (await login(it, code=code)).status_code == 200
            assert seals.open((await totp_kept(it)).totp_secret, about=row.id) == maker.secret
            assert seals.is_sealed((await totp_kept(it)).totp_secret)


async def test_a_lost_secret_of_the_installation_is_told_plainly_and_counts_as_no_failure(
    tmp_path: Path, database_url: str
) -> None:
    clock = FakeClock()
    async with served(tmp_path, database_url, parts={"clock": clock}) as it:
        await user(it)
        browser = await signed_in(it)
        maker, _ = await codes_on(browser, clock)
        row = await totp_kept(it)
        others = AesSeals(b"another installation", ONE_TIME_CODES)
        await totp_kept(it, totp_secret=others.seal(maker.secret, about=row.id))
        clock.advance(30)
        for _ in range(12):
            answer = await login(it, code=maker.at(int(clock.wall())))
            assert await code_of(answer) == (409, "secret_lost")
        assert (await browser.post("/api/auth/totp/disable", {"password": PASSWORD})).status_code == 204
        assert (await login(it)).status_code == 200
        await totp_kept(it, totp_pending=others.seal(maker.secret, about=row.id))
        assert await code_of(await browser.post("/api/auth/totp/confirm", {"code": "000000"})) == (409, "secret_lost")


async def test_codes_are_not_guessed_by_asking_for_the_code_in_between(tmp_path: Path, database_url: str) -> None:
    clock = FakeClock()
    async with served(tmp_path, database_url, parts={"clock": clock}, sign_ins_per_minute=1000) as it:
        await user(it)
        await codes_on(await signed_in(it), clock)
        for _ in range(10):
            assert (await login(it)).status_code == 401
            assert await code_of(await login(it, code="000000")) == (401, "wrong_code")
        assert await code_of(await login(it)) == (429, "too_many_attempts")


async def test_secrets_are_in_no_entry_of_the_audit_log(tmp_path: Path, database_url: str) -> None:
    from control_plane.resources.audit import AuditEntry

    clock = FakeClock()
    async with served(tmp_path, database_url, parts={"clock": clock}) as it:
        await user(it)
        maker, recovery = await codes_on(await signed_in(it), clock)
        rows = await it.gateway.people.parts.store.across(
            lambda session: [str((row.before, row.after)) for row in session.query(AuditEntry)]
        )
        assert rows
        assert not any(secret in text for text in rows for secret in (PASSWORD, maker.secret, recovery[0], "argon2"))
