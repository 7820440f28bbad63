"""Several control planes on one database: whose call it is, and who takes it over."""

import asyncio
from pathlib import Path

import pytest

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.state import Phase
from control_plane.services.calls.orders import LivesElsewhere
from control_plane.services.nodes import LEASE_S
from tests.call_events import HUNG_UP
from tests.desks import Office, office
from tests.virtual_time import eventually

VIRTUAL_TIME = True


def beats(it: Office) -> None:
    roster = it.desk.roster
    it.supervisor.spawn(it.nodes.run(adopt=roster.adopt, release=roster.release), "node")


async def test_a_starting_node_leaves_the_calls_of_one_that_lives(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="a") as one:
        beats(one)
        live = await one.connected()
        async with office(database_url, tmp_path, node="b") as other:
            assert await other.desk.roster.recover() == 0
            beats(other)
            await asyncio.sleep(3 * LEASE_S)
            assert other.desk.roster.find(live.call_id) is None
            assert one.live(live.call_id) is live


async def test_calls_of_a_dead_node_go_on_in_another(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="b") as other:
        beats(other)
        async with office(database_url, tmp_path, node="a") as one:
            beats(one)
            live = await one.connected()
            live.post(e.MediaAttached(stream_id="stream-1"))
            await one.until_phase(live.call_id, Phase.TALKING)
        await eventually(lambda: other.desk.roster.find(live.call_id) is not None)
        await other.until_given(c.StopStream(), c.StartStream())
        assert (await other.store.get(live.call_id)).node == "b"  # type: ignore[union-attr]


async def test_two_nodes_take_over_each_call_once(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="b") as second, office(database_url, tmp_path, node="c") as third:
        beats(second)
        beats(third)
        async with office(database_url, tmp_path, node="a") as first:
            calls = [(await first.connected()).call_id for _ in range(4)]
        await asyncio.sleep(2 * LEASE_S)
        for call_id in calls:
            assert [each.desk.roster.find(call_id) is None for each in (second, third)].count(False) == 1


async def test_a_webhook_that_comes_in_elsewhere_reaches_its_call(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="a") as one, office(database_url, tmp_path, node="b") as other:
        for each in (one, other):
            beats(each)
            each.supervisor.spawn(each.intake.run(), "webhooks")
        call_id = (await one.connected()).call_id
        one.reader.notices.update(other.reader.notices)
        other.reader.notices = one.reader.notices
        await other.tell("event-1", HUNG_UP, call_id=call_id)
        await one.until_gone(call_id)
        assert (await one.store.get(call_id)).state == Phase.ENDED  # type: ignore[union-attr]
        assert await one.webhooks.unworked() == []
        assert other.desk.roster.find(call_id) is None


async def test_what_is_asked_of_a_call_elsewhere_names_its_node(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="a") as one, office(database_url, tmp_path, node="b") as other:
        beats(one)
        beats(other)
        call_id = (await one.connected()).call_id
        await asyncio.sleep(LEASE_S)
        with pytest.raises(LivesElsewhere) as refusal:
            await other.desk.hang_up(call_id, reason="api")
        assert refusal.value.node == "a"


async def test_a_node_that_lost_its_name_lets_go_of_its_calls(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="a") as one:
        beats(one)
        call_id = (await one.connected()).call_id
        async with office(database_url, tmp_path, node="a") as successor:
            assert await successor.desk.roster.recover() == 1
            await eventually(lambda: one.desk.roster.find(call_id) is None)
            assert successor.desk.roster.find(call_id) is not None
