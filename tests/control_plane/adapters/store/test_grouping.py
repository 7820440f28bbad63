"""Which transactions go together, and whom a failure reaches."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest
from sqlalchemy import Connection

from control_plane.adapters.store.database import Work
from control_plane.adapters.store.grouping import AT_ONCE, GROUP_LIMIT, WAITING_LIMIT, Grouping, Outcome
from control_plane.ports.stores import StoreUnavailable
from control_plane.testing.clock import FakeClock

NO_CONNECTION = cast(Connection, None)


class Lane:
    """Begins a group; a test ends it."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.gone = False
        self.at_once = True
        """Whether a group ends when it begins."""
        self.under_way: list[tuple[asyncio.Future[Sequence[Outcome]], list[Outcome]]] = []

    def carry_out(self, works: Sequence[Work[Any]]) -> "asyncio.Future[Sequence[Outcome]]":
        if self.gone:
            raise RuntimeError("cannot schedule new futures after shutdown")
        names = [str(work(NO_CONNECTION)) for work in works]
        self.groups.append(names)
        outcomes = [
            Outcome(error=LookupError(name)) if "broken" in name else Outcome(f"{name} is done") for name in names
        ]
        future: asyncio.Future[Sequence[Outcome]] = asyncio.get_running_loop().create_future()
        self.under_way.append((future, outcomes))
        if self.at_once:
            self.end()
        return future

    def end(self) -> None:
        """The group that is under way is committed."""
        future, outcomes = self.under_way.pop()
        future.set_result(outcomes)


@pytest.fixture
def lane() -> Lane:
    return Lane()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def grouping(lane: Lane, clock: FakeClock) -> Grouping:
    return Grouping(lane.carry_out, clock=clock)


def asked(grouping: Grouping, *names: str) -> list[asyncio.Future[str]]:
    return [asyncio.ensure_future(grouping.write(named(name))) for name in names]


def named(name: str) -> Work[str]:
    return lambda _: name


async def turns(number: int = 5) -> None:
    """Of the event loop."""
    for _ in range(number):
        await asyncio.sleep(0)


async def test_what_comes_at_once_is_carried_out_together_and_each_gets_its_own_result(
    lane: Lane, grouping: Grouping
) -> None:
    assert await asyncio.gather(*asked(grouping, "a", "b", "c")) == ["a is done", "b is done", "c is done"]
    assert lane.groups == [["a", "b", "c"]]


async def test_what_comes_while_a_group_is_under_way_goes_into_the_next(lane: Lane, grouping: Grouping) -> None:
    lane.at_once = False
    works = asked(grouping, "a")
    await turns()
    works += asked(grouping, "b", "c")
    await turns()
    assert lane.groups == [["a"]]
    lane.end()
    await turns()
    lane.end()
    await asyncio.gather(*works)
    assert lane.groups == [["a"], ["b", "c"]]


async def test_a_failure_reaches_only_whom_it_concerns(grouping: Grouping) -> None:
    done = await asyncio.gather(*asked(grouping, "a", "broken", "b"), return_exceptions=True)
    assert (done[0], type(done[1]), done[2]) == ("a is done", LookupError, "b is done")


async def test_work_that_nobody_waits_for_any_more_is_not_begun(lane: Lane, grouping: Grouping) -> None:
    lane.at_once = False
    works = asked(grouping, "a")
    await turns()
    given_up, kept = asked(grouping, "b", "c")
    await turns()
    given_up.cancel()
    lane.end()
    await turns()
    lane.end()
    await asyncio.gather(*works, kept)
    assert lane.groups == [["a"], ["c"]]


async def test_when_they_go_on_and_on_groups_grow_instead_of_becoming_more(
    lane: Lane, grouping: Grouping, clock: FakeClock
) -> None:
    works = []
    for number in range(30):
        works += asked(grouping, str(number))
        await turns()
    assert lane.groups == [[str(number)] for number in range(int(AT_ONCE))]
    clock.advance(1.0)
    await asyncio.gather(*works)
    assert lane.groups[int(AT_ONCE) :] == [[str(number) for number in range(int(AT_ONCE), 30)]]


async def test_after_a_quiet_moment_nobody_waits_again(lane: Lane, grouping: Grouping, clock: FakeClock) -> None:
    for _ in range(2):
        clock.advance(1.0)
        lane.groups.clear()
        for number in range(int(AT_ONCE)):
            (work,) = asked(grouping, str(number))
            await turns()
            assert work.done()
        assert len(lane.groups) == AT_ONCE


async def test_more_than_a_group_holds_goes_into_several(lane: Lane, grouping: Grouping) -> None:
    await asyncio.gather(*asked(grouping, *map(str, range(GROUP_LIMIT + 1))))
    assert [len(group) for group in lane.groups] == [GROUP_LIMIT, 1]


async def test_more_than_can_wait_is_refused(lane: Lane, grouping: Grouping) -> None:
    lane.at_once = False
    works = asked(grouping, *map(str, range(WAITING_LIMIT)))
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable):
        await grouping.write(lambda _: "one more")
    for work in works:
        work.cancel()


async def test_at_the_end_what_waits_is_carried_out_without_a_pause(
    lane: Lane, grouping: Grouping, clock: FakeClock
) -> None:
    works = []
    for number in range(int(AT_ONCE) + 5):
        works += asked(grouping, str(number))
        await turns()
    assert not works[-1].done()
    await grouping.aclose()
    assert (await asyncio.gather(*works))[-1] == f"{len(works) - 1} is done"


async def test_when_the_lane_is_gone_whoever_waits_is_told(lane: Lane, grouping: Grouping) -> None:
    lane.gone = True
    done = await asyncio.gather(*asked(grouping, "a", "b"), return_exceptions=True)
    assert [type(error) for error in done] == [StoreUnavailable, StoreUnavailable]


async def test_a_group_that_is_cancelled_or_meets_a_fault_leaves_nobody_waiting(lane: Lane, grouping: Grouping) -> None:
    lane.at_once = False
    for end in ("cancel", "fault"):
        works = asked(grouping, "a", "b")
        await turns()
        future, _ = lane.under_way.pop()
        if end == "cancel":
            future.cancel()
        else:
            future.set_exception(KeyError("a fault of ours"))
        done = await asyncio.gather(*works, return_exceptions=True)
        assert [type(error) for error in done] == [StoreUnavailable, StoreUnavailable]
