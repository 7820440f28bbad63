"""Calls as they are found, exported, and watched while they live."""

import csv
import io
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.gateways import Served
from tests.records import call_record, journal_entry, turn_record

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC).timestamp()
"""Seven in the morning in Bogotá."""


async def stored(it: Served, call_id: str, **changes: Any) -> None:
    call = call_record(call_id, **{"created_at": NOON, **changes})
    await it.gateway.calls.create(call, journal_entry(call_id), commands=[])


async def found(it: Served, **query: str) -> list[str]:
    answer = await it.get(f"/api/calls?{urlencode(query)}")
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    return [call["id"] for call in (await answer.get_json())["items"]]


@pytest.fixture
async def some(it: Served) -> Served:
    await stored(it, "ana", contact_name="Ana", to="+573005550101", hangup_cause="busy", state="ended")
    await stored(it, "bea", contact_name="Bea", to="+573005550202", bot_id="otro", created_at=NOON + 86_400)
    return it


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, ["bea", "ana"]),
        ({"q": "bEA"}, ["bea"]),
        ({"q": "300 555 0101"}, ["ana"]),
        ({"q": " %"}, []),
        ({"cause": "busy"}, ["ana"]),
        ({"bot_id": "otro"}, ["bea"]),
        ({"from": "2026-03-10"}, ["bea"]),
        ({"to": "2026-03-09"}, ["ana"]),
        ({"from": "2026-03-09", "to": "2026-03-10"}, ["bea", "ana"]),
        ({"from": str(NOON + 1)}, ["bea"]),
        ({"to": str(NOON)}, []),
        ({"from": "2026-03-09T12:00:01+00:00"}, ["bea"]),
        ({"to": "2026-03-09T07:00:01-05:00"}, ["ana"]),
        ({"live": "true", "q": "ana"}, []),
        ({"live": ""}, ["bea", "ana"]),
    ],
)
async def test_calls_are_found_by_who_when_and_why(some: Served, query: dict[str, str], ids: list[str]) -> None:
    assert await found(some, **query) == ids


async def test_a_day_begins_at_midnight_where_the_gateway_is(it: Served) -> None:
    await stored(it, "late", created_at=datetime(2026, 3, 10, 4, 59, tzinfo=UTC).timestamp())
    await stored(it, "early", created_at=datetime(2026, 3, 10, 5, 0, tzinfo=UTC).timestamp())
    assert await found(it, **{"from": "2026-03-10"}) == ["early"]
    assert await found(it, to="2026-03-09") == ["late"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=x",
        "limit=-1",
        "limit=1.5",
        "cursor=nonsense",
        "from=yesterday",
        "to=2026-13-01",
        "from=nan",
        "from=1e99",
        "to=-5",
        "live=maybe",
        "state=a&state=b",
        "q=%00",
        "q=" + "x" * 101,
    ],
)
@pytest.mark.parametrize("path", ["/api/calls", "/api/calls.csv"])
async def test_a_question_that_is_not_valid_is_refused_in_our_own_words(it: Served, path: str, query: str) -> None:
    if path.endswith("csv") and query.startswith(("limit", "cursor")):
        return
    answer = await it.get(f"{path}?{query}")
    assert answer.status_code == 422
    body = await answer.get_json()
    assert body["code"] == "invalid"
    name = query.partition("=")[0]
    told = body["errors"][0]["field"] if "errors" in body else body["detail"]
    assert told.startswith(name)


async def test_more_than_a_page_is_never_given(it: Served) -> None:
    assert (await it.get("/api/calls?limit=100000")).status_code == 200
    assert (await it.get("/api/calls?limit=0")).status_code == 200


async def test_a_call_in_the_list_says_how_its_conversation_went(it: Served) -> None:
    await stored(
        it, "one", answered_at=NOON + 5, ended_at=NOON + 65.04, state="ended", recording_key="recordings/1.wav"
    )
    await it.gateway.calls.save_turn(turn_record("one", 0))
    await it.gateway.calls.save_turn(turn_record("one", 1, speaker="agent", timing={"total": 640.5}))
    (call,) = (await (await it.get("/api/calls")).get_json())["items"]
    assert (call["duration_s"], call["turn_count"], call["latency_p95_ms"]) == (60.0, 2, 640.5)
    assert (call["recording"], call["recording_url"]) == ("", "/api/calls/one/recording")
    await stored(it, "two", created_at=NOON + 1)
    call, _ = (await (await it.get("/api/calls")).get_json())["items"]
    assert (call["duration_s"], call["turn_count"], call["latency_p95_ms"]) == (None, 0, None)
    assert call["recording_url"] == ""


async def test_one_call_shows_what_was_heard_and_every_stage_of_an_answer(it: Served) -> None:
    timing = {"stt": 1.0, "dispatch": 2.0, "brain": 3.0, "clause": 4.0, "handover": 5.0, "voice": 6.0, "playout": 7.0}
    await stored(it, "one")
    await it.gateway.calls.save_turn(
        turn_record("one", 0, speaker="agent", heard="Buenos", timing={**timing, "total": 28.0, "gateway": 14.0})
    )
    await it.gateway.calls.save_turn(turn_record("one", 1))
    body = await (await it.get("/api/calls/one")).get_json()
    assert body["heard"] == "Buenos"
    assert body["turns"][0]["timing"] == {**timing, "total": 28.0, "gateway": 14.0}
    assert body["turns"][1]["timing"] == {}
    assert body["turn_count"] == 2


async def table(it: Served, query: str = "") -> list[dict[str, str]]:
    answer = await it.get(f"/api/calls.csv{query}")
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(await answer.get_data(as_text=True), newline="")))


async def test_the_same_calls_come_as_a_table(some: Served) -> None:
    rows = await table(some)
    assert [row["id"] for row in rows] == ["bea", "ana"]
    assert rows[1]["hangup_cause"] == "busy"
    assert rows[1]["answered_at"] == ""
    assert [row["id"] for row in await table(some, "?q=ana")] == ["ana"]
    assert await table(some, "?q=nobody") == []


async def test_the_table_goes_over_all_pages(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from control_plane.web import call_list

    monkeypatch.setattr(call_list, "EXPORT_PAGE", 2)
    for number in range(5):
        await stored(it, f"call-{number}", created_at=NOON + number)
    assert [row["id"] for row in await table(it)] == [f"call-{number}" for number in range(4, -1, -1)]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1"])
async def test_no_name_becomes_a_formula(it: Served, name: str) -> None:
    await stored(it, "one", contact_name=name)
    (row,) = await table(it)
    assert row["name"] == f"'{name}"
    assert row["to"].startswith("'+57")


async def test_a_name_with_everything_in_it_stays_one_cell(it: Served) -> None:
    await stored(it, "one", contact_name='a,"b"\nc;ñ')
    (row,) = await table(it)
    assert row["name"] == 'a,"b"\nc;ñ'


async def test_live_calls_come_with_what_was_said_last(it: Served) -> None:
    assert await (await it.get("/api/calls/live")).get_json() == {"items": []}
    await stored(it, "talks", state="talking", answered_at=NOON)
    await stored(it, "rings", state="ringing", created_at=NOON + 1)
    await stored(it, "over", state="ended")
    await it.gateway.calls.save_turn(turn_record("talks", 0, speaker="agent", timing={"total": 500.0}))
    await it.gateway.calls.save_turn(turn_record("talks", 1, text="adiós", heard="adiós"))
    rings, talks = (await (await it.get("/api/calls/live")).get_json())["items"]
    assert (rings["call"]["id"], rings["last_speaker"], rings["last_text"], rings["turns"]) == ("rings", "", "", 0)
    assert rings["last_latency_ms"] is None
    assert (talks["call"]["id"], talks["last_speaker"], talks["last_text"], talks["turns"]) == (
        "talks",
        "caller",
        "adiós",
        2,
    )
    assert talks["last_latency_ms"] == 500.0
