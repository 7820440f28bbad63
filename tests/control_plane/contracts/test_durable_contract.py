"""What every engine of durable work owes its users, on every store of runs."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from control_plane.core.durable.slots import Every
from control_plane.ports.durable import GiveUp, Run
from tests.control_plane.contracts.durable_rig import Rig, echo, work


async def test_a_run_is_carried_out_and_its_result_kept(rig: Rig) -> None:
    engine = await rig.launched(work(echo))
    assert await engine.start("job", "a", argument={"n": 1})
    status = await rig.ends("a")
    assert (status.state, status.result, status.argument, status.error) == ("done", {"got": {"n": 1}}, {"n": 1}, "")
    assert await engine.status("a") == status


async def test_an_id_is_taken_once_even_after_the_end(rig: Rig) -> None:
    engine = await rig.launched(work(echo))
    assert await engine.start("job", "a", argument={"n": 1})
    assert not await engine.start("job", "a", argument={"n": 2})
    await rig.ends("a")
    assert not await engine.start("job", "a", argument={"n": 3})
    assert (await rig.ends("a")).result == {"got": {"n": 1}}


async def test_a_delayed_run_begins_when_its_time_has_come(rig: Rig) -> None:
    engine = await rig.launched(work(echo))
    await engine.start("job", "a", argument={}, delay_s=3600.0)
    rig.later(3599.0)
    await engine.start("job", "b", argument={})
    await rig.ends("b")
    assert (await rig.rests("a", until=1.0)).state == "waiting"
    rig.later(1.0)
    assert (await rig.ends("a")).state == "done"


async def test_what_is_not_json_and_unknown_kinds_are_refused(rig: Rig) -> None:
    engine = await rig.launched(work(echo))
    with pytest.raises(TypeError):
        await engine.start("job", "a", argument={"n": object()})
    with pytest.raises(ValueError, match="no such kind"):
        await engine.start("other", "a", argument={})
    with pytest.raises(ValueError, match="no such kind"):
        engine.schedule("other", "name", when=Every(seconds=60))
    assert await engine.status("a") is None


async def test_a_failed_try_comes_again_and_finished_steps_do_not(rig: Rig) -> None:
    done: Counter[str] = Counter()

    async def function(run: Run, argument: Mapping[str, Any]) -> Any:
        async def first() -> tuple[int, int]:
            done["first"] += 1
            return (1, 2)

        async def second() -> str:
            done["second"] += 1
            if done["second"] < 3:
                raise ConnectionError
            return "sent"

        return [await run.step("first", first), await run.step("second", second), run.tries]

    engine = await rig.launched(work(function))
    await engine.start("job", "a", argument={})
    assert (await rig.rests("a", until=10.0)).error == "ConnectionError"
    rig.later(10.0)
    assert (await rig.rests("a", until=100.0)).tries == 2
    rig.later(100.0)
    assert (await rig.ends("a")).result == [[1, 2], "sent", 0]
    assert done == {"first": 1, "second": 3}
    for outcome, times in (("retried", 2), ("done", 1)):
        await rig.shows("gateway_runs_total", times, kind="job", outcome=outcome)


async def test_after_the_last_try_a_run_has_failed(rig: Rig) -> None:
    async def function(run: Run, argument: Mapping[str, Any]) -> None:
        raise ConnectionError

    engine = await rig.launched(work(function))
    await engine.start("job", "a", argument={})
    for delay in (10.0, 100.0):
        await rig.rests("a", until=delay)
        rig.later(delay)
    status = await rig.ends("a")
    assert (status.state, status.error, status.tries) == ("failed", "ConnectionError", 3)
    assert [each.id for each in await engine.list(state="failed")] == ["a"]


async def test_who_gives_up_is_not_tried_again(rig: Rig) -> None:
    async def function(run: Run, argument: Mapping[str, Any]) -> None:
        raise GiveUp("address_gone")

    engine = await rig.launched(work(function))
    await engine.start("job", "a", argument={})
    status = await rig.ends("a")
    assert (status.state, status.error) == ("failed", "address_gone")


async def test_a_sleep_lasts_and_gives_its_place_to_others(rig: Rig) -> None:
    async def function(run: Run, argument: Mapping[str, Any]) -> str:
        if argument["sleeps"]:
            await run.sleep(7200.0)
            await run.sleep(60.0)
        return "awake"

    engine = await rig.launched(work(function, concurrency=1))
    await engine.start("job", "sleeper", argument={"sleeps": True})
    await rig.rests("sleeper", until=7200.0)
    await engine.start("job", "other", argument={"sleeps": False})
    await rig.ends("other")
    rig.later(7200.0)
    await rig.rests("sleeper", until=60.0)
    rig.later(60.0)
    assert (await rig.ends("sleeper")).result == "awake"


async def waiting(run: Run, argument: Mapping[str, Any]) -> Any:
    try:
        return await run.wait("answer", timeout_s=600.0)
    except TimeoutError:
        return "nobody"


async def test_a_signal_wakes_the_run_that_waits_for_it(rig: Rig) -> None:
    engine = await rig.launched(work(waiting))
    await engine.start("job", "a", argument={})
    await rig.rests("a", until=600.0)
    assert await engine.signal("a", "other", value=1)
    assert await engine.signal("a", "answer", value={"yes": True})
    assert await engine.signal("a", "answer", value={"yes": False})
    assert (await rig.ends("a")).result == {"yes": True}
    assert not await engine.signal("a", "answer", value=2)
    assert not await engine.signal("nobody", "answer", value=2)


async def test_a_signal_before_the_wait_is_not_lost(rig: Rig) -> None:
    engine = await rig.launched(work(waiting))
    await engine.start("job", "a", argument={}, delay_s=60.0)
    await engine.signal("a", "answer", value="early")
    assert (await rig.rests("a", until=60.0)).state == "waiting"
    rig.later(60.0)
    assert (await rig.ends("a")).result == "early"


async def test_a_wait_ends_by_time(rig: Rig) -> None:
    engine = await rig.launched(work(waiting))
    await engine.start("job", "a", argument={})
    await rig.rests("a", until=600.0)
    rig.later(600.0)
    assert (await rig.ends("a")).result == "nobody"


async def test_a_cancelled_run_stops_in_the_middle_of_a_step(rig: Rig) -> None:
    entered, left = asyncio.Event(), asyncio.Event()

    async def function(run: Run, argument: Mapping[str, Any]) -> None:
        async def step() -> None:
            entered.set()
            try:
                await asyncio.Event().wait()
            finally:
                left.set()

        await run.step("long", step)

    engine = await rig.launched(work(function))
    await engine.start("job", "a", argument={})
    await entered.wait()
    assert await engine.cancel("a")
    await asyncio.wait_for(left.wait(), 5)
    assert (await rig.ends("a")).state == "cancelled"
    assert not await engine.cancel("a")
    assert not await engine.cancel("nobody")


async def test_the_limit_of_a_queue_leaves_room_for_other_queues(rig: Rig) -> None:
    free, begun = asyncio.Event(), set()

    async def function(run: Run, argument: Mapping[str, Any]) -> None:
        begun.add(run.id)
        await free.wait()

    engine = rig.engine(work(function, concurrency=3, per_queue=1))
    for run_id in ("slow-1", "slow-2", "slow-3", "quick-1"):
        await engine.start("job", run_id, argument={}, queue=run_id.partition("-")[0])
        rig.clock.advance(1.0)
    await engine.launch()
    await rig.comes_to("quick-1", lambda status: status.state == "running")
    assert begun <= {"slow-1", "quick-1"}
    assert len(await engine.list(kind="job", state="running")) == 2
    free.set()
    for run_id in ("slow-2", "slow-3"):
        await rig.comes_to(run_id, lambda status: status.state != "waiting")
        engine.look()
        await rig.ends(run_id)


async def test_runs_are_listed_from_the_newest_on(rig: Rig) -> None:
    engine = rig.engine(work(echo), work(echo, kind="other"))
    for number in range(3):
        await engine.start("job", f"run-{number}", argument={})
        rig.clock.advance(1.0)
    await engine.start("other", "else", argument={})
    assert [status.id for status in await engine.list(kind="job", limit=2)] == ["run-2", "run-1"]
    assert [status.id for status in await engine.list(state="waiting", limit=1)] == ["else"]


async def test_runs_that_ended_long_ago_are_forgotten_at_night(rig: Rig) -> None:
    engine = await rig.launched(work(echo))
    await engine.start("job", "a", argument={})
    await rig.ends("a")
    rig.later(31 * 86_400.0)
    await rig.is_forgotten("a")
    assert await engine.start("job", "a", argument={})


async def test_what_is_due_and_has_not_begun_is_counted(rig: Rig) -> None:
    free = asyncio.Event()

    async def function(run: Run, argument: Mapping[str, Any]) -> None:
        await free.wait()

    engine = rig.engine(work(function, concurrency=1))
    for number in range(3):
        await engine.start("job", f"run-{number}", argument={})
    await engine.launch()
    await rig.comes_to("run-0", lambda status: status.state == "running")
    rig.later(20.0)
    await rig.shows("gateway_runs_waiting", 2, kind="job")
    free.set()


async def test_one_name_for_two_steps_is_a_fault(rig: Rig) -> None:
    async def function(run: Run, argument: Mapping[str, Any]) -> None:
        async def step() -> None: ...

        await run.step("same", step)
        await run.step("same", step)

    engine = await rig.launched(work(function))
    await engine.start("job", "a", argument={})
    assert (await rig.rests("a", until=10.0)).error == "ValueError"
