"""Telling of calls: at once when the bus says so, and in any case by looking through them.

The path of calls knows nothing of this. What the bus says is a hint that may be missed; the round that looks through
the calls since the last one that goes on misses none, whatever happened to the process.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.core.outbound.subscription import wants
from control_plane.core.people.principal import system
from control_plane.core.refusals import Refused
from control_plane.observability.logging import get_logger
from control_plane.ports.infrastructure import Bus, BusMessage, Clock
from control_plane.ports.stores import CallFilter, CallRecord, CallStore, StoreUnavailable
from control_plane.ports.tenancy import TenantStore
from control_plane.resources.outbound.announcing import tell
from control_plane.resources.outbound.kinds import CALL_ENDED, CALL_STARTED, CallTold
from control_plane.resources.outbound.tables import OutboundEvent, OutboundMark, WebhookEndpoint
from control_plane.services.outbound.delivering import NAME

log = get_logger("outbound")

ROUND_S: Final = 60.0
PAGE: Final = 200

ENDED: Final = "ended"

LATE_S: Final = 120.0
"""A call is stored at most so long after it began."""
LONGEST_CALL_S: Final = 6 * 3600.0

LOOK_BACK_S: Final = 7 * 86_400.0
"""A call that seems to live for longer does not hold back where the next round begins."""

PAUSE_S: Final = 1.0
"""Before one listens again after a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNewsParts:
    store: TenantStore
    calls: CallStore
    bus: Bus
    clock: Clock
    node: str


Listening = Mapping[str, Mapping[str, float]]
"""By tenant and kind: since when somebody wants to hear of it."""


class CallNews:
    def __init__(self, parts: CallNewsParts) -> None:
        self._parts = parts
        self._listening: Listening = {}
        """As of the last round."""

    async def listen(self) -> None:
        """Until cancelled: tell of the calls of this process as soon as something happens to them."""
        while True:
            try:
                async for message in self._parts.bus.subscribe():
                    await self._hear(message)
            except Exception as fault:
                # A border: whatever is wrong with one call, the others are told of at once as before.
                log.error("listening for calls met a fault of ours, it goes on", exc_info=fault)
            await asyncio.sleep(PAUSE_S)

    async def _hear(self, message: BusMessage) -> None:
        if message.topic != "call.state" or message.tenant_id not in self._listening:
            return
        try:
            call = await self._parts.calls.get(message.call_id)
            if call is not None and call.node in ("", self._parts.node):
                await self._tell(call.tenant_id, [call])
        except StoreUnavailable as error:
            log.warning("a call is told of later", error=str(error))

    async def run(self) -> None:
        """Until cancelled: look through the calls of those who want to hear of them."""
        while True:
            try:
                await self.round()
            except StoreUnavailable as error:
                log.warning("calls are told of later", error=str(error))
            except Exception as fault:
                # A border: what is not told of now is told of by a later round, not after a restart.
                log.error("telling of calls met a fault of ours, it goes on", exc_info=fault)
            await asyncio.sleep(ROUND_S)

    async def round(self) -> None:
        """Tell whatever was not told."""
        self._listening = await self._parts.store.across(_listening)
        for tenant_id, kinds in self._listening.items():
            await self._look_through(tenant_id, min(kinds.values()))

    async def _look_through(self, tenant_id: str, since: float) -> None:
        who = system(tenant_id, NAME)
        mark = await self._parts.store.read(who, _mark)
        wanted_from = max(mark, since - LONGEST_CALL_S)
        now = self._parts.clock.wall()
        open_since = now - LATE_S
        cursor = ""
        while True:
            page = await self._parts.calls.list(
                CallFilter(tenant_id=tenant_id, since=wanted_from, limit=PAGE, cursor=cursor)
            )
            await self._tell(tenant_id, page.items)
            open_since = min([open_since, *(call.created_at for call in page.items if call.state != ENDED)])
            cursor = page.next_cursor
            if not cursor:
                break
        goes_on_at = max(open_since, now - LOOK_BACK_S)
        if goes_on_at > wanted_from:
            await self._write(tenant_id, lambda session: _move_mark(session, goes_on_at))

    async def _tell(self, tenant_id: str, calls: Sequence[CallRecord]) -> None:
        who = system(tenant_id, NAME)
        known = await self._parts.store.read(who, lambda session: _known(session, calls))
        for call in calls:
            for kind, at in self._wanted_news(call):
                if id_of(call.id, kind) not in known:
                    await self._tell_one(call, kind, at=at)

    def _wanted_news(self, call: CallRecord) -> Sequence[tuple[str, float]]:
        """What happened to a call so far that somebody wants to hear of, and when it was."""
        since = self._listening.get(call.tenant_id, {})
        happened = {CALL_STARTED: call.created_at}
        if call.state == ENDED:
            happened[CALL_ENDED] = call.ended_at or call.created_at
        return [(kind, at) for kind, at in happened.items() if kind in since and since[kind] <= at]

    async def _tell_one(self, call: CallRecord, kind: str, *, at: float) -> None:
        body = CallTold.of(call).model_dump(mode="json")
        await self._write(
            call.tenant_id, lambda session: tell(session, kind, body=body, event_id=id_of(call.id, kind), happened=at)
        )

    async def _write(self, tenant_id: str, work: Callable[[Session], object]) -> None:
        try:
            await self._parts.store.write(system(tenant_id, NAME), work)
        except Refused as refused:
            if refused.code != "conflict":
                raise
            # Another process was faster.


def id_of(call_id: str, kind: str) -> str:
    """The id of the event, always the same, so that nothing is told twice."""
    return f"{call_id}-{kind.partition('.')[2]}"


def _listening(session: Session) -> Listening:
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for row in session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.active)):
        since = row.calls_since or row.created_at
        for kind in (CALL_STARTED, CALL_ENDED):
            if wants(row.events, kind):
                found[row.tenant_id][kind] = min(since, found[row.tenant_id].get(kind, since))
    return found


def _known(session: Session, calls: Sequence[CallRecord]) -> set[str]:
    ids = [id_of(call.id, kind) for call in calls for kind in (CALL_STARTED, CALL_ENDED)]
    return set(session.scalars(select(OutboundEvent.id).where(OutboundEvent.id.in_(ids)))) if ids else set()


def _mark(session: Session) -> float:
    return session.scalar(select(OutboundMark.calls_from)) or 0.0


def _move_mark(session: Session, calls_from: float) -> None:
    row = session.scalars(select(OutboundMark)).one_or_none()
    if row is None:
        session.add(OutboundMark(calls_from=calls_from))
    else:
        row.calls_from = max(row.calls_from, calls_from)
