"""Durable work with several processes, of which some go down, on every store of runs."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from control_plane.core.durable.slots import Every
from control_plane.ports.durable import Run
from tests.control_plane.contracts.durable_rig import Rig, echo, work

ROOT = Path(__file__).parents[3]


async def test_a_cancelled_run_stops_in_another_process(rig: Rig) -> None:
    entered, left = asyncio.Event(), asyncio.Event()

    async def function(run: Run, argument: Mapping[str, Any]) -> None:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.set()

    engine = await rig.launched(work(function))
    await engine.start("job", "a", argument={})
    await entered.wait()
    assert await rig.engine(work(function)).cancel("a")
    rig.later(1.0)
    await asyncio.wait_for(left.wait(), 5)
    assert (await rig.ends("a")).state == "cancelled"


async def test_two_processes_share_the_runs_and_carry_each_out_once(rig: Rig) -> None:
    times: Counter[str] = Counter()

    async def function(run: Run, argument: Mapping[str, Any]) -> None:
        times[run.id] += 1
        await asyncio.sleep(0)

    one, other = await rig.launched(work(function)), await rig.launched(work(function))
    ids = [f"run-{number}" for number in range(40)]
    for run_id in ids:
        await one.start("job", run_id, argument={})
        other.look()
    for run_id in ids:
        await rig.ends(run_id)
    assert times == dict.fromkeys(ids, 1)


async def test_a_run_of_a_process_that_is_gone_goes_on_elsewhere(rig: Rig) -> None:
    done: Counter[str] = Counter()
    stuck = asyncio.Event()

    async def function(run: Run, argument: Mapping[str, Any]) -> str:
        async def step() -> None:
            done["step"] += 1

        await run.step("step", step)
        if done["step"] == 1 and not stuck.is_set():
            stuck.set()
            await asyncio.Event().wait()
        return "ended"

    await (await rig.launched(work(function), node="gone")).start("job", "a", argument={})
    await stuck.wait()
    other = await rig.launched(work(function))
    assert await other.reap([]) == 0
    assert await other.reap(["somebody"]) == 0
    assert await other.reap(["gone"]) >= 1
    assert (await rig.ends("a")).result == "ended"
    assert done == {"step": 1}


async def test_who_was_taken_for_dead_writes_nothing_more(rig: Rig) -> None:
    stuck, free = asyncio.Event(), asyncio.Event()
    told: list[str] = []

    def function(name: str) -> Any:
        async def carried_out(run: Run, argument: Mapping[str, Any]) -> str:
            if name == "frozen":
                stuck.set()
                await free.wait()

            async def step() -> str:
                told.append(name)
                return name

            return await run.step("tell", step)

        return carried_out

    await (await rig.launched(work(function("frozen"), concurrency=1), node="frozen")).start("job", "a", argument={})
    await stuck.wait()
    other = await rig.launched(work(function("other")))
    await other.reap(["frozen"])
    assert (await rig.ends("a")).result == "other"
    free.set()
    await rig.shows("gateway_runs_live", 0)
    status = await rig.ends("a")
    assert (status.result, told) == ("other", ["other", "frozen"])


async def test_a_run_that_brings_processes_down_is_given_up(rig: Rig) -> None:
    entered = asyncio.Event()

    async def function(run: Run, argument: Mapping[str, Any]) -> None:
        entered.set()
        await asyncio.Event().wait()

    engine = await rig.launched(work(function), node="falls")
    await engine.start("job", "a", argument={})
    for _ in range(5):
        await entered.wait()
        entered.clear()
        await engine.reap(["falls"])
        rig.later(1.0)
    status = await rig.ends("a")
    assert (status.state, status.error) == ("failed", "crashed")


async def test_what_runs_at_the_end_goes_on_at_the_next_start(rig: Rig) -> None:
    entered = asyncio.Event()

    async def function(run: Run, argument: Mapping[str, Any]) -> str:
        if not entered.is_set():
            entered.set()
            await asyncio.Event().wait()
        return "ended"

    engine = await rig.launched(work(function), node="same")
    await engine.start("job", "a", argument={})
    await entered.wait()
    await engine.aclose()
    assert (await rig.rests("a", until=0.0)).state == "waiting"
    await rig.launched(work(function), node="same")
    assert (await rig.ends("a")).result == "ended"


async def test_a_schedule_starts_one_run_a_time_in_all_processes(rig: Rig) -> None:
    engines = [rig.engine(work(echo)), rig.engine(work(echo))]
    for engine in engines:
        engine.schedule("job", "hourly", when=Every(seconds=3600), argument={"n": 1})
        await engine.launch()
    slot = int(rig.clock.wall() // 3600) * 3600
    assert (await rig.ends(f"hourly@{slot}")).result == {"got": {"n": 1}}
    rig.later(5 * 3600.0)
    await rig.ends(f"hourly@{slot + 5 * 3600}")
    found = {status.id for status in await engines[0].list(kind="job")}
    assert found == {f"hourly@{slot}", f"hourly@{slot + 5 * 3600}"}  # of what was missed, the last is made up for


LONG = """
import asyncio, sys
from control_plane.adapters.clock import SystemClock
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.runs import SqlRunLedger
from control_plane.observability.metrics import Metrics
from control_plane.ports.durable import Work
from control_plane.services.durable.engine import StoredEngine
from control_plane.services.supervisor import Supervisor

async def function(run, argument):
    async def step(number):
        print("did", number, flush=True)
        await asyncio.sleep(0.01)
        return number
    for number in range(20):
        result = await run.step(f"step-{number}", lambda: step(number))
        print("ended", result, flush=True)
    return "complete"

async def main():
    database = open_database(sys.argv[1])
    works = (Work(kind="long", run=function),)
    engine = StoredEngine(
        SqlRunLedger(database), works, node="one", clock=SystemClock(), metrics=Metrics(), supervisor=Supervisor()
    )
    await engine.launch()
    await engine.start("long", "a", argument={})
    while (await engine.status("a")).state != "done":
        await asyncio.sleep(0.01)
    print("complete", flush=True)
    await engine.aclose()
    await database.aclose()

asyncio.run(main())
"""


def long_work(address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LONG, address], env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    )


def test_a_process_that_is_killed_loses_no_step_and_repeats_none_that_ended(stored_address: str) -> None:
    first = long_work(stored_address)
    assert first.stdout is not None
    lines = []
    for line in first.stdout:
        lines.append(line.strip())
        if line.strip() == "ended 9":
            os.kill(first.pid, signal.SIGKILL)
            break
    lines += [line.strip() for line in first.communicate(timeout=30)[0].splitlines()]
    again = [line.strip() for line in long_work(stored_address).communicate(timeout=60)[0].splitlines()]
    assert "complete" not in lines
    assert again[-1] == "complete"
    ended = {line.split()[1] for line in lines if line.startswith("ended")}
    repeated = {line.split()[1] for line in again if line.startswith("did")} & ended
    done = {line.split()[1] for line in (*lines, *again) if line.startswith("did")}
    assert (repeated, done) == (set(), {str(number) for number in range(20)})
