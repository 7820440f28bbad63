"""A costly value is loaded once for all who ask, and nobody waits for it longer than he wants to."""

import asyncio
from typing import Any

import pytest

from control_plane.ports.stores import StoreUnavailable
from control_plane.services.fresh import REST_S, Fresh
from control_plane.services.supervisor import Supervisor
from tests.virtual_time import LoopClock

VIRTUAL_TIME = True


class Source:
    """Answers how often it was asked; slow or broken when told so."""

    def __init__(self) -> None:
        self.asked = 0
        self.takes_s = 0.0
        self.fault: Exception | None = None

    async def load(self) -> int:
        self.asked += 1
        asked = self.asked
        await asyncio.sleep(self.takes_s)
        if self.fault is not None:
            raise self.fault
        return asked


def fresh(source: Source) -> Fresh[int]:
    return Fresh(
        source.load,
        name="test",
        keep_s=lambda took_s: max(2.0, 20 * took_s),
        clock=LoopClock(),
        supervisor=Supervisor(),
    )


async def value(it: Fresh[int], **options: Any) -> int | None:
    known = await it.get(**{"patience_s": 1.0, **options})
    return None if known is None else known.value


async def test_it_is_loaded_once_for_all_who_ask() -> None:
    source = Source()
    source.takes_s = 0.5
    it = fresh(source)
    assert await asyncio.gather(*(value(it) for _ in range(20))) == [1] * 20


async def test_it_is_loaded_again_when_it_is_old() -> None:
    it = fresh(Source())
    assert await value(it) == 1
    await asyncio.sleep(1.9)
    assert await value(it) == 1
    await asyncio.sleep(0.2)
    assert await value(it) == 2


async def test_nobody_waits_longer_than_he_wants_to() -> None:
    source = Source()
    it = fresh(source)
    await value(it)
    source.takes_s = 10.0
    await asyncio.sleep(3)
    began = asyncio.get_running_loop().time()
    assert await value(it, patience_s=0.25) == 1
    assert asyncio.get_running_loop().time() - began < 0.3
    await asyncio.sleep(11)
    assert await value(it) == 2


async def test_what_never_came_is_not_known() -> None:
    source = Source()
    source.fault = StoreUnavailable("away")
    it = fresh(source)
    assert await value(it) is None
    source.fault = None
    await asyncio.sleep(REST_S)
    assert await value(it) == 2


@pytest.mark.parametrize("fault", [StoreUnavailable("away"), LookupError("a fault of ours")])
async def test_a_load_that_failed_is_not_tried_again_at_once_by_whoever_asks_next(fault: Exception) -> None:
    source = Source()
    source.fault = fault
    it = fresh(source)
    for _ in range(20):
        assert await value(it) is None
    assert source.asked == 1
    await asyncio.sleep(REST_S)
    assert await value(it) is None
    assert source.asked == 2


async def test_what_fails_leaves_what_was_known_with_its_age() -> None:
    source = Source()
    it = fresh(source)
    first = await it.get(patience_s=1.0)
    source.fault = StoreUnavailable("away")
    await asyncio.sleep(100)
    assert await it.get(patience_s=1.0) == first


async def test_a_load_that_hangs_is_given_up() -> None:
    source = Source()
    source.takes_s = 1e9
    it = fresh(source)
    assert await value(it) is None
    await asyncio.sleep(60)
    source.takes_s = 0.0
    assert await value(it) == 2


async def test_what_takes_long_may_be_loaded_less_often() -> None:
    source = Source()
    source.takes_s = 0.5
    it = fresh(source)
    assert await value(it) == 1
    await asyncio.sleep(0.5 * 20 - 0.6)
    assert await value(it) == 1
    await asyncio.sleep(0.2)
    assert await value(it) == 2


async def test_whoever_gives_up_takes_the_load_from_nobody() -> None:
    source = Source()
    source.takes_s = 0.5
    it = fresh(source)
    impatient = asyncio.ensure_future(value(it))
    await asyncio.sleep(0.1)
    impatient.cancel()
    assert await value(it) == 1
