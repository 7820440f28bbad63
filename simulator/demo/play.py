"""Lets the calls of a run happen, and gathers what both sides know of them afterwards."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any, Final

from simulator.demo.crowd import Crowd
from simulator.demo.failures import DemoFailed
from simulator.demo.feed import Event
from simulator.demo.keepsakes import keep_page, keep_recording, settled
from simulator.demo.options import Options
from simulator.demo.report import Facts, Report, build
from simulator.demo.scene import Scene
from simulator.demo.stage import Stage
from simulator.world import now
from stack.failures import StackFailed

NAMES: Final = ("Laura", "Andrés", "Camila", "Mateo", "Valentina", "Santiago", "Daniela", "Felipe")
FIRST_NUMBER: Final = 573001234567
CALL_S: Final = 180.0
"""No call of the shipped scripts takes this long."""
_CALLS_PER_S: Final = 8.0
_LOOK_S: Final = 0.2
Heard = Callable[[Event], None]
Told = Callable[[], None]


def party(place: int) -> tuple[str, str]:
    """Name and number of who is called."""
    return NAMES[place % len(NAMES)], f"+{FIRST_NUMBER + place}"


async def play_one(stage: Stage, options: Options, *, scene: Scene, told: Told) -> Report:
    """One call, start to end; `told` whenever the scene has changed."""

    def heard(event: Event) -> None:
        scene.apply(event, now())
        told()

    async def talk() -> dict[str, Any]:
        started = await stage.gateway.initiate(*party(0))
        await _within(CALL_S, _watch(stage, started, scene=scene, told=told))
        return started

    started = await _listening(stage, heard, talk=talk)
    facts = await _facts(stage, options, started=started, keep=True)
    scene.measure(facts.line)
    told()
    return build(options.mode, [facts])


async def play_many(stage: Stage, options: Options, *, crowd: Crowd) -> Report:
    """All calls of the run, begun one after the other and then side by side."""
    started: list[dict[str, Any]] = []
    missing: list[str] = []

    async def begin(place: int) -> None:
        await asyncio.sleep(place / _CALLS_PER_S)
        try:
            started.append(await stage.gateway.initiate(*party(place)))
        except DemoFailed as failure:
            missing.append(str(failure))
            crowd.refused()

    async def talk() -> None:
        async with asyncio.TaskGroup() as group:
            for place in range(options.calls):
                group.create_task(begin(place))
        await _within(CALL_S, _all_ended(crowd))

    await _listening(stage, crowd.apply, talk=talk)
    if not started:
        raise DemoFailed(f"No call could be started. {missing[0]}")
    facts = [await _facts(stage, options, started=one, keep=place == 0) for place, one in enumerate(started)]
    return build(options.mode, facts, missing=missing)


async def _listening(stage: Stage, heard: Heard, *, talk: Callable[[], Any]) -> Any:
    """What `talk` returns; meanwhile the gateway's events are heard and its processes watched. Raises DemoFailed."""
    connected = asyncio.Event()

    async def listen() -> None:
        async with aclosing(stage.gateway.events(connected)) as events:
            async for event in events:
                heard(event)

    try:
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(listen()), *(group.create_task(one.watch()) for one in stage.programs)]
            await connected.wait()
            result = await talk()
            for task in beside:
                task.cancel()
    except* StackFailed as failures:
        raise failures.exceptions[0] from None
    return result


async def _watch(stage: Stage, started: dict[str, Any], *, scene: Scene, told: Told) -> None:
    """Until the line is closed, and the gateway knows it."""
    while True:
        line = await stage.simulator.line(started["call_control_id"])
        scene.measure(line)
        told()
        if line["line_closed"] and scene.phase == "ended":
            return
        await asyncio.sleep(_LOOK_S)


async def _all_ended(crowd: Crowd) -> None:
    while True:
        if crowd.ended >= crowd.size:
            return
        await asyncio.sleep(_LOOK_S)


async def _within(seconds: float, work: Any) -> None:
    """What takes longer is given up: the report tells what is missing."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        pass


async def _facts(stage: Stage, options: Options, *, started: dict[str, Any], keep: bool) -> Facts:
    call = await settled(stage.gateway, started["call_id"])
    recording = await keep_recording(stage.gateway, call, folder=options.folder) if keep else None
    return Facts(
        call=call,
        line=await stage.simulator.line(started["call_control_id"]),
        expected_turns=options.turns,
        recording=recording,
        page=await keep_page(stage.gateway, call, folder=options.folder, recording=recording) if keep else None,
        wanted_mode="stream" if options.mode == "stream" else "webhook",
        keeps_recording=keep and call["answered_at"] is not None,
    )
