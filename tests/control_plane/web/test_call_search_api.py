"""Calls found by what was said and how they went, exported with their turns; notes about them."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from control_plane.adapters.store.analytics import SqlAnalyticsStore
from control_plane.adapters.store.engine import open_database
from tests.counting import count_all
from tests.gateways import Served
from tests.records import call_record, journal_entry, turn_record

NOON = 1_773_057_600.0

TALKS: dict[str, dict[str, Any]] = {
    "ana": {"says": ["Quiero una cita mañana", "Claro"], "to": "+573005550101", "contact_name": "Ana María López"},
    "bea": {"says": ["¿Tienen citas hoy?"], "to": "+573005550202", "contact_name": "Bea", "talk_s": 600},
    "eva": {"says": ["Nada"], "direction": "inbound", "sender": "+34911234567", "to": "+576015550100", "ms": 3000.0},
    "theirs": {"says": ["cita"], "tenant_id": "acme", "contact_name": "López"},
}


async def stored(it: Served, call_id: str, at: float, **talk: Any) -> None:
    says, talk_s, latency = talk.pop("says", []), talk.pop("talk_s", 60), talk.pop("ms", 700.0)
    call = call_record(
        call_id, created_at=at, answered_at=at, ended_at=at + talk_s, state="ended", hangup_cause="normal", **talk
    )
    # The gateway counts what has ended: until all was said, the call goes on.
    await it.gateway.calls.create(replace(call, state="talking"), journal_entry(call_id), commands=[])
    for index, text in enumerate([*says, "Gracias por llamar"]):
        speaker, timing = ("agent", {"total": latency}) if index == len(says) else ("caller", {})
        await it.gateway.calls.save_turn(
            turn_record(call_id, index, text=text, heard=text, speaker=speaker, timing=timing, started_at=at)
        )
    await it.gateway.calls.record(call, journal_entry(call_id, 2), commands=[])


@pytest.fixture
async def some(it: Served, database_url: str) -> Served:
    for number, (call_id, talk) in enumerate(TALKS.items()):
        await stored(it, call_id, NOON + number, **talk)
    await it.gateway.calls.set_recording("bea", "recordings/bea.wav")
    await count_all(database_url, "default", "acme")
    live = call_record("live", created_at=NOON + 9, state="talking", contact_name="Analía Viva")
    await it.gateway.calls.create(live, journal_entry("live"), commands=[])
    return it


async def found(it: Served, **query: str) -> list[str]:
    answer = await it.get(f"/api/calls?{urlencode(query)}")
    assert answer.status_code == 200, await answer.get_data(as_text=True)
    return [call["id"] for call in (await answer.get_json())["items"]]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"said": "CITA"}, ["bea", "ana"]),
        ({"said": "manana cita"}, ["ana"]),
        ({"said": "ita"}, []),
        ({"said": '") OR who:('}, []),
        ({"said": "¡!"}, []),
        ({"said": "cita", "bot_id": "nobody"}, []),
        ({"said": "cita", "from": str(NOON + 1)}, ["bea"]),
        ({"said": "cita", "to": str(NOON + 1)}, ["ana"]),
        ({"said": "gracias", "q": "lopez"}, ["ana"]),
        ({"said": "gracias", "number": "+34911234567"}, ["eva"]),
        ({"q": "lópez maria"}, ["ana"]),
        ({"q": "ópe"}, ["ana"]),
        ({"q": "ana"}, ["live", "ana"]),
        ({"q": "555 0"}, ["live", "eva", "bea", "ana"]),
        ({"q": "91123"}, ["eva"]),
        ({"number": "+57 300 555 0202"}, ["bea"]),
        ({"number": "+34911234567"}, ["eva"]),
        ({"number": "+576015550100"}, []),
        ({"has_recording": "true"}, ["bea"]),
        ({"has_recording": "false"}, ["live", "eva", "ana"]),
        ({"min_duration": "61"}, ["bea"]),
        ({"min_latency": "3000"}, ["eva"]),
        ({"min_latency": "100", "min_duration": "60"}, ["eva", "bea", "ana"]),
    ],
)
async def test_calls_are_found_by_words_and_by_how_they_went(
    some: Served, query: dict[str, str], ids: list[str]
) -> None:
    assert await found(some, **query) == ids


async def test_a_find_shows_where_the_words_were_said(some: Served) -> None:
    answer = await some.get("/api/calls?said=manana")
    (call,) = (await answer.get_json())["items"]
    assert call["snippet"] == "Quiero una cita mañana"


@pytest.mark.parametrize(
    "query", [{"q": "ana"}, {"said": "gracias"}, {"min_duration": "1"}, {"number": "+573005550101"}]
)
async def test_pages_of_a_search_show_every_call_once(it: Served, database_url: str, query: dict[str, str]) -> None:
    for number in range(7):
        await stored(it, f"c{number}", NOON + number // 3, to="+573005550101", contact_name="Ana", says=["hola"])
    if set(query) & {"said", "min_duration"}:
        await count_all(database_url)
    else:
        database = open_database(database_url)
        await SqlAnalyticsStore(database).count_ended(before=2e9, limit=4)
        await database.aclose()
    seen: list[str] = []
    cursor = ""
    for _ in range(4):
        answer = await it.get(f"/api/calls?{urlencode({**query, 'limit': '2', 'cursor': cursor})}")
        body = await answer.get_json()
        seen += [call["id"] for call in body["items"]]
        cursor = body["next_cursor"]
    assert cursor == ""
    assert sorted(seen) == [f"c{number}" for number in range(7)]


@pytest.mark.parametrize(
    "query", ["said=x&cursor=bm9uc2Vuc2U", "min_duration=-1", "has_recording=maybe", "q=a&cursor=WzEuMCwiYSJd"]
)
async def test_searches_that_mean_nothing_are_refused(it: Served, query: str) -> None:
    answer = await it.get(f"/api/calls?{query}")
    assert (answer.status_code, (await answer.get_json())["code"]) == (422, "invalid")


async def test_the_table_has_the_same_filters(some: Served) -> None:
    answer = await some.get("/api/calls.csv?said=cita")
    lines = (await answer.get_data(as_text=True)).splitlines()
    assert [line.split(",")[0] for line in lines] == ["id", "bea", "ana"]


async def test_calls_are_exported_with_what_was_said(some: Served) -> None:
    answer = await some.get("/api/calls.jsonl?number=%2B573005550202")
    assert answer.content_type == "application/jsonl; charset=utf-8"
    (line,) = (await answer.get_data(as_text=True)).splitlines()
    call = json.loads(line)
    assert (call["id"], [turn["heard"] for turn in call["turns"]]) == (
        "bea",
        ["¿Tienen citas hoy?", "Gracias por llamar"],
    )
    everything = await some.get("/api/calls.jsonl")
    told = [json.loads(line)["id"] for line in (await everything.get_data(as_text=True)).splitlines()]
    assert told == ["live", "eva", "bea", "ana"]


async def test_a_note_is_kept_shown_and_removed(some: Served) -> None:
    answer = await some.post("/api/calls/ana/note", json={"text": "  Llamar por la tarde "})
    assert answer.status_code == 201
    note = await answer.get_json()
    assert (note["text"], note["author_name"]) == ("Llamar por la tarde", "operator")
    detail = await (await some.get("/api/calls/ana")).get_json()
    assert [each["text"] for each in detail["notes"]] == ["Llamar por la tarde"]
    listed = await (await some.get("/api/calls/ana/notes")).get_json()
    assert listed["items"] == [note]
    assert (await (await some.get("/api/calls/bea/notes")).get_json())["items"] == []
    path = f"/api/calls/ana/notes/{note['id']}"
    assert (await some._ask("DELETE", path.replace("/ana/", "/bea/"), client=("127.0.0.1", 1))).status_code == 404
    assert (await some._ask("DELETE", path, client=("127.0.0.1", 1))).status_code == 204
    assert (await (await some.get("/api/calls/ana/notes")).get_json())["items"] == []


@pytest.mark.parametrize(
    ("call_id", "body", "status"),
    [("ana", {"text": " "}, 422), ("ana", {}, 422), ("theirs", {"text": "x"}, 404), ("nobody", {"text": "x"}, 404)],
)
async def test_a_note_needs_a_text_and_a_call_of_ours(
    some: Served, call_id: str, body: dict[str, str], status: int
) -> None:
    assert (await some.post(f"/api/calls/{call_id}/note", json=body)).status_code == status


async def test_the_same_note_sent_twice_with_a_key_is_one(some: Served) -> None:
    for _ in range(2):
        sent = {"json": {"text": "una vez"}, "headers": {"Idempotency-Key": "k1"}}
        assert (await some.post("/api/calls/ana/note", **sent)).status_code == 201
    assert len((await (await some.get("/api/calls/ana/notes")).get_json())["items"]) == 1
