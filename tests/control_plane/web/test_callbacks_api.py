"""Callers whom nobody answered are kept until they are called back."""

from typing import Any

import pytest

from control_plane.ports.stores import StoreUnavailable
from tests.gateways import ELSEWHERE, TOKEN, Served

CALLER = {
    "id": "5f1c",
    "at": 1_773_000_000.25,
    "from": "+573001234567",
    "to": "+576015550100",
    "call_sid": "CA1",
    "carrier": "twilio",
}
TOKEN_ONLY = {"client": ELSEWHERE, "headers": {"authorization": f"Bearer {TOKEN}"}}


async def tell(it: Served, *items: Any) -> Any:
    return await it.post("/api/callbacks", json={"items": list(items)}, **TOKEN_ONLY)


async def listed(it: Served, query: str = "") -> list[dict[str, Any]]:
    return list((await (await it.get(f"/api/callbacks{query}")).get_json())["items"])


async def test_what_is_told_is_kept_and_told_again_changes_nothing(it: Served) -> None:
    for _ in range(2):
        answer = await tell(it, CALLER)
        assert answer.status_code == 200
        assert await answer.get_json() == {"stored": ["5f1c"]}
    assert await listed(it) == [{**CALLER, "done_at": None}]


async def test_a_caller_of_whom_little_is_known_is_kept(it: Served) -> None:
    assert (await tell(it, {"id": "a", "at": 1})).status_code == 200
    (found,) = await listed(it)
    assert (found["from"], found["to"], found["carrier"]) == ("", "", "")


async def test_who_was_called_back_is_open_no_more(it: Served) -> None:
    await tell(it, CALLER, {**CALLER, "id": "other", "at": 1})
    first = await it.post("/api/callbacks/5f1c/done")
    assert first.status_code == 200
    body = await first.get_json()
    assert (body["id"], body["from"]) == ("5f1c", CALLER["from"])
    assert body["done_at"] > 0
    assert await (await it.post("/api/callbacks/5f1c/done")).get_json() == body
    assert [item["id"] for item in await listed(it, "?open=true")] == ["other"]
    assert [item["id"] for item in await listed(it, "?open=false")] == ["5f1c"]
    assert [item["id"] for item in await listed(it)] == ["5f1c", "other"]


async def test_nobody_is_called_back_who_did_not_call(it: Served) -> None:
    answer = await it.post("/api/callbacks/nobody/done")
    assert answer.status_code == 404
    assert (await answer.get_json())["code"] == "unknown_callback"


async def test_they_are_listed_page_by_page(it: Served) -> None:
    await tell(it, *({**CALLER, "id": str(n), "at": n} for n in range(3)))
    body = await (await it.get("/api/callbacks?limit=2")).get_json()
    assert [item["id"] for item in body["items"]] == ["2", "1"]
    rest = await (await it.get(f"/api/callbacks?limit=2&cursor={body['next_cursor']}")).get_json()
    assert ([item["id"] for item in rest["items"]], rest["next_cursor"]) == (["0"], "")


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"id": "a"},
        {"id": "", "at": 1},
        {"id": "a\u0000", "at": 1},
        {"id": "x" * 129, "at": 1},
        {"id": "a", "at": -1},
        {"id": "a", "at": "soon"},
        {"id": "a", "at": 1, "from": "x" * 201},
        {"id": "a", "at": 1, "from": "\u0007"},
    ],
)
async def test_what_cannot_be_kept_is_refused(it: Served, item: dict[str, Any]) -> None:
    answer = await tell(it, item)
    assert answer.status_code == 422
    assert await listed(it) == []


async def test_a_batch_is_bounded(it: Served) -> None:
    assert (await tell(it, *({"id": str(n), "at": n} for n in range(200)))).status_code == 200
    assert (await tell(it, *({"id": str(n), "at": n} for n in range(201)))).status_code == 422
    assert await (await tell(it)).get_json() == {"stored": []}


@pytest.mark.parametrize("query", ["?open=perhaps", "?limit=x", "?cursor=nonsense"])
async def test_a_question_that_is_not_valid_is_refused(it: Served, query: str) -> None:
    assert (await it.get(f"/api/callbacks{query}")).status_code == 422


async def test_without_a_database_nothing_is_said_to_be_kept(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any) -> None:
        raise StoreUnavailable("database: no answer in time")

    monkeypatch.setattr(it.gateway.callbacks, "add", away)
    assert (await tell(it, CALLER)).status_code == 503


async def test_strangers_tell_us_nothing(it: Served) -> None:
    assert (await it.post("/api/callbacks", client=ELSEWHERE, json={"items": [CALLER]})).status_code == 401
