"""Rows that one transaction keeps for itself while it decides what becomes of them."""

from typing import Any

from sqlalchemy.orm import Session

from control_plane.core.refusals import Refused


def hold(session: Session, row: Any) -> None:
    """Nobody else changes the row until this transaction ends. Raises Refused when somebody did since it was read.

    SQLite has one writer at a time anyway, and takes no notice.
    """
    version = row.version
    session.refresh(row, attribute_names=[each.key for each in row.__mapper__.column_attrs], with_for_update=True)
    if row.version != version:
        raise Refused("changed_meanwhile", "Read it again and repeat the change.")
