"""A desk that is to stop takes no more calls, and waits for those it has."""

import asyncio
from pathlib import Path

import pytest

from control_plane.core.call import commands as c
from control_plane.services.calls.orders import NotAccepting
from tests.call_events import HUNG_UP, OFFERED
from tests.desks import ORDER, office
from tests.virtual_time import eventually

VIRTUAL_TIME = True


async def test_a_draining_desk_takes_no_calls_and_waits_for_those_it_has(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        record = await it.desk.initiate(ORDER)
        draining = it.supervisor.spawn(it.desk.drain(timeout_s=60), "drain")
        await asyncio.sleep(1)
        with pytest.raises(NotAccepting) as refused:
            await it.desk.initiate(ORDER)
        assert refused.value.draining
        await it.desk.take_offer(OFFERED, source_id="event-1")
        await it.until_given(c.Reject())
        assert not draining.done()
        it.live(record.id).post(HUNG_UP)
        await eventually(draining.done)
        assert it.desk.roster.live_calls == 0


async def test_what_does_not_end_in_time_is_left_to_the_next_process(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        live = await it.connected()
        await it.desk.drain(timeout_s=5)
        assert (await it.desk.get(live.call_id)).state == "answered"


async def test_an_idle_desk_is_drained_at_once(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path) as it:
        async with asyncio.timeout(0.1):
            await it.desk.drain(timeout_s=60)
