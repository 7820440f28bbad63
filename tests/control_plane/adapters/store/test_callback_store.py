"""The CallbackStore contract, on both engines."""

import asyncio
from typing import Any

import pytest

from control_plane.adapters.store.callbacks import SqlCallbackStore
from control_plane.adapters.store.database import Database
from control_plane.ports.callbacks import Callback, CallbackFilter

SOME = Callback(id="a", at=1000.5, sender="+573001234567", to="+576015550100", call_sid="CA1", carrier="twilio")


@pytest.fixture
def callbacks(database: Database) -> SqlCallbackStore:
    return SqlCallbackStore(database)


def callback(name: str, at: float = 1.0, **changes: Any) -> Callback:
    return Callback(id=name, at=at, sender="+57300", to="+57601", **changes)


async def names(store: SqlCallbackStore, **wanted: Any) -> list[str]:
    return [found.id for found in (await store.list(CallbackFilter(**wanted))).items]


async def test_what_is_kept_comes_back(callbacks: SqlCallbackStore) -> None:
    await callbacks.add([SOME])
    assert (await callbacks.list(CallbackFilter())).items == [SOME]
    await callbacks.add([])
    assert await names(callbacks) == ["a"]


async def test_what_is_told_again_stays_as_it_is(callbacks: SqlCallbackStore) -> None:
    await callbacks.add([SOME])
    await callbacks.finish("a", at=5.0)
    await callbacks.add([callback("a"), callback("b"), callback("b", 2.0)])
    assert await names(callbacks, open=True) == ["b"]
    assert (await callbacks.list(CallbackFilter(open=False))).items[0].call_sid == "CA1"


async def test_the_same_batch_from_many_at_once_is_kept_once(callbacks: SqlCallbackStore) -> None:
    batch = [callback(f"{n:03}") for n in range(50)]
    await asyncio.gather(*(callbacks.add(batch if turn % 2 else batch[::-1]) for turn in range(8)))
    assert len(await names(callbacks, limit=200)) == 50


async def test_who_was_called_back_keeps_the_first_time(callbacks: SqlCallbackStore) -> None:
    await callbacks.add([SOME])
    first = await callbacks.finish("a", at=7.0)
    assert first is not None
    assert first.done_at == 7.0
    assert await callbacks.finish("a", at=9.0) == first
    assert await callbacks.finish("nobody", at=9.0) is None


async def test_the_newest_come_first_page_by_page(callbacks: SqlCallbackStore) -> None:
    await callbacks.add([callback("b", 2.0), callback("a", 2.0), callback("c", 3.0), callback("d", 1.0)])
    pages, cursor = [], ""
    for _ in range(2):
        page = await callbacks.list(CallbackFilter(limit=2, cursor=cursor))
        pages += [found.id for found in page.items]
        cursor = page.next_cursor
    assert pages == ["c", "b", "a", "d"]
    assert cursor == ""
    with pytest.raises(ValueError, match="cursor"):
        await callbacks.list(CallbackFilter(cursor="nonsense"))
