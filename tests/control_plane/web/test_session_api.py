"""A browser signs in with the token and is known by its cookie from then on."""

import logging
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest

from control_plane.web import attempts, cookie
from tests.gateways import ELSEWHERE, HERE, ORDER, TOKEN, Served, served

PAGE = {"host": "centralita.example", "origin": "https://centralita.example", "x-forwarded-proto": "https"}


async def sign_in(it: Served, token: str = TOKEN, **options: Any) -> Any:
    return await it.post("/api/auth/login", json={"token": token}, **{"client": ELSEWHERE, **options})


def cookie_of(answer: Any) -> Any:
    return SimpleCookie(answer.headers["set-cookie"])[cookie.NAME]


def carrying(value: str, **headers: str) -> dict[str, str]:
    return {"cookie": f"{cookie.NAME}={value}", **headers}


async def test_the_token_is_exchanged_for_a_cookie_that_opens_the_api(it: Served) -> None:
    answer = await sign_in(it)
    assert answer.status_code == 204
    given = cookie_of(answer)
    assert (given["httponly"], given["samesite"], given["path"], given["secure"]) == (True, "Strict", "/", "")
    assert given["max-age"] == str(12 * 3600)
    headers = carrying(given.value)
    assert (await it.get("/api/calls", client=ELSEWHERE, headers=headers)).status_code == 200
    state = await (await it.get("/api/auth/session", client=ELSEWHERE, headers=headers)).get_json()
    assert state == {"signed_in": True, "expires": float(given.value.split(".")[1])}


async def test_over_https_the_cookie_stays_there(it: Served) -> None:
    answer = await sign_in(it, headers=PAGE)
    assert cookie_of(answer)["secure"] is True


async def test_behind_a_proxy_that_does_the_tls_our_own_page_is_known(it: Served) -> None:
    """WEBHOOK_BASE_URL says that people reach us over https; the last proxy speaks of http."""
    page = {"host": "gateway.example", "origin": "https://gateway.example", "x-forwarded-proto": "http"}
    answer = await sign_in(it, headers={**page, "x-forwarded-for": "203.0.113.7"})
    assert answer.status_code == 204
    given = cookie_of(answer)
    assert given["secure"]
    placed = await it.post("/api/call/initiate", json=ORDER, client=ELSEWHERE, headers=carrying(given.value, **page))
    assert placed.status_code == 200
    plain = {**page, "origin": "http://gateway.example"}
    refused = await it.post("/api/call/initiate", json=ORDER, client=ELSEWHERE, headers=carrying(given.value, **plain))
    assert refused.status_code == 403


async def test_how_long_it_is_good_is_a_setting(tmp_path: Path, database_url: str) -> None:
    async with served(tmp_path, database_url, session_hours=2) as it:
        given = cookie_of(await sign_in(it))
        left_s = int(given.value.split(".")[1]) - it.gateway.clock.wall()
        assert given["max-age"] == "7200"
        assert 7100 < left_s <= 7200


async def test_a_wrong_token_is_refused(it: Served) -> None:
    for token in ("", TOKEN[:-1], TOKEN + "x", "ñ", "\ud800"):
        answer = await it.post(
            "/api/auth/login",
            client=(f"198.51.100.{len(token)}", 1),
            data=f'{{"token": "{token}"}}'.encode("utf-8", "surrogatepass"),
            headers={"content-type": "application/json"},
        )
        assert answer.status_code in (400, 401)
        assert "set-cookie" not in answer.headers


async def test_without_a_token_nobody_signs_in_and_no_cookie_is_valid(tmp_path: Path, database_url: str) -> None:
    async with served(tmp_path, database_url, auth_token="") as it:
        assert (await sign_in(it, "")).status_code == 401
        forged = cookie.sealed(4_000_000_000, "")
        assert (await it.get("/api/calls", client=ELSEWHERE, headers=carrying(forged))).status_code == 401


GOOD = cookie.sealed(4_000_000_000, TOKEN)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "v1",
        GOOD.replace("v1", "v2"),
        GOOD.replace("4000000000", "4000000001"),
        GOOD.replace("4000000000", "04000000000"),
        GOOD[:-1],
        GOOD + "0",
        GOOD.upper(),
        GOOD.replace("4000000000", "٤٠٠٠٠٠٠٠٠٠"),
        cookie.sealed(4_000_000_000, "another token"),
        cookie.sealed(1_000_000_000, TOKEN),
        cookie.sealed(0, TOKEN),
    ],
)
async def test_no_other_cookie_opens_anything(it: Served, value: str) -> None:
    assert cookie.expiry(value, TOKEN, now=1_700_000_000) is None
    if not value.isascii():
        return
    headers = carrying(value)
    assert (await it.get("/api/calls", client=ELSEWHERE, headers=headers)).status_code == 401
    state = await (await it.get("/api/auth/session", client=ELSEWHERE, headers=headers)).get_json()
    assert state == {"signed_in": False, "expires": None}


def test_a_cookie_is_good_until_its_second_has_come() -> None:
    value = cookie.sealed(2000, TOKEN)
    assert cookie.expiry(value, TOKEN, now=1999.9) == 2000
    assert cookie.expiry(value, TOKEN, now=2000) is None


def test_the_signature_is_the_one_that_the_sidecar_computes() -> None:
    import hashlib
    import hmac

    signature = hmac.new(TOKEN.encode(), b"centralita session v1.2000", hashlib.sha256).hexdigest()
    assert cookie.sealed(2000, TOKEN) == f"v1.2000.{signature}"


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://centralita.example", "https://x"])
async def test_what_another_page_has_the_browser_send_changes_nothing(it: Served, origin: str | None) -> None:
    headers = carrying(GOOD, **{**PAGE, "origin": origin or ""})
    if origin is None:
        del headers["origin"]
    answer = await it.post("/api/call/initiate", client=ELSEWHERE, headers=headers, json=ORDER)
    assert answer.status_code == 403
    assert (await answer.get_json())["code"] == "foreign_origin"
    assert it.control.sent == []
    assert (await it.get("/api/calls", client=ELSEWHERE, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "page",
    [PAGE, {"host": "127.0.0.1:8080", "origin": "http://127.0.0.1:8080", "x-forwarded-for": "127.0.0.1"}],
)
async def test_our_own_page_may_place_calls(it: Served, page: dict[str, str]) -> None:
    answer = await it.post("/api/call/initiate", headers=carrying(GOOD, **page), json=ORDER)
    assert answer.status_code == 200


async def test_a_program_with_the_token_needs_no_origin(it: Served) -> None:
    headers = carrying(GOOD, authorization=f"Bearer {TOKEN}")
    assert (await it.post("/api/call/initiate", client=ELSEWHERE, headers=headers, json=ORDER)).status_code == 200


async def test_signing_out_takes_the_cookie_away(it: Served) -> None:
    answer = await it.post("/api/auth/logout", client=ELSEWHERE, headers=carrying(GOOD, **PAGE))
    assert answer.status_code == 204
    gone = cookie_of(answer)
    assert (gone.value, gone["max-age"]) == ("", "0")


@pytest.mark.parametrize("path", ["/api/auth/login", "/api/auth/logout"])
async def test_another_page_signs_nobody_in_or_out(it: Served, path: str) -> None:
    headers = {**PAGE, "origin": "https://evil.example"}
    answer = await it.post(path, client=ELSEWHERE, headers=headers, json={"token": TOKEN})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_ten_wrong_tokens_are_enough_for_a_minute(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(it.gateway.clock, "steady", lambda: now, raising=False)
    for _ in range(attempts.LIMIT):
        assert (await sign_in(it, "wrong")).status_code == 401
    for token in ("wrong", TOKEN):
        answer = await sign_in(it, token)
        assert answer.status_code == 429
        assert (await answer.get_json())["code"] == "too_many_attempts"
        assert answer.headers["retry-after"] == "60"
    assert (await sign_in(it, client=("203.0.113.8", 1))).status_code == 204
    now += 60
    assert (await sign_in(it)).status_code == 204


async def test_behind_our_proxy_everybody_has_attempts_of_his_own(it: Served) -> None:
    for _ in range(attempts.LIMIT):
        await sign_in(it, "wrong", client=HERE, headers={"x-real-ip": "203.0.113.9"})
    assert (await sign_in(it, client=HERE, headers={"x-real-ip": "203.0.113.9"})).status_code == 429
    assert (await sign_in(it, client=HERE, headers={"x-real-ip": "203.0.113.10"})).status_code == 204


async def test_a_stranger_cannot_pass_for_others(it: Served) -> None:
    for number in range(attempts.LIMIT):
        await sign_in(it, "wrong", headers={"x-real-ip": f"198.51.100.{number}"})
    assert (await sign_in(it, headers={"x-real-ip": "198.51.100.77"})).status_code == 429


async def test_neither_log_nor_answer_repeats_the_token(
    it: Served, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "a-token-of-another-service"
    texts = [await (await sign_in(it, wrong)).get_data(as_text=True)]
    for body in ({"token": wrong * 100}, {"token": [wrong]}, {"tokens": wrong}):
        answer = await it.post("/api/auth/login", client=ELSEWHERE, json=body)
        assert answer.status_code == 422
        texts.append(await answer.get_data(as_text=True))
    told = caplog.text + "".join(texts) + "".join(capsys.readouterr())
    assert wrong not in told
    assert "wrong_token" in told


def test_the_table_of_failures_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "ADDRESSES", 3)
    table = attempts.Attempts()
    for number in range(5):
        for _ in range(attempts.LIMIT):
            table.failed(str(number), 0.0)
    assert [table.wait_s(str(number), 1.0) > 0 for number in range(5)] == [False, False, True, True, True]


def test_a_success_forgives_earlier_failures() -> None:
    table = attempts.Attempts()
    for _ in range(attempts.LIMIT - 1):
        table.failed("a", 0.0)
    table.succeeded("a")
    table.failed("a", 0.0)
    assert table.wait_s("a", 0.0) == 0


@pytest.mark.parametrize(
    ("peer", "real_ip", "address"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("172.18.0.4", "", "172.18.0.4"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:9::9", "198.51.100.1", "2001:db8:1:2::/64"),
        ("2a00:1:2:3:9::9", "198.51.100.1", "2a00:1:2:3::/64"),
        ("", "198.51.100.1", "unknown"),
    ],
)
def test_whom_an_attempt_counts_against(peer: str, real_ip: str, address: str) -> None:
    assert attempts.address_of(peer, real_ip) == address
