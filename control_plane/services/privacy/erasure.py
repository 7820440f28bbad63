"""Erasing what is kept about a person, step by step, until nothing is left; and telling all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.core.people.principal import Principal, system
from control_plane.ports.durable import DurableEngine, Retries, Run, Work
from control_plane.ports.infrastructure import BlobStore
from control_plane.ports.privacy import KeptCall, PersonalCalls, Place
from control_plane.ports.stores import CallStore
from control_plane.ports.tables import DEFAULT_TENANT
from control_plane.ports.tenancy import TenantStore
from control_plane.resources.contacts import privacy
from control_plane.resources.contacts.contacts import Plans
from control_plane.resources.contacts.privacy import PersonOut, PrivacyEraseIn, PrivacyRequest, PrivacyRequestOut

KIND: Final = "erase_person"

PORTION: Final = 50
"""Calls of one transaction."""

WAIT_S: Final = 60.0
"""Until it is seen again whether a call has ended."""

MOST_CALLS: Final = 1000
"""That are told of a person."""

RETRIES: Final = Retries(delays_s=(5.0, 30.0, 120.0, 600.0, 3600.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureParts:
    store: TenantStore
    personal: PersonalCalls
    calls: CallStore
    blobs: BlobStore
    plans: Plans
    engine: DurableEngine
    """The one that is given our work."""


class Privacy:
    """Requests of persons. Methods raise Refused and StoreUnavailable."""

    def __init__(self, parts: ErasureParts) -> None:
        self._parts = parts
        self.work = Work(kind=KIND, run=self._carry_out, retries=RETRIES, concurrency=1)

    async def erase(self, who: Principal, asked: PrivacyEraseIn) -> PrivacyRequestOut:
        """The receipt; the work goes on by itself."""

        def work(session: Session) -> PrivacyRequestOut:
            return PrivacyRequestOut.model_validate(privacy.request_erasure(session, asked, plans=self._parts.plans))

        request = await self._parts.store.write(who, work)
        await self._begin(who.tenant_id, request.id)
        return request

    async def export(self, who: Principal, contact_id: str) -> PersonOut:
        person = await self._parts.store.read(who, lambda session: privacy.person(session, contact_id))
        numbers = [number.e164 for number in person.contact.numbers] if person.contact else []
        found = await self._parts.personal.of_numbers(who.tenant_id, numbers, limit=MOST_CALLS) if numbers else []
        told = [await self._told(call.id) for call in found]
        return person.model_copy(update={"calls": [call for call in told if call]})

    async def _told(self, call_id: str) -> dict[str, Any]:
        call = await self._parts.calls.get(call_id)
        if call is None:
            return {}
        turns = await self._parts.calls.turns(call_id)
        return {
            "id": call.id,
            "direction": call.direction,
            "sender": call.sender,
            "to": call.to,
            "name": call.contact_name,
            "created_at": call.created_at,
            "ended_at": call.ended_at,
            "variables": dict(call.variables),
            "recording": bool(call.recording_key),
            "turns": [{"speaker": turn.speaker, "text": turn.text, "at": turn.started_at} for turn in turns],
        }

    async def resume(self) -> int:
        """Begin those whose run was lost before it was stored; how many there are that are not done."""

        def waiting(session: Session) -> list[tuple[str, str]]:
            wanted = select(PrivacyRequest.tenant_id, PrivacyRequest.id).where(PrivacyRequest.state == "waiting")
            return [(tenant_id, request_id) for tenant_id, request_id in session.execute(wanted.limit(1000))]

        found = await self._parts.store.across(waiting)
        for tenant_id, request_id in found:
            await self._begin(tenant_id, request_id)
        return len(found)

    async def _begin(self, tenant_id: str, request_id: str) -> None:
        argument = {"tenant_id": tenant_id, "request_id": request_id}
        await self._parts.engine.start(KIND, f"erase-{request_id}", argument=argument, queue=tenant_id)

    async def _carry_out(self, run: Run, argument: Mapping[str, Any]) -> str:
        tenant_id, request_id = str(argument["tenant_id"]), str(argument["request_id"])
        who = system(tenant_id, "privacy")
        try:
            return await self._erase_all(run, who, request_id=request_id)
        except Exception:
            # A border: a request that could not be carried out has to be seen by people.
            if run.tries >= len(RETRIES.delays_s):
                await self._finish(who, request_id, found={}, error="internal")
            raise

    async def _erase_all(self, run: Run, who: Principal, *, request_id: str) -> str:
        request = await self._parts.store.read(who, lambda session: session.get(PrivacyRequest, request_id))
        if request is None or request.state != "waiting":
            return "gone" if request is None else request.state
        found: Mapping[str, int] = request.found
        while True:
            found = _sum(found, await self._erase_calls(who.tenant_id, request.numbers))
            await self._keep(who, request_id, found=found)
            if not await self._of(who.tenant_id, request.numbers):
                break
            await run.sleep(WAIT_S)  # they talk just now
        rows = await self._parts.store.across(
            lambda session: privacy.erase_rows(
                session, who.tenant_id, contact_id=request.contact_id, numbers=request.numbers
            )
        )
        await self._finish(who, request_id, found=_sum(found, rows))
        return "done"

    async def _finish(self, who: Principal, request_id: str, *, found: dict[str, int], error: str = "") -> None:
        await self._parts.store.write(
            who, lambda session: privacy.finish(session, request_id, found=found, error=error)
        )

    async def _of(self, tenant_id: str, numbers: Sequence[str]) -> Sequence[KeptCall]:
        return await self._parts.personal.of_numbers(tenant_id, numbers, limit=PORTION) if numbers else []

    async def _erase_calls(self, tenant_id: str, numbers: Sequence[str]) -> dict[str, int]:
        """Those that have ended: recordings first, as the call says where they are."""
        found = {"calls": 0, "recordings": 0, "turns": 0, "messages": 0, "callbacks": 0}
        personal = self._parts.personal
        if numbers and tenant_id == DEFAULT_TENANT:
            found["callbacks"] = await personal.forget_callbacks(numbers)
        while ended := [call for call in await self._of(tenant_id, numbers) if not call.live]:
            found["messages"] += await self._blank_messages([mark for call in ended for mark in call.marks])
            for key in (key for call in ended for key in call.recordings):
                found["recordings"] += await self._parts.blobs.size(key) is not None
                await self._parts.blobs.delete(key)
            ids = [call.id for call in ended]
            await self._parts.store.across(partial(privacy.forget_notes, call_ids=ids))
            found["turns"] += await personal.blank(tenant_id, ids, numbers=numbers)
            found["calls"] += len(ended)
        return found

    async def _blank_messages(self, marks: Sequence[str]) -> int:
        count, place = 0, Place() if marks else None
        while place is not None:
            emptied, place = await self._parts.personal.blank_messages(marks, place)
            count += emptied
        return count

    async def _keep(self, who: Principal, request_id: str, *, found: Mapping[str, int]) -> None:
        def work(session: Session) -> None:
            request = session.get(PrivacyRequest, request_id)
            if request is not None:
                request.found = dict(found)

        await self._parts.store.write(who, work)


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in (*one, *other)}
