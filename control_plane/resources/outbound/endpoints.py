"""The rules of webhooks: what they may want, when they begin to hear of calls, how their secrets change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.core.outbound.subscription import is_pattern, wants
from control_plane.core.refusals import Refused, invalid
from control_plane.ports.sealing import Seals
from control_plane.ports.tables import new_id
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


def create(session: Session, data: WebhookIn, *, secret: str, seals: Seals) -> WebhookMade:
    """Raises Refused."""
    _check_patterns(data.events)
    if (session.scalar(select(func.count()).select_from(WebhookEndpoint)) or 0) >= MOST:
        raise Refused("limit_reached", f"A tenant has at most {MOST} webhooks.")
    endpoint_id = new_id(now(session))
    sealed = seals.seal(secret, about=endpoint_id)
    row = WebhookEndpoint(id=endpoint_id, **data.model_dump(), secret=sealed, calls_since=now(session))
    session.add(row)
    session.flush()
    return _with_secret(session, row, secret=secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """`overlap_s`: for so long the old one signs too."""

    secret: str
    overlap_s: float


def replace_secret(
    session: Session, endpoint_id: str, *, new: NewSecret, version: int | None, seals: Seals
) -> WebhookMade:
    """From now on messages are signed with the new one, and for a while with both. Raises Refused."""
    row: WebhookEndpoint = Rows(session, WEBHOOKS).find(endpoint_id)
    check_version(row, version)
    old, until = (seals.shut(row.secret, about=row.id), now(session) + new.overlap_s) if new.overlap_s else ("", None)
    row.old_secret, row.old_secret_until = old, until
    row.secret = seals.seal(new.secret, about=row.id)
    session.flush()
    return _with_secret(session, row, secret=new.secret)


def _with_secret(session: Session, row: WebhookEndpoint, *, secret: str) -> WebhookMade:
    shown = Rows(session, WEBHOOKS).said(row)
    return WebhookMade(**shown.model_dump(), secret=secret)


def secrets_of(row: WebhookEndpoint, *, at: float, seals: Seals) -> Sequence[str]:
    """Those that sign at this time, the newest first; an old one that is lost signs no more. Raises
    Refused(`secret_lost`) when the newest is."""
    newest = seals.open(row.secret, about=row.id)
    if not row.old_secret or row.old_secret_until is None or at >= row.old_secret_until:
        return [newest]
    try:
        return [newest, seals.open(row.old_secret, about=row.id)]
    except Refused:
        return [newest]


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
