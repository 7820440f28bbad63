"""Tasks that live on their own."""

import asyncio
import json

import pytest

from control_plane.observability.logging import bind_call, get_logger
from control_plane.services.supervisor import Supervisor

VIRTUAL_TIME = True


async def wait_for_ever() -> None:
    await asyncio.Event().wait()


async def fail() -> None:
    raise RuntimeError("on purpose")


async def test_a_task_runs_under_its_name_until_it_is_done() -> None:
    supervisor = Supervisor()
    task = supervisor.spawn(asyncio.sleep(0), "short")
    assert (task.get_name(), supervisor.running) == ("short", 1)
    await task
    await asyncio.sleep(0)
    assert supervisor.running == 0


async def test_a_task_that_fails_is_logged_and_disturbs_no_other(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    supervisor = Supervisor()
    supervisor.spawn(wait_for_ever(), "quiet")
    supervisor.spawn(fail(), "loud")
    await asyncio.sleep(0.1)
    assert supervisor.running == 1
    printed = capfdbinary.readouterr()
    assert b"task failed" in printed.out + printed.err
    assert b"loud" in printed.out + printed.err
    await supervisor.aclose()


async def test_closing_ends_everything_that_runs() -> None:
    supervisor = Supervisor()
    tasks = [supervisor.spawn(wait_for_ever(), f"task {number}") for number in range(3)]
    await supervisor.aclose()
    assert all(task.cancelled() for task in tasks)
    assert supervisor.running == 0


async def test_what_is_begun_while_it_closes_may_end_by_itself() -> None:
    supervisor = Supervisor()
    kept: list[str] = []

    async def keep() -> None:
        await asyncio.sleep(0.5)
        kept.append("the last turn")

    async def talk() -> None:
        try:
            await wait_for_ever()
        finally:
            supervisor.spawn(keep(), "save turn")

    supervisor.spawn(talk(), "talk")
    await asyncio.sleep(0)
    await supervisor.aclose(grace_s=1)
    assert kept == ["the last turn"]
    assert supervisor.running == 0


async def test_what_is_begun_while_it_closes_does_not_keep_it_for_ever() -> None:
    supervisor = Supervisor()

    async def talk() -> None:
        try:
            await wait_for_ever()
        finally:
            supervisor.spawn(wait_for_ever(), "too late")

    supervisor.spawn(talk(), "talk")
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await supervisor.aclose(grace_s=1)
    await asyncio.sleep(0)
    assert supervisor.running == 0


async def test_closing_does_not_wait_for_ever() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(3600)

    supervisor = Supervisor()
    task = supervisor.spawn(stubborn(), "stubborn")
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await supervisor.aclose(grace_s=1)
    assert not task.done()
    task.cancel()


async def test_a_task_takes_the_call_of_its_caller_along(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    async def speak() -> None:
        get_logger("test").warning("hello")

    supervisor = Supervisor()
    with bind_call("call-7"):
        task = supervisor.spawn(speak(), "speaks")
    await task
    printed = capfdbinary.readouterr()
    assert b"call-7" in printed.out + printed.err, json.dumps(str(printed))
