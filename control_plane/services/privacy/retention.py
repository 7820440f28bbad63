"""What is erased by itself: recordings, words, calls and audit entries that are older than the tenant keeps them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from control_plane.observability.logging import get_logger
from control_plane.ports.durable import Run, Work
from control_plane.ports.infrastructure import BlobStore, Clock
from control_plane.ports.privacy import KeptCall, PersonalCalls
from control_plane.ports.tenancy import TenantStore
from control_plane.resources.audit import AuditEntry
from control_plane.resources.idempotency import KEPT_S, IdempotencyKey
from control_plane.resources.tenants import Retention, Tenant

log = get_logger("retention")

KIND: Final = "erase_what_is_old"

DAY_S: Final = 86_400.0

PORTION: Final = 100
"""Rows of one transaction: writers of calls wait for no more."""

PAUSE_S: Final = 0.01

Find = Callable[..., Awaitable[Sequence[KeptCall]]]
Forget = Callable[[Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionParts:
    store: TenantStore
    personal: PersonalCalls
    blobs: BlobStore
    clock: Clock
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


class RetentionSweep:
    """Everything may be done again at any time: what is erased is not found any more."""

    def __init__(self, parts: RetentionParts) -> None:
        self._parts = parts
        self.work = Work(kind=KIND, run=self._carry_out, concurrency=1)

    async def sweep(self, now: float) -> Mapping[str, int]:
        """How much of each kind was erased. Raises StoreUnavailable and ProviderError."""
        erased: Counter[str] = Counter()
        for tenant_id, kept in (await self._parts.store.across(_tenants)).items():
            erased.update(await self._sweep_calls(tenant_id, kept, now=now))
            if kept.audit:
                before = now - kept.audit * DAY_S
                erased["audit"] += await self._sweep_rows(AuditEntry, AuditEntry.at < before, tenant_id=tenant_id)
            erased["answers"] += await self._sweep_rows(
                IdempotencyKey, IdempotencyKey.created_at < now - KEPT_S, tenant_id=tenant_id
            )
        log.info("what was too old is erased", **erased)
        return erased

    async def _carry_out(self, run: Run, argument: Mapping[str, Any]) -> Any:
        return dict(await self.sweep(self._parts.clock.wall()))

    async def _sweep_calls(self, tenant_id: str, kept: Retention, *, now: float) -> Mapping[str, int]:
        personal = self._parts.personal
        kinds: tuple[tuple[str, int, Find, Forget], ...] = (
            ("recordings", kept.recordings, personal.with_recording, personal.without_recording),
            ("transcripts", kept.transcripts, personal.with_words, personal.silence),
            ("calls", kept.calls, personal.older, personal.remove),
        )
        erased: Counter[str] = Counter()
        for kind, days, find, forget in kinds:
            while days and (found := await find(tenant_id, before=now - days * DAY_S, limit=PORTION)):
                if kind != "transcripts":
                    await self._drop_recordings(found)
                await forget([call.id for call in found])
                erased[kind] += len(found)
                await self._parts.pause(PAUSE_S)
        return erased

    async def _drop_recordings(self, found: Sequence[KeptCall]) -> None:
        for key in (key for call in found for key in call.recordings):
            await self._parts.blobs.delete(key)

    async def _sweep_rows(self, table: Any, old: Any, *, tenant_id: str) -> int:
        keys = tuple(table.__mapper__.primary_key)

        def portion(session: Session) -> int:
            wanted = select(*keys).where(old, table.tenant_id == tenant_id).limit(PORTION)
            found = [row[-1] for row in session.execute(wanted)]
            session.execute(delete(table).where(keys[-1].in_(found), table.tenant_id == tenant_id))
            return len(found)

        erased = 0
        while count := await self._parts.store.across(portion):
            erased += count
            await self._parts.pause(PAUSE_S)
        return erased


def _tenants(session: Session) -> dict[str, Retention]:
    return {row.id: Retention.model_validate(row.retention) for row in session.scalars(select(Tenant))}
