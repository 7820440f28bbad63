"""One delivery of a webhook: signed, sent, judged, tried again."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from control_plane.core.outbound.schedule import ATTEMPTS, GONE, delay_s, is_hopeless, is_taken
from control_plane.core.outbound.signature import signed_headers
from control_plane.core.people.principal import Principal, system
from control_plane.core.refusals import Refused
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.durable import Retries, Run, Work
from control_plane.ports.errors import ProviderError
from control_plane.ports.infrastructure import Clock
from control_plane.ports.outbound import ForbiddenAddress, OutboundHttp
from control_plane.ports.sealing import Seals
from control_plane.ports.tenancy import TenantStore, now
from control_plane.resources.outbound.deliveries import end
from control_plane.resources.outbound.endpoints import secrets_of, switch_off
from control_plane.resources.outbound.kinds import TEST
from control_plane.resources.outbound.tables import (
    DELIVERED,
    FAILED,
    GIVEN_UP,
    OutboundEvent,
    WebhookDelivery,
    WebhookEndpoint,
)

log = get_logger("outbound")

KIND: Final = "deliver_webhook"
NAME: Final = "webhooks"
"""How the audit log calls who does this."""

POST_S: Final = 10.0
SHOWN: Final = 500
"""Letters of an answer that are kept."""

LOST: Final = "secret_lost"
"""Why nothing was sent: the webhook needs a new secret, or the installation its old one."""

AT_ONCE: Final = 16
AT_ONE_ADDRESS: Final = 2

FAULTS: Final = Retries(delays_s=(5.0, 60.0, 600.0, 3600.0))
"""For faults of ours; that an address does not answer is no failed try of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What is sent, and where."""

    url: str
    event_id: str
    body: bytes
    secrets: Sequence[str]
    """None of them: they cannot be opened, and nothing is sent that nobody could check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt. `hopeless`: no other one would change that."""

    at: float
    status: int | None = None
    took_ms: float | None = None
    answer: str = ""
    error: str = ""
    hopeless: bool = False

    @property
    def taken(self) -> bool:
        return self.status is not None and is_taken(self.status)

    def entry(self) -> dict[str, Any]:
        names = ("at", "status", "took_ms", "answer", "error")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryParts:
    store: TenantStore
    http: OutboundHttp
    clock: Clock
    metrics: Metrics
    seals: Seals


def delivering(parts: DeliveryParts) -> Work:
    """The kind of work whose runs are deliveries. Its queues are the endpoints, so that a slow one leaves room."""
    return Work(kind=KIND, run=Delivering(parts).run, retries=FAULTS, concurrency=AT_ONCE, per_queue=AT_ONE_ADDRESS)


class Delivering:
    def __init__(self, parts: DeliveryParts) -> None:
        self._parts = parts

    async def run(self, run: Run, argument: Mapping[str, Any]) -> str:
        """The state in which it ended. A crash between sending and noting sends once more: receivers know it by its
        id."""
        who, delivery_id = system(argument["tenant_id"], NAME), str(argument["delivery_id"])
        for number in range(1, ATTEMPTS + 1):
            left = await run.step(f"attempt {number}", lambda: self._attempt(who, delivery_id))
            if left["delay_s"] is None:
                return str(left["state"])
            await run.sleep(float(left["delay_s"]))
        return GIVEN_UP

    async def _attempt(self, who: Principal, delivery_id: str) -> dict[str, Any]:
        parcel = await self._parts.store.write(
            who, lambda session: _packed(session, delivery_id, seals=self._parts.seals)
        )
        if parcel is None:
            return {"state": "dropped", "delay_s": None}
        outcome = await self._send(parcel)
        chance = random.random()  # noqa: S311  (spreads load, hides nothing)
        left = await self._parts.store.write(
            who, lambda session: _judged(session, delivery_id, outcome=outcome, chance=chance)
        )
        self._parts.metrics.outbound_webhooks_total.labels(outcome=left["state"]).inc()
        return left

    async def _send(self, parcel: Parcel) -> Outcome:
        at = self._parts.clock.wall()
        if not parcel.secrets:
            return Outcome(at=at, error=LOST)
        signed = signed_headers(parcel.event_id, timestamp=at, body=parcel.body, secrets=parcel.secrets)
        headers = {"content-type": "application/json; charset=utf-8", **signed}
        try:
            answer = await self._parts.http.post(parcel.url, headers=headers, body=parcel.body, timeout_s=POST_S)
        except ForbiddenAddress as error:
            return Outcome(at=at, error=error.code or "forbidden_address", hopeless=True)
        except ProviderError as error:
            return Outcome(at=at, error=error.code or type(error).__name__.lower())
        return Outcome(
            at=at,
            status=answer.status,
            took_ms=round(answer.took_s * 1000, 1),
            answer=answer.body.decode("utf-8", "replace")[:SHOWN],
            hopeless=answer.status == GONE,
        )


def _packed(session: Session, delivery_id: str, *, seals: Seals) -> Parcel | None:
    """None when there is nothing to do any more. What somebody switched off is told nothing but tests."""
    row = session.get(WebhookDelivery, delivery_id)
    if row is None or row.state in (DELIVERED, GIVEN_UP):
        return None
    endpoint = session.get_one(WebhookEndpoint, row.endpoint_id)
    if not endpoint.active and row.kind != TEST:
        row.error = "inactive"
        end(session, row, state=GIVEN_UP)
        return None
    told = session.get_one(OutboundEvent, row.event_id)
    return Parcel(
        url=endpoint.url, event_id=told.id, body=body_of(told), secrets=_opened(session, endpoint, seals=seals)
    )


def _opened(session: Session, endpoint: WebhookEndpoint, *, seals: Seals) -> Sequence[str]:
    try:
        return secrets_of(endpoint, at=now(session), seals=seals)
    except Refused:
        log.error(
            "the secret of a webhook cannot be opened: is it the secret of this installation?", webhook=endpoint.id
        )
        return ()


def body_of(told: OutboundEvent) -> bytes:
    """The bytes that are signed and sent."""
    body = {"id": told.id, "kind": told.kind, "at": told.at, "data": told.body}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _judged(session: Session, delivery_id: str, *, outcome: Outcome, chance: float) -> dict[str, Any]:
    """Write the attempt down; the state, and when to try again."""
    row = session.get(WebhookDelivery, delivery_id)
    if row is None:
        return {"state": "dropped", "delay_s": None}
    row.attempts += 1
    row.log = [*row.log, outcome.entry()]
    row.status, row.took_ms, row.answer, row.error = outcome.status, outcome.took_ms, outcome.answer, outcome.error
    delay = None if outcome.taken or outcome.hopeless else delay_s(row.attempts, chance=chance)
    if delay is None:
        end(session, row, state=DELIVERED if outcome.taken else GIVEN_UP)
    else:
        row.state, row.next_at = FAILED, now(session) + delay
    _judge_address(session, session.get_one(WebhookEndpoint, row.endpoint_id), outcome=outcome)
    return {"state": row.state, "delay_s": delay}


def _judge_address(session: Session, endpoint: WebhookEndpoint, *, outcome: Outcome) -> None:
    """Keep since when it fails; switch it off when it has gone, or failed for days."""
    at = now(session)
    since = None if outcome.taken else endpoint.failing_since or at
    if since != endpoint.failing_since:
        # A statement: it is no change that people made, and disturbs none that they are making.
        mine = update(WebhookEndpoint).where(WebhookEndpoint.id == endpoint.id).values(failing_since=since)
        session.execute(mine.execution_options(summed_up=True, synchronize_session=False))
    if not endpoint.active:
        return
    if outcome.status == GONE:
        switch_off(session, endpoint, reason="gone")
    elif not outcome.taken and is_hopeless(endpoint.failing_since, now=at):
        log.warning("a webhook has failed for days, it is switched off", endpoint=endpoint.id)
        switch_off(session, endpoint, reason="failing")
