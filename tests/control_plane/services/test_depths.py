"""What is counted when somebody looks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from control_plane.core.call.events import LegAnswered
from control_plane.testing.carriers import SIGNATURE
from tests.gateways import Served, served


@pytest.fixture
async def it(tmp_path: Path, database_url: str) -> AsyncIterator[Served]:
    async with served(tmp_path, database_url) as gateway:
        yield gateway


async def test_queues_sets_and_threads_are_counted_when_metrics_are_asked_for(it: Served) -> None:
    await it.call()
    it.gateway.measure()
    listeners = it.metric("bus_subscribers")
    listener = it.gateway.bus.subscribe()
    assert (await it.get("/metrics")).status_code == 200
    assert it.metric("calls_live") == 1
    assert it.metric("bus_subscribers") == listeners + 1
    assert it.metric("threads_live") >= 1
    assert it.metric("tasks_live") >= 2
    assert it.metric("webhooks_waiting", carrier="telnyx") == 0
    del listener


async def test_webhooks_and_events_that_wait_are_seen(it: Served) -> None:
    call_id = await it.call()
    for worker in it.gateway.workers:
        worker.cancel()
    body = it.notice(call_id, LegAnswered(), event_id="event-1")
    await it.gateway.intakes["telnyx"].accept(SIGNATURE, body)
    it.gateway.measure()
    assert it.metric("webhooks_waiting", carrier="telnyx") == 1
    live = it.gateway.desk.roster.find(call_id)
    assert live is not None
    live.post(LegAnswered())
    it.gateway.measure()
    assert it.metric("call_events_waiting") == 1


async def test_what_the_bus_lost_is_counted_once(it: Served) -> None:
    bus = it.gateway.bus
    bus.dropped = 3  # type: ignore[attr-defined]
    it.gateway.measure()
    it.gateway.measure()
    assert it.metric("bus_dropped_total") == 3
