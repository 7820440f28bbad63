"""Which columns hold sealed secrets, and how those that still lie open are sealed."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from control_plane.ports.sealing import Seals
from control_plane.resources.outbound.tables import WebhookEndpoint
from control_plane.resources.people.tables import User

PORTION: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A column, and what it is sealed with."""

    model: Any
    column: InstrumentedAttribute[str]
    seals: Seals


def columns(*, codes: Seals, webhooks: Seals) -> tuple[Sealed, ...]:
    """All of them."""
    return (
        Sealed(model=User, column=User.totp_secret, seals=codes),
        Sealed(model=User, column=User.totp_pending, seals=codes),
        Sealed(model=WebhookEndpoint, column=WebhookEndpoint.secret, seals=webhooks),
        Sealed(model=WebhookEndpoint, column=WebhookEndpoint.old_secret, seals=webhooks),
    )


def seal_some(session: Session, place: Sealed, *, after: str) -> tuple[int, str]:
    """Seal those of the next rows that lie open; how many, and the last id that was looked at, empty at the end.

    Rows keep their versions: nobody has changed anything.
    """
    model, column = place.model, place.column
    wanted = select(model.id, column).where(model.id > after, column != "").order_by(model.id).limit(PORTION)
    rows = session.execute(wanted).all()
    open_ones = [(row_id, kept) for row_id, kept in rows if not place.seals.is_sealed(kept)]
    for row_id, kept in open_ones:
        shut = {column.key: place.seals.shut(kept, about=row_id)}
        unchanged = update(model).where(model.id == row_id, column == kept)
        session.execute(unchanged.values(**shut).execution_options(synchronize_session=False))
    return len(open_ones), rows[-1][0] if len(rows) == PORTION else ""
