"""Calls are counted once, and what is counted is what the report of a day counts from the calls themselves."""

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from control_plane.adapters.store.analytics import SqlAnalyticsStore
from control_plane.adapters.store.analytics_tables import call_facts, call_sums
from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.privacy import SqlPersonalCalls
from control_plane.adapters.store.reports import SqlReportStore
from control_plane.adapters.store.tables import calls as call_table
from control_plane.core.analytics.histogram import Pile, middle_ms
from control_plane.core.analytics.periods import DAY_S, HOUR_S, STEPS
from control_plane.core.quantile import nearest_rank
from control_plane.ports.analytics import BOT, CAMPAIGN, CAUSE, COUNTS, LATENCIES, SELLER, FactsWanted, number_of
from control_plane.ports.stores import CallFilter, CallRecord
from tests.records import call_record, journal_entry, turn_record

MIDNIGHT = 1_772_323_200.0
"""The first of March 2026, UTC."""
LATER = MIDNIGHT + 10 * DAY_S
CAUSES = ["normal", "normal", "time_limit", "busy", "no_answer", "failed"]
REASONS = ["", "", "", "no voice could be had", "Speak refused: 422", "the gateway met a fault"]


@pytest.fixture
def store(database: Database) -> SqlAnalyticsStore:
    return SqlAnalyticsStore(database)


async def ended(calls: SqlCallStore, call_id: str, *, turns: list[dict[str, Any]] | None = None, **more: Any) -> None:
    usual = {"state": "ended", "created_at": MIDNIGHT, "ended_at": MIDNIGHT + 60, "hangup_cause": "normal"}
    await calls.create(call_record(call_id, **{**usual, **more}), journal_entry(call_id), commands=[])
    for index, turn in enumerate(turns or []):
        await calls.save_turn(turn_record(call_id, index, **turn))


async def all_counted(store: SqlAnalyticsStore, *, limit: int = 7) -> int:
    total = 0
    while found := await store.count_ended(before=LATER, limit=limit):
        total += found
    return total


async def facts(store: SqlAnalyticsStore, **more: Any) -> list[tuple[Any, ...]]:
    usual: dict[str, Any] = {"tenant_id": "default", "step": DAY_S, "ranges": [(0, int(LATER))]}
    return sorted(tuple(row) for row in await store.facts(FactsWanted(**{**usual, **more})))


def random_call(chance: random.Random, number: int) -> tuple[CallRecord, list[dict[str, Any]]]:
    created_at = MIDNIGHT + chance.random() * DAY_S * 0.98
    answered = chance.random() < 0.7
    call = call_record(
        f"call-{number}",
        state="ended",
        direction=chance.choice(["inbound", "outbound"]),
        bot_id=chance.choice(["maria", "otro"]),
        created_at=created_at,
        answered_at=created_at + 5 if answered else None,
        ended_at=created_at + 5 + chance.random() * 300,
        hangup_cause=chance.choice(CAUSES),
        machine={"reason": chance.choice(REASONS)},
    )
    turns = [
        {
            "speaker": (speaker := chance.choice(["caller", "agent"])),
            "started_at": created_at + 5 + index * 4,
            "interrupted": chance.random() < 0.2,
            "timing": {"total": chance.lognormvariate(6.8, 0.5)}
            if speaker == "agent" and chance.random() < 0.9
            else {},
        }
        for index in range(chance.randrange(9) if answered else 0)
    ]
    return call, turns


async def test_what_is_counted_is_what_the_days_report_counts(
    database: Database, calls: SqlCallStore, store: SqlAnalyticsStore
) -> None:
    chance = random.Random(20260301)
    for number in range(150):
        call, turns = random_call(chance, number)
        await calls.create(call, journal_entry(call.id), commands=[])
        for index, turn in enumerate(turns):
            await calls.save_turn(turn_record(call.id, index, **turn))
    assert await all_counted(store) == 150
    report = await SqlReportStore(database).day("default", since=MIDNIGHT, until=MIDNIGHT + DAY_S)

    (row,) = await facts(store, columns=(*COUNTS, LATENCIES))
    found = dict(zip(("bucket", "key", *COUNTS, LATENCIES), row, strict=True))
    latencies = {middle_ms(slot): count for slot, count in Pile([found[LATENCIES]]).counts().items()}
    assert found["calls"] == report.calls
    assert found["answered"] == report.answered
    assert found["succeeded"] == report.succeeded
    assert found["messages"] == report.messages
    assert found["barge_ins"] == report.barge_ins
    assert sum(latencies.values()) == report.turns
    assert nearest_rank(latencies, 0.5) == report.latency_p50_ms
    assert nearest_rank(latencies, 0.95) == report.latency_p95_ms
    hours = await facts(store, step=HOUR_S, columns=("calls", "answered", LATENCIES))
    assert [(hour.hour, hour.calls, hour.answered, hour.turns) for hour in report.hours] == [
        ((bucket - MIDNIGHT) // HOUR_S, made, answered, sum(Pile([latency]).counts().values()))
        for bucket, _, made, answered, latency in hours
    ]
    by_cause = await facts(store, kind=CAUSE, columns=("calls",))
    assert {cause: count for _, cause, count in by_cause} == report.causes
    by_direction = await facts(store, every_direction=True, columns=("calls",))
    assert {way: count for _, way, count in by_direction} == {
        "inbound": report.inbound,
        "outbound": report.outbound,
    }


async def test_every_step_counts_the_same(calls: SqlCallStore, store: SqlAnalyticsStore) -> None:
    for number in range(20):
        await ended(
            calls, f"c{number}", created_at=MIDNIGHT + number * 5000, answered_at=MIDNIGHT, bot_id=f"b{number % 3}"
        )
    await all_counted(store)
    sums = []
    for step in STEPS:
        total: Counter[str] = Counter()
        for _, bot, count in await facts(store, step=step, kind=BOT, columns=("calls",)):
            total[bot] += count
        sums.append(total)
    assert sums == [Counter({"b0": 7, "b1": 7, "b2": 6})] * 3


async def test_a_call_is_counted_once_however_often_and_by_however_many(
    database: Database, calls: SqlCallStore, store: SqlAnalyticsStore
) -> None:
    for number in range(12):
        await ended(calls, f"c{number}")
    others = [SqlAnalyticsStore(database) for _ in range(3)]
    await asyncio.gather(*(each.count_ended(before=LATER, limit=5) for each in (store, *others)))
    await all_counted(store)
    assert await all_counted(store) == 0
    assert await facts(store, columns=("calls",)) == [(int(MIDNIGHT), "", 12)]


async def test_a_count_that_breaks_off_leaves_nothing(
    database: Database, calls: SqlCallStore, store: SqlAnalyticsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ended(calls, "c1", turns=[{}])

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("power is gone")

    with monkeypatch.context() as broken:
        broken.setattr("control_plane.adapters.store.analytics_count.add_words", fail)
        with pytest.raises(RuntimeError):
            await store.count_ended(before=LATER, limit=5)
    assert await facts(store) == []
    assert (await store.waiting("default")).calls == 1
    assert await all_counted(store) == 1


async def test_what_lives_or_has_just_ended_is_left_for_later(calls: SqlCallStore, store: SqlAnalyticsStore) -> None:
    await ended(calls, "lives", state="talking", ended_at=None)
    await ended(calls, "ended", ended_at=MIDNIGHT + 100)
    assert await store.count_ended(before=MIDNIGHT + 99, limit=5) == 0
    assert await store.count_ended(before=MIDNIGHT + 101, limit=5) == 1
    assert await store.live("default") == 1
    assert (await store.waiting("default")).calls == 0


async def test_what_is_recorded_of_a_counted_call_does_not_uncount_it(
    database: Database, calls: SqlCallStore, store: SqlAnalyticsStore
) -> None:
    await ended(calls, "c1")
    await all_counted(store)
    again = call_record("c1", state="ended", created_at=MIDNIGHT, ended_at=MIDNIGHT + 60, hangup_cause="normal")
    await calls.record(again, journal_entry("c1", 2, source_id="late"), commands=[])
    await calls.set_recording("c1", "recordings/c1.wav")
    assert await all_counted(store) == 0


async def test_waiting_calls_are_told_with_the_oldest_of_them(calls: SqlCallStore, store: SqlAnalyticsStore) -> None:
    await ended(calls, "new", created_at=MIDNIGHT + 5)
    await ended(calls, "old", created_at=MIDNIGHT + 1)
    await ended(calls, "other", created_at=MIDNIGHT, tenant_id="acme")
    waiting = await store.waiting("default")
    assert (waiting.calls, waiting.since) == (2, MIDNIGHT + 1)
    await store.count_ended(before=LATER, limit=1)
    assert (await store.waiting("default")).since == MIDNIGHT + 1


async def test_tenants_are_counted_apart(calls: SqlCallStore, store: SqlAnalyticsStore) -> None:
    await ended(calls, "mine")
    await ended(calls, "theirs", tenant_id="acme")
    await all_counted(store)
    assert len(await facts(store)) == 1
    assert (await facts(store, tenant_id="acme", columns=("calls",)))[0][2] == 1
    assert await facts(store, tenant_id="nobody") == []


async def test_sellers_and_campaigns_are_slices_when_the_call_names_them(
    calls: SqlCallStore, store: SqlAnalyticsStore
) -> None:
    await ended(calls, "c1", metadata={"seller_id": "s1", "campaign_id": "k" * 99})
    await ended(calls, "c2", metadata={"seller_id": ["nonsense"], "campaign_id": ""})
    await all_counted(store)
    assert await facts(store, kind=SELLER, columns=("calls",)) == [(int(MIDNIGHT), "s1", 1)]
    assert await facts(store, kind=CAMPAIGN, columns=("calls",)) == [(int(MIDNIGHT), "k" * 64, 1)]
    assert len(await facts(store, kind=BOT, key="maria", columns=("calls",))) == 1
    assert await facts(store, kind=BOT, key="nobody") == []


async def test_calls_of_the_same_millisecond_have_numbers_of_their_own(
    database: Database, calls: SqlCallStore, store: SqlAnalyticsStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("control_plane.adapters.store.analytics_count.number_of", lambda _, at: number_of("same", at))
    for number in range(9):
        await ended(calls, f"c{number}")
    await all_counted(store, limit=4)

    def read(connection: Connection) -> list[int]:
        return list(connection.execute(select(call_sums.c.n)).scalars())

    assert len(set(await database.read(read))) == 9


async def test_what_a_deleted_call_left_for_the_search_goes_with_it(
    database: Database, calls: SqlCallStore, store: SqlAnalyticsStore
) -> None:
    await ended(calls, "c1", turns=[{"heard": "secreto"}])
    await all_counted(store)

    def gone(connection: Connection) -> tuple[int, int, int]:
        connection.execute(call_table.delete())
        words = connection.execute(text("SELECT count(*) FROM call_words")).scalar_one()
        sums = len(connection.execute(select(call_sums.c.n)).all())
        return int(words), sums, len(connection.execute(select(call_facts.c.calls)).all())

    words, sums, kept = await database.write(gone)
    assert (words, sums) == (0, 0)
    assert kept > 0


@pytest.mark.parametrize("erasure", ["blank", "silence"])
async def test_words_that_are_erased_while_their_call_is_counted_do_not_come_back(
    database: Database, calls: SqlCallStore, store: SqlAnalyticsStore, monkeypatch: pytest.MonkeyPatch, erasure: str
) -> None:
    await ended(calls, "c1", turns=[{"heard": "secreto"}], contact_name="Laura")
    personal, harvested = SqlPersonalCalls(database), asyncio.to_thread

    async def erased_meanwhile(work: Any, *args: Any) -> Any:
        harvest = await harvested(work, *args)
        if erasure == "blank":
            await personal.blank("default", ["c1"], numbers=[])
        else:
            await personal.silence(["c1"])
        return harvest

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("control_plane.adapters.store.analytics_count._apart", erased_meanwhile)
        assert await store.count_ended(before=LATER, limit=5) == 0
    assert await all_counted(store) == 1
    for words in ({"said": "secreto"}, {"text": "laura"} if erasure == "blank" else {"said": "secreto"}):
        assert list((await calls.list(CallFilter(tenant_id="default", **words))).items) == []  # type: ignore[arg-type]


async def test_an_erasure_waits_for_the_count_and_then_sees_what_it_added(
    database: Database, calls: SqlCallStore, store: SqlAnalyticsStore
) -> None:
    await ended(calls, "c1", turns=[{"heard": "secreto"}])
    personal = SqlPersonalCalls(database)
    await asyncio.gather(store.count_ended(before=LATER, limit=5), personal.silence(["c1"]))
    await all_counted(store)
    assert list((await calls.list(CallFilter(tenant_id="default", said="secreto"))).items) == []


def test_numbers_rise_with_the_beginning_and_fit() -> None:
    early, late = number_of("z", MIDNIGHT), number_of("a", MIDNIGHT + 0.002)
    assert early < late < 1 << 63
