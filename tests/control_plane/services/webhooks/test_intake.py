"""A webhook is stored before it is acknowledged, and worked until somebody has kept it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.webhooks import SqlWebhookStore
from control_plane.core.call.events import LegAnswered
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import Notice
from control_plane.ports.errors import BadSignature, MalformedMessage, Rejected
from control_plane.ports.stores import StoredWebhook, StoreUnavailable
from control_plane.services.calls.session import InboxFull
from control_plane.services.supervisor import Supervisor
from control_plane.services.webhooks.intake import (
    QUICK_TRIES,
    REST_S,
    SWEEP_S,
    Delivery,
    IntakeParts,
    Receipt,
    WebhookIntake,
)
from control_plane.testing.carriers import SIGNATURE, FakeWebhookReader
from tests.records import stored_webhook
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True


class Store(SqlWebhookStore):
    """The real store, which can be made to be away."""

    away = False

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.sweep_faults: list[Exception] = []

    async def add_all(self, webhooks: Sequence[StoredWebhook]) -> Sequence[bool]:
        self._check()
        return await super().add_all(webhooks)

    async def unworked(self, *, limit: int = 500) -> Sequence[StoredWebhook]:
        self._check()
        if self.sweep_faults:
            raise self.sweep_faults.pop()
        return await super().unworked(limit=limit)

    async def mark_worked(self, carrier: str, event_id: str) -> None:
        self._check()
        await super().mark_worked(carrier, event_id)

    def _check(self) -> None:
        if self.away:
            raise StoreUnavailable("away")


@dataclass(slots=True)
class Route:
    """Marks as worked what it takes, unless it is told to fail; what comes again is known, as a call knows it."""

    store: Store
    taken: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    faulty: frozenset[str] = frozenset()
    tried: list[float] = field(default_factory=list)
    """When those that meet a fault each time were tried."""

    async def __call__(self, delivery: Delivery) -> None:
        notice = delivery.notice
        if self.errors:
            raise self.errors.pop(0)
        if notice.event_id in self.faulty:
            self.tried.append(LoopClock().steady())
            raise KeyError("a fault of ours")
        if notice.event_id not in self.taken:
            self.taken.append(notice.event_id)
        await self.store.mark_worked("fake", notice.event_id)


@dataclass(slots=True, kw_only=True)
class Door:
    intake: WebhookIntake
    reader: FakeWebhookReader
    store: Store
    route: Route
    supervisor: Supervisor

    async def bring(self, event_id: str) -> Receipt:
        body = self.reader.add(Notice(event_id=event_id, kind="call.answered", event=LegAnswered()))
        return await self.intake.accept(SIGNATURE, body)

    async def work(self) -> None:
        """Returns when what was there at the start has been worked."""
        self.supervisor.spawn(self.intake.run(), "intake")
        await asyncio.sleep(0.1)

    async def waiting(self) -> list[str]:
        return [webhook.event_id for webhook in await SqlWebhookStore.unworked(self.store)]


@pytest.fixture
async def door(database_url: str) -> AsyncIterator[Door]:
    async with opened(database_url) as made:
        yield made


@asynccontextmanager
async def opened(database_url: str) -> AsyncIterator[Door]:
    database = open_database(database_url)
    reader, store, supervisor = FakeWebhookReader(), Store(database), Supervisor()
    route = Route(store)
    parts = IntakeParts(
        carrier="fake",
        reader=reader,
        store=store,
        route=route,
        clock=LoopClock(),
        metrics=Metrics(),
        supervisor=supervisor,
    )
    yield Door(intake=WebhookIntake(parts), reader=reader, store=store, route=route, supervisor=supervisor)
    await supervisor.aclose()
    await database.aclose()


# --- accepting ------------------------------------------------------------------------------------


async def test_a_webhook_is_stored_before_it_is_acknowledged_and_not_worked_by_then(door: Door) -> None:
    assert await door.bring("event-1") is Receipt.STORED
    (stored,) = await door.store.unworked()
    assert (stored.carrier, stored.event_id, stored.kind, stored.body) == (
        "fake",
        "event-1",
        "call.answered",
        b"event-1",
    )
    assert stored.received_at == pytest.approx(LoopClock().wall(), abs=1)
    assert door.route.taken == []


async def test_a_repeated_delivery_is_known_and_worked_once(door: Door) -> None:
    await door.work()
    receipts = [await door.bring("event-1") for _ in range(3)]
    assert receipts == [Receipt.STORED, Receipt.DUPLICATE, Receipt.DUPLICATE]
    await asyncio.sleep(3 * SWEEP_S)
    assert door.route.taken == ["event-1"]


async def test_a_refused_signature_stores_nothing(door: Door) -> None:
    body = door.reader.add(Notice(event_id="event-1", kind="call.answered", event=None))
    with pytest.raises(BadSignature):
        await door.intake.accept({}, body)
    assert await door.waiting() == []


async def test_a_genuine_webhook_that_cannot_be_read_stores_nothing(door: Door) -> None:
    with pytest.raises(MalformedMessage):
        await door.intake.accept(SIGNATURE, b"unknown")
    assert await door.waiting() == []


async def test_without_the_store_nothing_is_acknowledged(door: Door) -> None:
    await door.work()
    door.store.away = True
    with pytest.raises(StoreUnavailable):
        await door.bring("event-1")
    door.store.away = False
    assert await door.bring("event-1") is Receipt.STORED
    await eventually(lambda: door.route.taken == ["event-1"])


# --- working --------------------------------------------------------------------------------------


async def test_webhooks_are_worked_in_the_order_of_their_arrival(door: Door) -> None:
    await door.work()
    names = [f"event-{number}" for number in range(9, 0, -1)]
    for name in names:
        await door.bring(name)
    await eventually(lambda: len(door.route.taken) == len(names))
    assert door.route.taken == names


async def test_what_an_earlier_process_has_left_is_worked_at_the_start(database_url: str) -> None:
    async with opened(database_url) as first:
        await first.bring("event-1")
    async with opened(database_url) as second:
        second.reader.notices = first.reader.notices
        await second.work()
        await eventually(lambda: second.route.taken == ["event-1"], within_s=SWEEP_S / 2)
        assert await second.waiting() == []


@pytest.mark.parametrize("error", [InboxFull(), StoreUnavailable("away"), Rejected("database", "no")])
async def test_what_could_not_be_worked_is_tried_again_and_holds_nobody_up(door: Door, error: Exception) -> None:
    await door.work()
    door.route.errors = [error]
    await door.bring("event-1")
    await door.bring("event-2")
    await eventually(lambda: door.route.taken == ["event-2"], within_s=SWEEP_S / 2)
    await eventually(lambda: door.route.taken == ["event-2", "event-1"], within_s=2 * SWEEP_S)


async def test_what_waits_is_tried_again_however_busy_the_door_is(door: Door) -> None:
    await door.work()
    door.route.errors = [InboxFull()]
    await door.bring("early")
    for number in range(20):
        await door.bring(f"event-{number}")
        await asyncio.sleep(SWEEP_S / 5)
    assert "early" in door.route.taken


async def test_a_stored_webhook_that_can_no_longer_be_read_is_put_away(door: Door) -> None:
    await door.store.add(stored_webhook("broken", carrier="fake", body=b"broken"))
    await door.bring("event-1")
    await door.work()
    await eventually(lambda: door.route.taken)
    assert await door.waiting() == []
    assert set(door.route.taken) == {"event-1"}


async def test_the_webhooks_of_another_carrier_are_left_alone(door: Door) -> None:
    await door.store.add(stored_webhook("theirs", carrier="other", body=b"theirs"))
    await door.work()
    await asyncio.sleep(2 * SWEEP_S)
    assert await door.waiting() == ["theirs"]


async def test_a_store_that_comes_back_finds_the_door_at_work(door: Door) -> None:
    await door.bring("event-1")
    await door.store.add(stored_webhook("broken", carrier="fake", body=b"broken", received_at=0.0))
    door.store.away = True
    await door.work()
    await asyncio.sleep(3 * SWEEP_S)
    door.store.away = False
    await eventually(lambda: "event-1" in door.route.taken)
    await asyncio.sleep(2 * SWEEP_S)
    assert await door.waiting() == []


async def test_a_database_that_fails_in_an_unknown_way_does_not_end_the_work(door: Door) -> None:
    door.store.sweep_faults = [RuntimeError("a fault") for _ in range(3)]
    await door.bring("event-1")
    await door.work()
    await eventually(lambda: door.route.taken == ["event-1"], within_s=SWEEP_S / 2)
    await door.store.add(stored_webhook("event-2", carrier="fake", body=b"event-2"))
    door.reader.add(Notice(event_id="event-2", kind="call.answered", event=LegAnswered()))
    await eventually(lambda: door.route.taken == ["event-1", "event-2"], within_s=5 * SWEEP_S)


async def test_what_meets_a_fault_each_time_is_tried_quickly_at_first_and_then_each_minute(door: Door) -> None:
    door.route.faulty = frozenset({"event-1"})
    await door.bring("event-1")
    await door.work()
    await asyncio.sleep(4 * REST_S)
    gaps = [later - earlier for earlier, later in pairwise(door.route.tried)]
    assert max(gaps[: QUICK_TRIES - 1]) <= SWEEP_S + 1
    assert gaps[QUICK_TRIES - 1 :]
    assert all(REST_S <= gap <= REST_S + SWEEP_S + 1 for gap in gaps[QUICK_TRIES - 1 :])
    door.route.faulty = frozenset()
    await eventually(lambda: door.route.taken == ["event-1"], within_s=2 * REST_S)


async def test_those_that_are_put_off_do_not_take_the_places_of_the_others(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("control_plane.services.webhooks.intake.SWEEP_LIMIT", 2)
    door.route.faulty = frozenset({"bad-1", "bad-2", "bad-3"})
    for at, name in enumerate(["bad-1", "bad-2", "bad-3", "event-1"]):
        door.reader.add(Notice(event_id=name, kind="call.answered", event=LegAnswered()))
        await door.store.add(stored_webhook(name, carrier="fake", body=name.encode(), received_at=float(at)))
    await door.work()
    await eventually(lambda: door.route.taken == ["event-1"], within_s=4 * SWEEP_S)


async def test_only_so_many_faulty_webhooks_are_remembered(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("control_plane.services.webhooks.intake.FAULTY_LIMIT", 2)
    door.route.faulty = frozenset({"bad-1", "bad-2", "bad-3"})
    for name in sorted(door.route.faulty):
        await door.bring(name)
    await door.work()
    await asyncio.sleep(2 * SWEEP_S)
    assert len(door.intake._faulty) == 2


async def test_what_does_not_fit_into_memory_is_acknowledged_and_worked_later(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("control_plane.services.webhooks.intake.QUEUE_LIMIT", 2)
    async with opened(database_url) as narrow:
        names = {f"event-{number}" for number in range(5)}
        assert {await narrow.bring(name) for name in names} == {Receipt.STORED}
        await narrow.work()
        await eventually(lambda: set(narrow.route.taken) == names, within_s=2 * SWEEP_S)
