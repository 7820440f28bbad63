"""Tasks with one fate leave nothing behind for the garbage collector."""

import asyncio
import gc
import weakref

import pytest

from control_plane.services.together import together


class Over(Exception):
    pass


class Thing:
    """What a call holds."""

    async def ends(self) -> None:
        await asyncio.sleep(0)
        raise Over

    async def waits(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(60))

    async def run(self) -> None:
        try:
            await together(self.ends(), self.waits())
        except* Over:
            pass


async def test_the_end_of_one_ends_the_others() -> None:
    with pytest.raises(ExceptionGroup) as told:
        await together(Thing().ends(), Thing().waits())
    assert [type(one) for one in told.value.exceptions] == [Over]


async def test_all_may_come_to_their_end() -> None:
    await together(asyncio.sleep(0), asyncio.sleep(0))


async def test_what_they_held_goes_at_once() -> None:
    gc.disable()
    try:
        thing = Thing()
        gone = weakref.ref(thing)
        await thing.run()
        del thing
        await asyncio.sleep(0)
        assert gone() is None
    finally:
        gc.enable()
