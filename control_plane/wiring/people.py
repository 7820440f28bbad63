"""Signing in, from parts and settings."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from control_plane.adapters.store.migrate import migrate
from control_plane.ports.limits import Limit
from control_plane.services.people.parts import PeopleParts, PeoplePolicy
from control_plane.services.people.people import People
from control_plane.settings import Settings
from control_plane.wiring.beside import beside
from control_plane.wiring.parts import Parts

PAGES: Final = "http://127.0.0.1:8080"
"""Where the dashboard is when no setting says otherwise."""


def people_service(parts: Parts, overrides: Mapping[str, Any]) -> People:
    """`show` in the overrides takes what is meant for the terminal."""
    return People(
        PeopleParts(
            store=parts.tenants,
            passwords=parts.passwords,
            tokens=parts.tokens,
            secrets=parts.secrets,
            codes=parts.codes,
            seals=parts.code_seals,
            mail=parts.mail,
            limiter=parts.limiter,
            cache=parts.cache,
            clock=parts.clock,
            supervisor=parts.supervisor,
            policy=policy(parts.settings),
            show=overrides.get("show", _on_terminal),
        )
    )


def policy(settings: Settings) -> PeoplePolicy:
    requests, sign_ins = settings.api_requests_per_minute, settings.sign_ins_per_minute
    new_keys = max(1, requests // 10)
    return PeoplePolicy(
        registration_open=settings.registration == "open",
        session_s=settings.session_hours * 3600.0,
        base_url=pages(settings),
        requests=Limit.per_minute(requests, burst=max(1, requests // 3)),
        sign_ins=Limit.per_minute(sign_ins, burst=sign_ins),
        new_keys=Limit.per_minute(new_keys, burst=new_keys),
    )


def pages(settings: Settings) -> str:
    """Where people reach the dashboard: the public address, the installation that runs beside us, or the usual one."""
    if "webhook_base_url" in settings.model_fields_set:
        return settings.webhook_base_url
    _, here = beside(settings)
    return here or PAGES


async def open_people(settings: Settings) -> tuple[People, Callable[[], Awaitable[None]]]:
    """For a command of its own: with the schema as it should be, and what is to be called at the end."""
    parts = Parts(settings, {})
    await migrate(parts.database)
    people = people_service(parts, {})

    async def close() -> None:
        await parts.supervisor.aclose()
        for closing in parts.closers():
            await closing()

    return people, close


def _on_terminal(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
