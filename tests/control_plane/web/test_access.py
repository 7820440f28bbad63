"""The API serves this machine, and whoever has the token. Everybody else learns that there is a token, no more."""

import hmac
from pathlib import Path
from typing import Any

import pytest

from tests.gateways import ELSEWHERE, HERE, ORDER, TOKEN, Served, served

BEARER = {"authorization": f"Bearer {TOKEN}"}
CLOSED = [
    "/api/calls",
    "/api/calls/some-id",
    "/api/events",
    "/api/sessions/stats",
    "/api/sessions/some-id/history",
    "/calls/some-id",
    "/metrics",
    "/nowhere",
]


@pytest.mark.parametrize("path", CLOSED)
async def test_strangers_are_refused(it: Served, path: str) -> None:
    answer = await it.get(path, client=ELSEWHERE)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert (await answer.get_json())["code"] == "unauthorized"


async def test_strangers_place_no_calls(it: Served) -> None:
    assert (await it.post("/api/call/initiate", client=ELSEWHERE, json=ORDER)).status_code == 401
    assert it.control.sent == []


@pytest.mark.parametrize("client", [HERE, ("127.9.9.9", 1), ("::1", 1)])
async def test_programs_on_this_machine_need_no_token(it: Served, client: tuple[str, int]) -> None:
    assert (await it.get("/api/calls", client=client)).status_code == 200


@pytest.mark.parametrize("client", [ELSEWHERE, ("10.0.0.1", 1), ("::ffff:10.0.0.1", 1), ("fe80::1", 1), ("", 0)])
async def test_every_other_address_needs_it(it: Served, client: tuple[str, int]) -> None:
    assert (await it.get("/api/calls", client=client)).status_code == 401
    assert (await it.get("/api/calls", client=client, headers=BEARER)).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
@pytest.mark.parametrize("value", ["203.0.113.7", "127.0.0.1", ""])
async def test_what_a_proxy_on_this_machine_passes_on_comes_from_strangers(it: Served, header: str, value: str) -> None:
    assert (await it.get("/api/calls", headers={header: value})).status_code == 401
    assert (await it.get("/api/calls", headers={header: value, **BEARER})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:3008", "localhost.evil.example", ""])
async def test_a_foreign_name_for_this_address_makes_no_program_of_a_browser(it: Served, host: str) -> None:
    assert (await it.get("/api/calls", headers={"Host": host})).status_code == 401
    assert (await it.get("/api/calls", headers={"Host": host, **BEARER})).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
async def test_a_foreign_page_in_a_browser_on_this_machine_is_a_stranger(it: Served, origin: str) -> None:
    assert (await it.get("/api/calls", headers={"Host": "localhost", "Origin": origin})).status_code == 401
    assert (await it.get("/api/calls", headers={"Host": "localhost", "Origin": "http://localhost"})).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN.upper()}",
        f"Bearer x {TOKEN}",
        "Bearer ñ",
    ],
)
async def test_only_the_whole_token_opens(it: Served, authorization: str) -> None:
    answer = await it.get("/api/calls", client=ELSEWHERE, headers={"authorization": authorization})
    assert answer.status_code == 401


async def test_the_scheme_may_be_written_in_any_case(it: Served) -> None:
    headers = {"authorization": f"bearer  {TOKEN} "}
    assert (await it.get("/api/calls", client=ELSEWHERE, headers=headers)).status_code == 200


async def test_the_token_is_compared_in_constant_time(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[Any] = []

    def compare(given: bytes, expected: bytes) -> bool:
        compared.append((given, expected))
        return given == expected

    monkeypatch.setattr(hmac, "compare_digest", compare)
    await it.get("/api/calls", client=ELSEWHERE, headers={"authorization": "Bearer x"})
    assert compared == [(b"x", TOKEN.encode())]


async def test_without_a_token_strangers_stay_outside_and_this_machine_comes_in(
    tmp_path: Path, database_url: str
) -> None:
    async with served(tmp_path, database_url, auth_token="") as it:
        for headers in ({}, {"authorization": "Bearer "}, {"authorization": "Bearer x"}):
            assert (await it.get("/api/calls", client=ELSEWHERE, headers=headers)).status_code == 401
        assert (await it.get("/api/calls")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/health", "/health/live", "/health/ready", "/api/health"])
async def test_health_is_told_to_everybody(it: Served, path: str) -> None:
    assert (await it.get(path, client=ELSEWHERE)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/blobs/../api/calls", "/health/../api/calls", "/stream/%2e%2e/api/calls", "//api/calls", "/%2fapi/calls"]
)
async def test_no_open_path_leads_to_a_closed_one(it: Served, path: str) -> None:
    answer = await it.get(path, client=ELSEWHERE)
    assert answer.status_code in (308, 401, 404)
    assert b"items" not in await answer.get_data(as_text=False)


async def test_webhooks_and_blobs_have_proofs_of_their_own(it: Served) -> None:
    assert (await (await it.post("/webhook/telnyx", client=ELSEWHERE, data=b"x")).get_json())["code"] == "bad_signature"
    assert (await it.get("/blobs/recordings/a.wav", client=ELSEWHERE)).status_code == 404


@pytest.mark.parametrize("path", ["/api/calls/a%00b", "/api/calls/%0a", "/api/callbacks/a%00/done"])
async def test_a_path_with_unprintable_letters_is_refused(it: Served, path: str) -> None:
    answer = await it.get(path)
    assert answer.status_code == 400
    assert (await answer.get_json())["code"] == "unreadable_path"
