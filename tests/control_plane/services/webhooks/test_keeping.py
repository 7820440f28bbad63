"""Webhooks that come together are stored together, and each of them is answered for itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass, field

import pytest

from control_plane.ports.stores import StoredWebhook, StoreUnavailable
from control_plane.services.supervisor import Supervisor
from control_plane.services.webhooks import keeping
from control_plane.services.webhooks.keeping import APART_S, Keeper
from tests.records import stored_webhook
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True


class Refused(Exception):
    """What a database says to a row that it does not take."""


@dataclass(slots=True)
class Store:
    """Notes transactions; each takes `takes_s`."""

    kept: list[str] = field(default_factory=list)
    groups: list[list[str]] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    takes_s: float = 0.002
    away: bool = False
    bad: frozenset[str] = frozenset()

    async def add_all(self, webhooks: Sequence[StoredWebhook]) -> Sequence[bool]:
        self.begun.append(LoopClock().steady())
        self.groups.append([webhook.event_id for webhook in webhooks])
        await asyncio.sleep(self.takes_s)
        if self.away:
            raise StoreUnavailable("away")
        if self.bad.intersection(self.groups[-1]):
            raise Refused
        return [self._add(webhook.event_id) for webhook in webhooks]

    def _add(self, event_id: str) -> bool:
        if event_id in self.kept:
            return False
        self.kept.append(event_id)
        return True

    async def add(self, webhook: StoredWebhook) -> bool:
        raise NotImplementedError

    async def unworked(self, *, limit: int = 500) -> Sequence[StoredWebhook]:
        raise NotImplementedError

    async def mark_worked(self, carrier: str, event_id: str) -> None:
        raise NotImplementedError


@dataclass(slots=True)
class Kept:
    keeper: Keeper
    store: Store
    supervisor: Supervisor

    async def together(self, *names: str) -> list[bool | BaseException]:
        return await asyncio.gather(*map(self.keep, names), return_exceptions=True)

    async def keep(self, name: str) -> bool:
        return await self.keeper.keep(stored_webhook(name))


@pytest.fixture
async def it() -> AsyncIterator[Kept]:
    store, supervisor = Store(), Supervisor()
    yield Kept(Keeper(store, clock=LoopClock(), spawn=supervisor.spawn), store, supervisor)
    await supervisor.aclose()


async def test_one_that_comes_alone_waits_for_nobody(it: Kept) -> None:
    began = LoopClock().steady()
    assert await it.keep("a")
    assert LoopClock().steady() - began == pytest.approx(it.store.takes_s)


async def test_those_that_come_together_are_one_transaction_in_their_order(it: Kept) -> None:
    names = [f"event-{number}" for number in range(50, 0, -1)]
    assert await it.together(*names) == [True] * 50
    assert it.store.groups == [names]


async def test_nobody_is_answered_before_the_commit(it: Kept) -> None:
    asking = it.supervisor.spawn(_ended(it.together("a", "b")), "asking")
    await asyncio.sleep(it.store.takes_s / 2)
    assert it.store.groups == [["a", "b"]]
    assert not asking.done()


async def _ended(work: Awaitable[object]) -> None:
    await work


async def test_those_that_come_while_others_are_stored_are_the_next_transaction(it: Kept) -> None:
    first = it.supervisor.spawn(_ended(it.keep("a")), "first")
    await asyncio.sleep(it.store.takes_s / 2)
    assert await it.together("b", "c") == [True, True]
    assert it.store.groups == [["a"], ["b", "c"]]
    assert it.store.begun[1] - it.store.begun[0] == pytest.approx(APART_S)
    assert first.done()


async def test_a_steady_stream_is_stored_some_at_a_time(it: Kept) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(200):
            group.create_task(it.keep(f"event-{number}"))
            await asyncio.sleep(0.001)
    assert it.store.kept == [f"event-{number}" for number in range(200)]
    assert len(it.store.groups) == pytest.approx(0.2 / APART_S, abs=2)


async def test_the_same_event_twice_at_once_is_new_once(it: Kept) -> None:
    assert await it.together("a", "a", "b") == [True, False, True]
    assert await it.together("a") == [False]


async def test_one_that_the_database_does_not_take_keeps_out_no_other(it: Kept) -> None:
    it.store.bad = frozenset({"bad"})
    found = await it.together("a", "bad", "b")
    assert (found[0], found[2]) == (True, True)
    assert isinstance(found[1], Refused)
    assert it.store.kept == ["a", "b"]
    assert await it.keep("c")


async def test_without_the_database_all_that_wait_are_told_at_once(it: Kept) -> None:
    it.store.away, it.store.takes_s = True, 1.0
    asking = [it.supervisor.spawn(_refused(it, "a"), "a")]
    await asyncio.sleep(0.5)
    asking += [it.supervisor.spawn(_refused(it, "b"), "b")]
    await asyncio.sleep(0.6)
    assert all(one.done() for one in asking)
    assert it.store.groups == [["a"]]
    it.store.away = False
    assert await it.together("a", "b") == [True, True]


async def _refused(it: Kept, name: str) -> None:
    with pytest.raises(StoreUnavailable):
        await it.keep(name)


async def test_whoever_hangs_up_before_its_transaction_is_left_out_of_it(it: Kept) -> None:
    it.supervisor.spawn(_ended(it.keep("a")), "a")
    await asyncio.sleep(it.store.takes_s / 2)
    gone = it.supervisor.spawn(_ended(it.keep("b")), "b")
    last = it.supervisor.spawn(_ended(it.keep("c")), "c")
    await asyncio.sleep(0)
    gone.cancel()
    await eventually(last.done)
    assert it.store.groups == [["a"], ["c"]]


async def test_whoever_hangs_up_meanwhile_does_not_disturb_the_others(it: Kept) -> None:
    gone = it.supervisor.spawn(_ended(it.keep("a")), "a")
    last = it.supervisor.spawn(_ended(it.keep("b")), "b")
    await asyncio.sleep(it.store.takes_s / 2)
    gone.cancel()
    await eventually(last.done)
    assert it.store.kept == ["a", "b"]
    assert await it.keep("c")


async def test_when_all_tasks_end_nobody_waits_any_more(it: Kept) -> None:
    it.store.takes_s = 60.0
    asking = asyncio.gather(it.keep("a"), return_exceptions=True)
    await asyncio.sleep(1)
    later = asyncio.gather(it.keep("b"), return_exceptions=True)
    await asyncio.sleep(1)
    await it.supervisor.aclose()
    assert [type(one) for one in (*await asking, *await later)] == [StoreUnavailable, StoreUnavailable]


async def test_only_so_many_wait(it: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "WAITING_LIMIT", 3)
    found = await it.together("a", "b", "c", "d")
    assert found[:3] == [True, True, True]
    assert isinstance(found[3], StoreUnavailable)


async def test_a_transaction_has_its_limit(it: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "GROUP_LIMIT", 2)
    assert await it.together("a", "b", "c") == [True, True, True]
    assert it.store.groups == [["a", "b"], ["c"]]
