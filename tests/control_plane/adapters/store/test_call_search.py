"""Calls are found by words on both engines, common ones as well as rare ones, and each tenant's alone."""

from typing import Any

import pytest

from control_plane.adapters.store import call_words
from control_plane.adapters.store.analytics import SqlAnalyticsStore
from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.ports.stores import CallFilter
from tests.records import call_record, journal_entry, turn_record

NOON = 1_773_057_600.0


async def stored(calls: SqlCallStore, call_id: str, at: float, *, says: str, **more: Any) -> None:
    usual = {"state": "ended", "created_at": at, "answered_at": at, "ended_at": at + 60}
    await calls.create(call_record(call_id, **{**usual, **more}), journal_entry(call_id), commands=[])
    await calls.save_turn(turn_record(call_id, 0, text=says, heard=says))


async def found(calls: SqlCallStore, **wanted: Any) -> list[str]:
    return [call.id for call in (await calls.list(CallFilter(**{"tenant_id": "default", **wanted}))).items]


@pytest.fixture
async def some(database: Database, calls: SqlCallStore) -> SqlCallStore:
    for number in range(8):
        says = "¿Una cita, por favor?" if number else "Un xilófono y una cita: tsquery('a') & b | !c"
        await stored(calls, f"c{number}", NOON + number, says=says, contact_name="Ana López", bot_id=f"b{number % 2}")
    await stored(calls, "theirs", NOON + 99, says="xilófono cita", tenant_id="acme", contact_name="Ana López")
    store = SqlAnalyticsStore(database)
    while await store.count_ended(before=4e9, limit=50):
        pass
    return calls


@pytest.mark.parametrize("recent", [call_words.RECENT, 1, 3])
@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"said": "cita", "limit": 2}, ["c7", "c6"]),
        ({"said": "xilofono"}, ["c0"]),
        ({"said": "XILO cit"}, ["c0"]),
        ({"said": "tsquery('a') & b | !c"}, ["c0"]),
        ({"said": "cita", "bot_id": "b0", "limit": 2}, ["c6", "c4"]),
        ({"said": "cita", "min_talk_s": 61.0}, []),
        ({"text": "opez", "since": NOON + 6}, ["c7", "c6"]),
        ({"text": "lopez", "said": "xilo"}, ["c0"]),
        ({"said": "xilofono", "tenant_id": "acme"}, ["theirs"]),
        ({"said": "xilofono", "tenant_id": "nobody"}, []),
        ({"min_talk_s": 60.0, "tenant_id": "acme"}, ["theirs"]),
    ],
)
async def test_calls_are_found_by_their_words(
    some: SqlCallStore, monkeypatch: pytest.MonkeyPatch, recent: int, wanted: dict[str, Any], ids: list[str]
) -> None:
    monkeypatch.setattr(call_words, "RECENT", recent)
    monkeypatch.setattr(call_words, "RECENT_BESIDE", recent)
    assert await found(some, **wanted) == ids


async def test_pages_go_on_where_the_last_one_ended(some: SqlCallStore) -> None:
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = await some.list(CallFilter(tenant_id="default", said="cita", limit=3, cursor=cursor))
        seen += [call.id for call in page.items]
        cursor = page.next_cursor
    assert (seen, cursor) == ([f"c{number}" for number in reversed(range(8))], "")
