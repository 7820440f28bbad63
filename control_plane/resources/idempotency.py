"""Requests that may be sent twice: the second one gets the answer of the first."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from control_plane.core.refusals import Refused
from control_plane.ports.tables import Base, Tenanted
from control_plane.ports.tenancy import now, who

KEPT_S: Final = 48 * 3600.0
"""How long a key is remembered."""


class IdempotencyKey(Tenanted, Base):
    """What was answered to a request with this key. Written in the transaction that carried the request out."""

    __tablename__ = "idempotency_keys"

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[float]


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that may be repeated. `key` is empty when the client sent none; `what` names the operation."""

    key: str = ""
    what: str = ""
    body: bytes = b""

    def fingerprint(self, asker: str) -> str:
        return hashlib.sha256(b"\0".join((asker.encode(), self.what.encode(), self.body))).hexdigest()


def once(session: Session, ask: Ask, *, make: Callable[[], BaseModel]) -> dict[str, Any]:
    """The answer of `make`, or what it was the first time. Raises Refused, also when the key was used for another
    request."""
    if not ask.key:
        return make().model_dump(mode="json")
    fingerprint = ask.fingerprint(who(session).id)
    kept = session.get(IdempotencyKey, (who(session).tenant_id, ask.key))
    if kept is not None and now(session) - kept.created_at < KEPT_S:
        if kept.fingerprint != fingerprint:
            raise Refused("idempotency_key_reused", "Take a new key for a new request.")
        return kept.answer
    if kept is not None:
        session.delete(kept)
        session.flush()
    answer = make().model_dump(mode="json")
    session.add(IdempotencyKey(key=ask.key, fingerprint=fingerprint, answer=answer, created_at=now(session)))
    session.flush()
    return answer


def forget(session: Session, *, before: float) -> int:
    """Across tenants: remove the keys that are not remembered any more at that time; how many."""
    old = delete(IdempotencyKey).where(IdempotencyKey.created_at < before - KEPT_S)
    return int(getattr(session.execute(old), "rowcount", 0))
