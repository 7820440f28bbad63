"""The call's page in the API: what the caller heard, and how long it took."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from control_plane.core.audio.ear_report import Heard, report
from control_plane.ports.stores import TurnRecord
from control_plane.services.calls.ears import record_of
from tests.databases import empty_database
from tests.gateways import Served, served


@pytest.fixture
async def it(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path, empty_database(tmp_path / "x.db")) as gateway:
        yield gateway


async def test_a_call_that_was_heard_tells_what_it_was_like_at_the_callers_ear(it: Served) -> None:
    call_id = await it.call()
    assert (await (await it.get(f"/api/calls/{call_id}")).get_json())["ear"] is None
    heard = Heard(start=0, end=12_000, caller=[(3000, 4000)], agent=[(0, 2000), (7200, 9000)])
    turn: dict[str, Any] = {
        "call_id": call_id,
        "speaker": "agent",
        "text": "A las nueve, le espero.",
        "heard": "A las nueve,",
    }
    await it.gateway.calls.save_turn(TurnRecord(index=0, started_at=1.0, timing={"total": 3100.0}, **turn))
    await it.gateway.views.ears.save(record_of(call_id, report(heard)), turns={0: 3200})
    body = await (await it.get(f"/api/calls/{call_id}")).get_json()
    ear = body["ear"]
    assert ear["latency"] == {"count": 1, "p50_ms": 3200, "p95_ms": 3200, "max_ms": 3200}
    assert ear["gaps"] == ear["dead_air"] == [{"from_s": 4.0, "to_s": 7.2}]
    assert (ear["dead_air_ms"], ear["talk_over_ms"], ear["caller_s"], ear["agent_s"]) == (3200, 0, 1.0, 3.8)
    assert ear["worst"]["reasons"] == [{"code": "dead_air", "count": 1, "longest_ms": 3200}]
    assert ear["worst"]["from_s"] <= 4.0 <= 7.2 <= ear["worst"]["to_s"]
    assert [(turn["heard"], turn["ear_ms"], turn["timing"]["ear"]) for turn in body["turns"]] == [
        ("A las nueve,", 3200, 3200)
    ]
