"""Several control planes on one database: whose call it is, and who takes it over."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.state import Phase
from control_plane.services.calls.orders import LivesElsewhere
from control_plane.services.nodes import BEAT_S, LEASE_S
from tests.call_events import HUNG_UP, OFFERED
from tests.desks import CARRIER, Office, office
from tests.virtual_time import eventually

VIRTUAL_TIME = True
DETACHED = e.MediaDetached(stream_id="of another stream", orderly=True)


def beats(it: Office) -> None:
    it.supervisor.spawn(it.nodes.run(it.desk), "node")


def works(*offices: Office) -> None:
    """They beat and work webhooks, and each can read what another has stored."""
    notices = {key: notice for it in offices for key, notice in it.reader.notices.items()}
    for it in offices:
        it.reader.notices = notices
        beats(it)
        it.supervisor.spawn(it.intake.run(), "webhooks")


async def acquainted() -> None:
    """Each node has seen the others."""
    await asyncio.sleep(2 * BEAT_S)


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
        assert (await other.desk.get(live.call_id)).node == "b"


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
        works(one, other)
        call_id = (await one.connected()).call_id
        await other.tell("event-1", HUNG_UP, call_id=call_id)
        await one.until_gone(call_id)
        call = await one.store.get(call_id)
        assert call is not None
        assert (call.state, call.node) == (Phase.ENDED, "a")
        assert "ProcessRestarted" not in await one.history(call_id)
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
            assert await successor.desk.recover() == 1
            works(successor)
            one.supervisor.spawn(one.intake.run(), "webhooks")
            await eventually(lambda: one.desk.roster.find(call_id) is None)
            await one.tell("event-1", DETACHED, call_id=call_id)
            await asyncio.sleep(LEASE_S)
            assert one.desk.roster.find(call_id) is None
            assert successor.desk.roster.find(call_id) is not None
            assert one.desk.draining
            assert (await successor.history(call_id)).count("ProcessRestarted") == 1


async def test_a_webhook_during_a_take_over_makes_no_second_actor(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="b") as other:
        async with office(database_url, tmp_path, node="a") as one:
            live = await one.connected()
            live.post(e.MediaAttached(stream_id="stream-1"))
            await one.until_phase(live.call_id, Phase.TALKING)
            await one.nodes.leave()
        works(other)
        await asyncio.gather(
            other.desk.adopt(), *[other.tell(f"event-{number}", DETACHED, call_id=live.call_id) for number in range(3)]
        )
        await asyncio.sleep(1)
        history = await other.history(live.call_id)
        assert history.count("ProcessRestarted") == 1
        assert "HangupRequested" not in history
        assert other.control.commands.count(c.StartStream()) == 1


async def test_the_call_of_a_node_that_has_just_come_is_not_stolen(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="a") as one:
        works(one)
        async with office(database_url, tmp_path, node="b") as new:
            call_id = (await new.connected()).call_id
            await one.tell("event-1", DETACHED, call_id=call_id)
            await asyncio.sleep(BEAT_S / 2)
            assert one.desk.roster.find(call_id) is None
            assert (await one.store.get(call_id)).node == "b"  # type: ignore[union-attr]


async def test_a_node_that_comes_back_does_not_run_calls_that_were_taken(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="b") as other:
        async with office(database_url, tmp_path, node="a") as one:
            call_id = (await one.connected()).call_id
            await one.nodes.leave()
        async with office(database_url, tmp_path, node="a") as again:
            seen = await again.nodes.orphans(ours=True)
            assert seen == [call_id]
            await again.nodes.leave()
            await asyncio.gather(other.desk.adopt())
            assert other.desk.roster.find(call_id) is not None
            assert not await again.nodes.adopt(call_id, "a")


async def test_a_draining_node_leaves_offered_calls_to_the_others(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="a") as one, office(database_url, tmp_path, node="b") as other:
        works(one, other)
        await acquainted()
        one.desk.draining = True
        await other.tell("offer-1", OFFERED)
        await one.tell("offer-2", replace(OFFERED, control_id="leg-of-2"))
        await eventually(lambda: [type(command) for command in other.control.commands].count(c.Answer) == 2)
        assert not any(isinstance(command, c.Reject) for command in one.control.commands)


async def test_a_caller_is_turned_away_when_nobody_has_room(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="a") as one, office(database_url, tmp_path, node="b") as other:
        works(one, other)
        await acquainted()
        one.desk.draining = other.desk.draining = True
        await one.tell("offer-1", OFFERED)

        def refusals() -> int:
            return sum(isinstance(command, c.Reject) for it in (one, other) for command in it.control.commands)

        await eventually(lambda: refusals() == 1)
        await asyncio.sleep(LEASE_S)
        assert refusals() == 1


async def test_a_leg_of_a_transfer_is_known_by_its_session_at_any_node(database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, node="a") as one, office(database_url, tmp_path, node="b") as other:
        works(one, other)
        live = await one.connected()
        session_id = live.session.record.session_id
        assert session_id
        await acquainted()
        await other.tell("event-1", HUNG_UP, control_id="leg-of-the-other", session_id=session_id)
        await asyncio.sleep(3 * BEAT_S)
        assert "TransferFailed" in await one.history(live.call_id)
        assert await one.webhooks.unworked() == []
        assert other.metric("webhooks_total", carrier=CARRIER, outcome="unknown_call") == 0


async def test_a_draining_or_full_node_takes_over_no_more_than_fits(database_url: str, tmp_path: Path) -> None:
    async with (
        office(database_url, tmp_path, node="b", max_calls=1) as small,
        office(database_url, tmp_path, node="c") as draining,
        office(database_url, tmp_path, node="d", max_calls=10) as large,
    ):
        async with office(database_url, tmp_path, node="a") as one:
            calls = [(await one.connected()).call_id for _ in range(4)]
            await one.nodes.leave()
        draining.desk.draining = True
        for it in (small, draining, large):
            beats(it)
        await eventually(lambda: small.desk.roster.live_calls + large.desk.roster.live_calls == len(calls))
        assert small.desk.roster.live_calls <= 1
        assert draining.desk.roster.live_calls == 0
