"""Blocks of all calls go to disk together; what goes wrong with one call's is told to that one."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from control_plane.services.media.spool import Spool


class Counted:
    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.tasks.append(asyncio.create_task(work, name=name))


async def test_blocks_of_many_calls_are_written_in_one_go_and_in_order(tmp_path: Path) -> None:
    counted = Counted()
    spool = Spool(tmp_path, counted.spawn)
    a, b = tmp_path / "a", tmp_path / "b"
    await asyncio.gather(spool.write([(a, b"1"), (b, b"x")]), spool.write([(a, b"2")]), spool.write([(b, b"y")]))
    assert (a.read_bytes(), b.read_bytes(), len(counted.tasks)) == (b"12", b"xy", 1)
    await spool.write([(a, b"3")])
    assert (a.read_bytes(), len(counted.tasks)) == (b"123", 2)


async def test_what_comes_while_others_are_written_is_written_next(tmp_path: Path) -> None:
    counted = Counted()
    spool = Spool(tmp_path, counted.spawn)
    first = asyncio.ensure_future(spool.write([(tmp_path / "a", b"1")]))
    await asyncio.sleep(0.05)
    second = asyncio.ensure_future(spool.write([(tmp_path / "a", b"2")]))
    await asyncio.gather(first, second)
    assert (tmp_path / "a").read_bytes() == b"12"
    assert len(counted.tasks) == 1


async def test_a_fault_is_told_to_its_own_call(tmp_path: Path) -> None:
    spool = Spool(tmp_path, Counted().spawn)
    good, bad = await asyncio.gather(
        spool.write([(tmp_path / "a", b"1")]), spool.write([(tmp_path / "no" / "b", b"2")]), return_exceptions=True
    )
    assert good is None
    assert isinstance(bad, OSError)
    assert (tmp_path / "a").read_bytes() == b"1"


async def test_who_is_cancelled_holds_nobody_up(tmp_path: Path) -> None:
    spool = Spool(tmp_path, Counted().spawn)
    gone = asyncio.ensure_future(spool.write([(tmp_path / "a", b"1")]))
    await asyncio.sleep(0)
    gone.cancel()
    async with asyncio.timeout(5):
        await spool.write([(tmp_path / "a", b"2")])
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert (tmp_path / "a").read_bytes() == b"12"


async def test_whoever_waits_when_the_work_is_cancelled_has_it_written(tmp_path: Path) -> None:
    counted = Counted()
    spool = Spool(tmp_path, counted.spawn)
    waiting = asyncio.ensure_future(spool.write([(tmp_path / "a", b"1")]))
    await asyncio.sleep(0.02)
    counted.tasks[0].cancel()
    async with asyncio.timeout(5):
        await waiting
    assert (tmp_path / "a").read_bytes() == b"1"


async def test_a_fault_of_ours_leaves_nobody_waiting(tmp_path: Path) -> None:
    spool = Spool(tmp_path, Counted().spawn)
    broken: Any = [(tmp_path / "b", "text")]
    async with asyncio.timeout(5):
        good, bad = await asyncio.gather(
            spool.write([(tmp_path / "a", b"1")]), spool.write(broken), return_exceptions=True
        )
    assert good is None
    assert isinstance(bad, TypeError)
