"""What runs beside the calls: tasks that never end, and what is tidied up at night."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from control_plane.adapters.store.statistics import erase_words, look_over
from control_plane.resources.idempotency import forget
from control_plane.resources.sealing import columns
from control_plane.services.contacts.imports import Imports
from control_plane.services.housekeeping import Housekeeping
from control_plane.services.people.people import People
from control_plane.services.sealing import seal_all
from control_plane.wiring.analytics import call_counter
from control_plane.wiring.outbound import telling
from control_plane.wiring.parts import Parts


def background(parts: Parts) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
    """What runs from start to end, by name."""
    return {**parts.background(), "analytics": call_counter(parts).run, **telling(parts)}


def housekeeping(parts: Parts, people: People, *, imports: Imports) -> None:
    """Have what is old removed every night. Contacts and outbound webhooks see to theirs themselves."""

    async def sign_ins(_: float) -> int:
        return await people.sweep()

    async def keys(now: float) -> int:
        return await parts.tenants.across(lambda session: forget(session, before=now))

    async def secrets(_: float) -> int:
        return await seal_all(parts.tenants, columns(codes=parts.code_seals, webhooks=parts.webhook_seals))

    async def statistics(_: float) -> int:
        return await look_over(parts.database)

    async def words(_: float) -> int:
        return await erase_words(parts.database)

    sweeps = {
        "sign-ins": sign_ins,
        "idempotency keys": keys,
        "open secrets": secrets,
        "cut-off uploads": imports.reception.sweep,
        "words of erased rows": words,
        "statistics": statistics,
    }
    Housekeeping(sweeps, clock=parts.clock).serve(parts.durable)
