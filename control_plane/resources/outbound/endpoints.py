"""The rules of webhooks: what they may want, when they begin to hear of calls, how their secrets change."""

from collections.abc import Sequence
from typing import Any, Final, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.core.outbound.subscription import is_pattern, wants
from control_plane.core.refusals import Refused, invalid
from control_plane.ports.tenancy import now
from control_plane.resources import audit
from control_plane.resources.crud import Rows, check_version
from control_plane.resources.outbound.kinds import CALL_ENDED, CALL_STARTED, kinds
from control_plane.resources.outbound.schemas import WebhookIn, WebhookMade, WebhookOut
from control_plane.resources.outbound.tables import WebhookEndpoint
from control_plane.resources.resource import Filter, Resource, Rules

MOST: Final = 20
"""Of one tenant."""

Failing = Literal["failing", "gone"]


def create(session: Session, data: WebhookIn, *, secret: str) -> WebhookMade:
    """Raises Refused."""
    _check_patterns(data.events)
    if (session.scalar(select(func.count()).select_from(WebhookEndpoint)) or 0) >= MOST:
        raise Refused("limit_reached", f"A tenant has at most {MOST} webhooks.")
    row = WebhookEndpoint(**data.model_dump(), secret=secret, calls_since=now(session))
    session.add(row)
    session.flush()
    return with_secret(session, row)


def replace_secret(
    session: Session, endpoint_id: str, *, secret: str, overlap_s: float, version: int | None
) -> WebhookMade:
    """From now on messages are signed with the new one, and for a while with both. Raises Refused."""
    row: WebhookEndpoint = Rows(session, WEBHOOKS).find(endpoint_id)
    check_version(row, version)
    row.old_secret, row.old_secret_until = (row.secret, now(session) + overlap_s) if overlap_s else ("", None)
    row.secret = secret
    session.flush()
    return with_secret(session, row)


def with_secret(session: Session, row: WebhookEndpoint) -> WebhookMade:
    shown = Rows(session, WEBHOOKS).said(row)
    return WebhookMade(**shown.model_dump(), secret=row.secret)


def secrets_of(row: WebhookEndpoint, *, at: float) -> Sequence[str]:
    """Those that sign at this time, the newest first."""
    old = row.old_secret if row.old_secret_until is not None and at < row.old_secret_until else ""
    return [secret for secret in (row.secret, old) if secret]


def switch_off(session: Session, row: WebhookEndpoint, *, reason: Failing) -> None:
    """The gateway gives the address up; whoever runs the tenant may switch it on again."""
    row.active, row.disabled_reason = False, reason
    audit.note(session, "switch_off", resource="webhook_endpoints", row_id=row.id, after={"reason": reason})


def wants_calls(row: WebhookEndpoint | WebhookIn) -> bool:
    return row.active and (wants(row.events, CALL_STARTED) or wants(row.events, CALL_ENDED))


def _check_patterns(patterns: Sequence[str]) -> None:
    """Raises Refused for one that could never mean anything: it is a slip of the pen."""
    for pattern in patterns:
        if not is_pattern(pattern) or not any(wants([pattern], each.kind) for each in kinds()):
            raise invalid("events", f"there are no such events: {pattern[:100]}; see /api/webhooks/events")


def _on_update(session: Session, row: WebhookEndpoint, *, fields: dict[str, Any]) -> None:
    _check_patterns(fields.get("events", ()))
    wanted_calls = wants_calls(row)
    if fields.get("active", row.active) and not row.active:
        row.disabled_reason, row.failing_since = "", None
    for name in ("events", "active"):
        if name in fields:
            setattr(row, name, fields.pop(name))
    if wants_calls(row) and not wanted_calls:
        row.calls_since = now(session)


WEBHOOKS = Resource(
    name="webhooks",
    one="webhook",
    area="webhooks",
    about="Addresses of the tenant's own systems that are told of what happens.",
    table=WebhookEndpoint,
    out=WebhookOut,
    create=WebhookIn,
    verbs=frozenset({"list", "get", "create", "update", "delete"}),
    filters={"active": Filter(kind=bool, where=lambda value: WebhookEndpoint.active == value)},
    rules=Rules(on_update=lambda session, row, fields: _on_update(session, row, fields=fields)),
)
"""Its routes are in `web/outbound.py`: they tell secrets once, and look at addresses."""
