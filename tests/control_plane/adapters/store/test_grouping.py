"""Which transactions go together, and whom a failure reaches."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from control_plane.adapters.store.grouping import AT_ONCE, GROUP_LIMIT, Grouping
from control_plane.ports.stores import StoreUnavailable

NO_CONNECTION: Connection = None  # type: ignore[assignment]

Group = Callable[[Connection], Any]


class Writer:
    """Carries groups out, one at a time; each is kept or not as a whole."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        """What each group kept."""
        self.away = False
        self.open = asyncio.Event()
        self.open.set()
        self._under_way: list[str] = []

    async def write(self, group: Group) -> Any:
        await self.open.wait()
        if self.away:
            raise StoreUnavailable("database: away")
        self._under_way = []
        result = group(NO_CONNECTION)
        self.groups.append(self._under_way)
        return result

    def work(self, name: str) -> Callable[[Connection], str]:
        def work(_: Connection) -> str:
            if "broken" in name:
                raise LookupError(name)
            self._under_way.append(name)
            return f"{name} is done"

        return work


@pytest.fixture
def writer() -> Writer:
    return Writer()


@pytest.fixture
def grouping(writer: Writer) -> Grouping:
    return Grouping(writer.write)


async def test_what_comes_at_once_is_carried_out_together_and_each_gets_its_own_result(
    writer: Writer, grouping: Grouping
) -> None:
    assert await asyncio.gather(*(grouping.write(writer.work(name)) for name in "abc")) == [
        "a is done",
        "b is done",
        "c is done",
    ]
    assert writer.groups == [["a", "b", "c"]]


async def test_what_comes_while_a_group_is_under_way_goes_into_the_next(writer: Writer, grouping: Grouping) -> None:
    writer.open.clear()
    first = asyncio.ensure_future(grouping.write(writer.work("a")))
    await asyncio.sleep(0.01)
    others = [asyncio.ensure_future(grouping.write(writer.work(name))) for name in "bc"]
    await asyncio.sleep(0.01)
    writer.open.set()
    await asyncio.gather(first, *others)
    assert writer.groups == [["a"], ["b", "c"]]


async def test_a_failure_reaches_only_whom_it_concerns(writer: Writer, grouping: Grouping) -> None:
    works = [grouping.write(writer.work(name)) for name in ("a", "broken", "b")]
    done = await asyncio.gather(*works, return_exceptions=True)
    assert done[0] == "a is done"
    assert isinstance(done[1], LookupError)
    assert done[2] == "b is done"
    assert writer.groups == [["a"], ["b"]]


async def test_a_database_that_is_away_is_not_asked_for_each(writer: Writer, grouping: Grouping) -> None:
    writer.away = True
    done = await asyncio.gather(*(grouping.write(writer.work(name)) for name in "abc"), return_exceptions=True)
    assert {type(error) for error in done} == {StoreUnavailable}
    writer.away = False
    assert await grouping.write(writer.work("d")) == "d is done"


async def test_work_that_nobody_waits_for_any_more_is_not_begun(writer: Writer, grouping: Grouping) -> None:
    writer.open.clear()
    first = asyncio.ensure_future(grouping.write(writer.work("a")))
    await asyncio.sleep(0.01)
    given_up = asyncio.ensure_future(grouping.write(writer.work("b")))
    kept = asyncio.ensure_future(grouping.write(writer.work("c")))
    await asyncio.sleep(0.01)
    given_up.cancel()
    writer.open.set()
    await asyncio.gather(first, kept)
    assert writer.groups == [["a"], ["c"]]


async def test_when_they_go_on_and_on_groups_grow_instead_of_becoming_more(
    writer: Writer, grouping: Grouping, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("control_plane.adapters.store.grouping.PER_SECOND", 10.0)
    works = []
    for number in range(GROUP_LIMIT):
        works.append(asyncio.ensure_future(grouping.write(writer.work(str(number)))))
        for _ in range(3):  # turns of the loop in which a group is begun and ended
            await asyncio.sleep(0)
    await asyncio.gather(*works)
    assert [name for group in writer.groups for name in group] == [str(number) for number in range(GROUP_LIMIT)]
    assert AT_ONCE < len(writer.groups) < GROUP_LIMIT / 2


async def test_more_than_a_group_holds_goes_into_several(writer: Writer, grouping: Grouping) -> None:
    await asyncio.gather(*(grouping.write(writer.work(str(number))) for number in range(GROUP_LIMIT + 1)))
    assert [len(group) for group in writer.groups] == [GROUP_LIMIT, 1]


async def test_when_the_process_ends_whoever_waits_is_told(writer: Writer, grouping: Grouping) -> None:
    writer.open.clear()
    works = [asyncio.ensure_future(grouping.write(writer.work(name))) for name in "ab"]
    await asyncio.sleep(0.01)
    works.append(asyncio.ensure_future(grouping.write(writer.work("c"))))
    await asyncio.sleep(0.01)
    (task,) = (task for task in asyncio.all_tasks() if task.get_name() == "transactions in groups")
    task.cancel()
    done = await asyncio.gather(*works, return_exceptions=True)
    assert {type(error) for error in done} == {StoreUnavailable}
