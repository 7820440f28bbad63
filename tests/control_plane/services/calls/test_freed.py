"""What a call held goes with its end, and waits for no garbage collector."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from control_plane.core.call import events as e
from tests.desks import Office, office

VIRTUAL_TIME = True


@pytest.fixture(autouse=True)
def _without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def over(it: Office) -> list[weakref.ref[object]]:
    """A call from its dial to its end; only weak references to its parts are left."""
    live = await it.connected()
    held = [weakref.ref(part) for part in (live, live.session, live.talk, live.executor)]
    call_id = live.call_id
    live.post(e.LegHungUp(cause="normal"))
    del live
    await it.until_gone(call_id)
    return held


@pytest.mark.parametrize("stream", [True, False])
async def test_a_call_that_is_over_is_freed(database_url: str, tmp_path: Path, stream: bool) -> None:
    async with office(database_url, tmp_path, stream=stream) as it:
        held = await over(it)
        async with asyncio.timeout(5):
            while any(part() is not None for part in held):  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
