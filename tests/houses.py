"""A tenant's webhooks and whoever carries them, with an address that answers as a test says."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.adapters.people.keys import OUTBOUND_WEBHOOKS
from control_plane.adapters.people.seals import AesSeals
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.tenancy import SqlTenantStore
from control_plane.core.people.permissions import ALL
from control_plane.core.people.principal import Kind, Principal
from control_plane.core.web_address import Allowed
from control_plane.observability.metrics import Metrics
from control_plane.ports.outbound import OutboundAnswer
from control_plane.resources.audit import watch
from control_plane.resources.outbound.announcing import Announcer
from control_plane.resources.outbound.schemas import WebhookIn, WebhookMade
from control_plane.resources.outbound.tables import OutboundEvent, WebhookDelivery, WebhookEndpoint
from control_plane.services.outbound.delivering import Delivering, DeliveryParts
from control_plane.services.outbound.endpoints import Endpoints
from control_plane.testing.clock import FakeClock

ANA = Principal(tenant_id="default", kind=Kind.USER, id="ana", role="owner", permissions=ALL)
URL = "https://crm.example.com/hook"


class Address:
    """The OutboundHttp port: the other side, as a test says."""

    def __init__(self) -> None:
        self.status = 200
        self.fault: Exception | None = None
        self.got: list[tuple[str, Mapping[str, str], bytes]] = []

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, timeout_s: float) -> OutboundAnswer:
        self.got.append((url, headers, body))
        if self.fault is not None:
            raise self.fault
        return OutboundAnswer(status=self.status, body=b"said", took_s=0.25)


class OneRun:
    """The Run port, carried out at once; sleeping lets the clock go on."""

    id = "run"
    tries = 0

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.slept: list[float] = []

    async def step(self, name: str, work: Callable[[], Awaitable[Any]], *, timeout_s: float = 60.0) -> Any:
        return await work()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._clock.advance(seconds)

    async def wait(self, name: str, *, timeout_s: float) -> Any:
        raise TimeoutError


class House:
    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.clock = clock
        self.announcer = Announcer()
        self.http = Address()
        self.metrics = Metrics()

        def watched(session: Session) -> None:
            watch(session)
            self.announcer(session)

        self.store = SqlTenantStore(database, clock=clock, watch=watched)
        self.seals = AesSeals(b"a secret of tests", OUTBOUND_WEBHOOKS)
        self.endpoints = Endpoints(self.store, allowed=Allowed(), seals=self.seals)
        self.delivering = Delivering(
            DeliveryParts(store=self.store, http=self.http, clock=clock, metrics=self.metrics, seals=self.seals)
        )

    async def hook(self, *events: str, **more: Any) -> WebhookMade:
        return await self.endpoints.create(ANA, WebhookIn(url=URL, events=list(events) or ["*"], **more))

    async def deliver(self, delivery_id: str) -> tuple[str, list[float]]:
        """The state in which it ended, and the waits before."""
        run = OneRun(self.clock)
        state = await self.delivering.run(run, {"tenant_id": "default", "delivery_id": delivery_id})
        return state, run.slept

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        def work(session: Session) -> list[tuple[str, dict[str, Any]]]:
            rows = session.scalars(select(OutboundEvent).order_by(OutboundEvent.at, OutboundEvent.id))
            return [(row.kind, row.body) for row in rows]

        return await self.store.across(work)

    async def deliveries(self) -> list[WebhookDelivery]:
        return await self.store.across(
            lambda session: list(session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))
        )

    async def endpoint(self, endpoint_id: str) -> WebhookEndpoint:
        return await self.store.across(lambda session: session.get_one(WebhookEndpoint, endpoint_id))
