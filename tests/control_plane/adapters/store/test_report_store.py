"""The ReportStore contract, on both engines."""

from itertools import product
from typing import Any

import pytest

from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.reports import SqlReportStore
from control_plane.core.call.causes import HangupCause
from control_plane.core.call.success import BROKEN, NOBODY_TALKED, succeeded
from control_plane.ports.reports import DayReport, HourReport, LastWords, TalkFigures
from tests.records import call_record, journal_entry, turn_record

SINCE = 86_400.0 * 100
UNTIL = SINCE + 86_400
HOUR = 3600.0


@pytest.fixture
def reports(database: Database) -> SqlReportStore:
    return SqlReportStore(database)


async def stored(calls: SqlCallStore, call_id: str, **changes: Any) -> None:
    call = call_record(call_id, **{"created_at": SINCE + 60, **changes})
    await calls.create(call, journal_entry(call_id, at=SINCE), commands=[])


async def said(calls: SqlCallStore, call_id: str, *latencies: float | None, **changes: Any) -> None:
    """A turn of the caller, then answers of the bot with these latencies."""
    usual = {"started_at": SINCE + 90, **changes}
    await calls.save_turn(turn_record(call_id, 0, **usual))
    for index, latency in enumerate(latencies, start=1):
        timing = {} if latency is None else {"total": latency}
        text = f"answer {index}"
        answer = turn_record(call_id, index, **{"speaker": "agent", "text": text, "heard": text, **usual})
        await calls.save_turn(turn_record(call_id, index, **{**vars_of(answer), "timing": timing}))


def vars_of(turn: Any) -> dict[str, Any]:
    names = ("speaker", "text", "heard", "started_at", "interrupted")
    return {name: getattr(turn, name) for name in names}


async def test_of_nothing_nothing_is_reported(reports: SqlReportStore) -> None:
    assert await reports.day("default", since=SINCE, until=UNTIL) == DayReport(hours=[])
    assert await reports.messages() == 0
    assert await reports.talks([]) == {}
    assert await reports.talks(["nobody"]) == {}
    assert await reports.last_words(["nobody"]) == {}


async def test_a_day_counts_the_calls_that_began_in_it(calls: SqlCallStore, reports: SqlReportStore) -> None:
    ended = {"state": "ended", "ended_at": SINCE + 100}
    for name, at in (("before", SINCE - 0.001), ("first", SINCE), ("last", UNTIL - 0.001), ("after", UNTIL)):
        await stored(calls, name, created_at=at, hangup_cause="busy", **ended)
    await stored(calls, "talks", answered_at=SINCE + 5, state="talking")
    await stored(calls, "inbound", direction="inbound", answered_at=SINCE + 5, hangup_cause="normal", **ended)
    day = await reports.day("default", since=SINCE, until=UNTIL)
    assert (day.calls, day.outbound, day.inbound, day.answered, day.live) == (4, 3, 1, 2, 1)
    assert (day.ended_outbound, day.answered_outbound, day.ended_answered, day.succeeded) == (2, 0, 1, 0)
    assert day.causes == {"busy": 2, "normal": 1}
    assert [(hour.hour, hour.calls, hour.answered) for hour in day.hours] == [(0, 3, 2), (23, 1, 0)]


async def test_calls_that_live_on_from_the_day_before_are_live(calls: SqlCallStore, reports: SqlReportStore) -> None:
    await stored(calls, "old", created_at=SINCE - 9999, state="talking")
    day = await reports.day("default", since=SINCE, until=UNTIL)
    assert (day.calls, day.live) == (0, 1)


async def test_latency_is_that_of_the_answers_given_in_the_day(calls: SqlCallStore, reports: SqlReportStore) -> None:
    await stored(calls, "one")
    await stored(calls, "two")
    await said(calls, "one", None, *(500.0 + 10 * n for n in range(20)))
    await said(calls, "two", 3000.0, started_at=SINCE + 5 * HOUR)
    day = await reports.day("default", since=SINCE, until=UNTIL)
    assert (day.turns, day.messages) == (21, 24)
    assert day.latency_p50_ms == pytest.approx(600, abs=10)
    assert day.latency_p95_ms == pytest.approx(690, abs=10)
    first, sixth = day.hours
    assert first == HourReport(hour=0, calls=2, answered=0, turns=20, latency_p95_ms=pytest.approx(685, abs=10))
    assert sixth == HourReport(hour=5, turns=1, latency_p95_ms=pytest.approx(3000, abs=10))
    assert await reports.messages() == 24


async def test_a_turn_that_is_stored_again_counts_once_and_as_it_is_now(
    calls: SqlCallStore, reports: SqlReportStore
) -> None:
    await stored(calls, "one")
    await said(calls, "one", 900.0)
    await said(calls, "one", 500.0)
    day = await reports.day("default", since=SINCE, until=UNTIL)
    assert (day.turns, day.latency_p50_ms) == (1, pytest.approx(505, abs=10))


async def test_answers_that_were_cut_off_are_counted(calls: SqlCallStore, reports: SqlReportStore) -> None:
    await stored(calls, "one")
    await calls.save_turn(turn_record("one", 0, speaker="agent", heard="ho", interrupted=True, started_at=SINCE))
    await calls.save_turn(turn_record("one", 1, speaker="caller", interrupted=True, started_at=SINCE))
    assert (await reports.day("default", since=SINCE, until=UNTIL)).barge_ins == 1


async def test_success_follows_the_rule(calls: SqlCallStore, reports: SqlReportStore) -> None:
    reasons = ("", "the bot said goodbye", *BROKEN, *NOBODY_TALKED, "Answer refused: 7", "100% refused")
    expected = 0
    for number, (cause, reason, spoke) in enumerate(product(HangupCause, reasons, (True, False))):
        name = f"call-{number}"
        machine = {"reason": reason} if reason else {}
        await stored(
            calls,
            name,
            state="ended",
            answered_at=SINCE + 1,
            ended_at=SINCE + 9,
            hangup_cause=cause.value,
            machine=machine,
        )
        await calls.save_turn(turn_record(name, 0, speaker="caller" if spoke else "agent", started_at=SINCE))
        expected += succeeded(cause.value, reason, caller_spoke=spoke)
    await stored(calls, "unanswered", state="ended", ended_at=SINCE, hangup_cause="normal")
    await stored(calls, "live", state="talking", answered_at=SINCE)
    assert expected > 0
    assert (await reports.day("default", since=SINCE, until=UNTIL)).succeeded == expected


async def test_the_talk_of_a_call_is_told_in_figures(calls: SqlCallStore, reports: SqlReportStore) -> None:
    for name in ("one", "two", "silent"):
        await stored(calls, name)
    await said(calls, "one", None, 400.0, 800.0)
    await said(calls, "two")
    assert await reports.talks(["one", "two", "silent"]) == {
        "one": TalkFigures(turns=4, latency_p95_ms=800.0, last_latency_ms=800.0),
        "two": TalkFigures(turns=1),
    }
    assert await reports.last_words(["one", "two", "silent"]) == {
        "one": LastWords(speaker="agent", text="answer 3"),
        "two": LastWords(speaker="caller", text="hola"),
    }
