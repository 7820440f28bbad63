"""The count goes on whatever happens, and leaves the machine to the calls."""

import asyncio

from control_plane.observability.metrics import Metrics
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.analytics.counter import EVERY_S, PORTION, SETTLE_S, SHARE, CallCounter
from control_plane.services.supervisor import Supervisor
from tests.virtual_time import LoopClock

VIRTUAL_TIME = True


class Backlog:
    """A store with calls to count; `asked` are the moments at which somebody came to count."""

    def __init__(self, calls: int, *, takes_s: float = 0.0) -> None:
        self.calls = calls
        self.takes_s = takes_s
        self.asked: list[float] = []
        self.before: list[float] = []
        self.fault: Exception | None = None

    async def count_ended(self, *, before: float, limit: int) -> int:
        self.asked.append(LoopClock().steady())
        self.before.append(before)
        await asyncio.sleep(self.takes_s)
        if self.fault is not None:
            raise self.fault
        done = min(limit, self.calls)
        self.calls -= done
        return done


def counter(backlog: Backlog) -> CallCounter:
    return CallCounter(backlog, clock=LoopClock(), metrics=Metrics(version="test"))  # type: ignore[arg-type]


async def run_for(backlog: Backlog, seconds: float) -> None:
    supervisor = Supervisor()
    supervisor.spawn(counter(backlog).run(), "count")
    await asyncio.sleep(seconds)
    await supervisor.aclose()


async def test_with_little_to_do_it_looks_every_few_seconds() -> None:
    backlog = Backlog(3)
    await run_for(backlog, 2 * EVERY_S + 1)
    assert len(backlog.asked) == 3


async def test_with_much_to_do_it_rests_longer_than_it_works() -> None:
    backlog = Backlog(3 * PORTION, takes_s=0.5)
    await run_for(backlog, 3 * 0.5 * (1 + SHARE) + 0.1)
    assert len(backlog.asked) == 4
    assert backlog.asked[1] - backlog.asked[0] == 0.5 * (1 + SHARE)


async def test_a_call_is_left_alone_until_its_last_words_are_stored() -> None:
    backlog = Backlog(0)
    now = LoopClock().wall()
    await counter(backlog).count()
    assert backlog.before == [now - SETTLE_S]


async def test_a_database_that_is_away_is_asked_again_later() -> None:
    backlog = Backlog(1)
    backlog.fault = StoreUnavailable("away")
    await run_for(backlog, EVERY_S + 1)
    assert len(backlog.asked) == 2


async def test_a_count_without_end_is_given_up() -> None:
    backlog = Backlog(1, takes_s=1e6)
    assert await counter(backlog).count() is False


async def test_a_call_that_cannot_be_counted_does_not_end_the_count() -> None:
    backlog = Backlog(1)
    backlog.fault = LookupError("a fault of ours")
    await run_for(backlog, EVERY_S + 1)
    assert len(backlog.asked) == 2
