"""One try of a run: what its function comes to, and how the run is therefore left."""

from typing import Final

from control_plane.observability.logging import get_logger
from control_plane.ports.durable import GiveUp, Work
from control_plane.ports.infrastructure import Clock
from control_plane.ports.runs import ClaimedRun, Leaving, RunLedger
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.durable.run import Parked, StoredRun, as_json

log = get_logger("durable")

MOST_FALLS: Final = 5
"""A run with which a process goes down so often in a row, without a step that ends, is what brings it down."""

STORE_AWAY_S: Final = 5.0
"""That the database does not answer is no fault of the run: it is tried again, and not counted."""


async def attempt(work: Work, claimed: ClaimedRun, *, ledger: RunLedger, clock: Clock) -> tuple[str, Leaving]:
    """The outcome, for the metric, and how the run is left. Raises Lost."""
    if claimed.falls >= MOST_FALLS:
        log.error("a run brings processes down, it is given up", run=claimed.id, kind=work.kind)
        return "failed", Leaving(state="failed", at=clock.wall(), error="crashed", tries=claimed.tries)
    run = StoredRun(claimed, ledger=ledger, clock=clock)
    try:
        result = as_json(await work.run(run, claimed.argument))
    except Parked as parked:
        return "parked", Leaving(
            state="waiting", at=clock.wall(), due_at=parked.due_at, awaits=parked.awaits, tries=run.failed_before
        )
    except GiveUp as error:
        return "failed", Leaving(state="failed", at=clock.wall(), error=error.reason, tries=run.failed_before + 1)
    except StoreUnavailable as error:
        now = clock.wall()
        return "retried", Leaving(
            state="waiting", at=now, due_at=now + STORE_AWAY_S, tries=run.failed_before, error=type(error).__name__
        )
    except (Exception, BaseExceptionGroup) as fault:
        # A border: a fault of one kind of work is a failed try, and disturbs no other run.
        return _failed(work, run, fault=fault, now=clock.wall())
    return "done", Leaving(state="done", at=clock.wall(), result=result)


def _failed(work: Work, run: StoredRun, *, fault: BaseException, now: float) -> tuple[str, Leaving]:
    failed = run.failed_before + 1
    delay = work.retries.delay(failed)
    error = type(fault).__name__
    if delay is None:
        log.error("a run failed", run=run.id, kind=work.kind, tries=failed, exc_info=fault)
        return "failed", Leaving(state="failed", at=now, error=error, tries=failed)
    log.warning("a run is tried again", run=run.id, kind=work.kind, tries=failed, error=error, in_s=delay)
    return "retried", Leaving(state="waiting", at=now, due_at=now + delay, tries=failed, error=error)
