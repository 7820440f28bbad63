"""The whole service as it runs: started, left alone for an hour, told of every change."""

import asyncio
from dataclasses import replace

import pytest

from control_plane.adapters.store.database import Database
from control_plane.ports.errors import Unavailable
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.supervisor import Supervisor
from tests.alerts import rule
from tests.control_plane.services.alerts.alerting import Alerting, alerting
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True

FAILING = rule(
    labels={"cause": ("failed",)}, threshold=2.0, window_s=60.0, repeat_after_s=600.0, channels=("mail",), for_s=30.0
)


@pytest.fixture
async def running(database: Database) -> Alerting:
    return alerting(database, service_clock=LoopClock())


async def test_an_hour_with_a_fault_and_a_channel_that_is_away_at_first(running: Alerting) -> None:
    supervisor, measured = Supervisor(), []
    await running.store.save_rule(FAILING, at=0.0)
    await running.service.start(supervisor, measure=lambda: measured.append(1))
    running.notifier.faults["mail"] = Unavailable("mail", "no connection to the service")
    await asyncio.sleep(20.0)
    for _ in range(60):
        running.fail_calls(3)
        await asyncio.sleep(15.0)
        if running.notifier.attempts == 3:
            running.notifier.faults.clear()
    await asyncio.sleep(2700.0)
    await supervisor.aclose()
    marks = [title.split("]")[0] for title in running.notifier.titles]
    assert marks == ["[AVISO", "[AVISO", "[OK"]
    assert running.notifier.attempts == 3 + 3
    assert [alert.state for alert in await running.all()] == ["resolved"]
    assert len(measured) > 200


async def test_a_database_that_is_away_for_a_while_ends_nothing(
    running: Alerting, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = Supervisor()
    await running.service.start(supervisor, measure=lambda: None)
    await running.store.save_rule(replace(FAILING, for_s=0.0), at=0.0)

    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(running.store, "rules", away)
        patched.setattr(running.store, "claim", away)
        await asyncio.sleep(120.0)
        assert running.metric("looks_total", "failed") >= 7
    await asyncio.sleep(30.0)
    running.fail_calls(3)
    await eventually(lambda: running.notifier.sent, within_s=60.0)
    await supervisor.aclose()
