"""Rows of a list that contain words: the next ones in order are looked through, then the index is asked.

Common words fill a page from a few rows in order, and an index would find too many of them; rare ones are found by the
index alone. No database knows beforehand which is which.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import Session

from control_plane.ports.searching import FEW, INDEXED, MayContain
from control_plane.resources.resource import Column

LOOKED_THROUGH: Final = 1_000
"""Rows in order, before the index is asked."""


def search(
    session: Session, listed: Select[Any], *, table: Any, order: Column, down: bool, words: Sequence[str]
) -> Sequence[Any]:
    """As many rows of a list as it is limited to, with all these folded words; it is ordered by `order` and the id."""
    here = tuple_(order, table.id)
    found = listed.where(*(table.words.contains(word, autoescape=True) for word in words))
    edge = session.execute(
        listed.with_only_columns(order, table.id, maintain_column_froms=True).limit(1).offset(LOOKED_THROUGH)
    ).first()
    near = found if edge is None else found.where(here >= tuple_(*edge) if down else here <= tuple_(*edge))
    rows = session.scalars(near).unique().all()
    if edge is None or len(rows) == _limit(listed):
        return rows
    indexed = [word for word in words if len(word) >= INDEXED]
    if indexed:
        found = found.where(MayContain(table, indexed)).execution_options(**{FEW: True})
    return session.scalars(found).unique().all()


def _limit(listed: Select[Any]) -> int | None:
    return listed._limit
