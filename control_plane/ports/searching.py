"""The condition by which rows are found by parts of their words, without looking at every row."""

from collections.abc import Sequence
from typing import Any, Final, Self

from sqlalchemy import Boolean, literal
from sqlalchemy.sql.functions import FunctionElement

from control_plane.core.words import LEAST, grams

FEW: Final = "few"
"""Execution option of a query that names the few rows it is about: the tenant is no way to find them."""

INDEXED: Final = LEAST
"""Letters of the shortest word that the index knows; shorter ones are in most rows anyway."""


class MayContain(FunctionElement[bool]):
    """Rows in whose `words` all these words, of INDEXED letters at least, may be: none that has them is left out.

    `table` is a mapped class with `id` and `words`, and a part of the index of its own (`adapters/store/row_words.py`).
    """

    name = "may_contain"
    type = Boolean()
    inherit_cache = True

    def __init__(self, table: Any, words: Sequence[str]) -> None:
        super().__init__(table.id, literal(table.__tablename__), literal(" ".join(grams(words))))

    def self_group(self, against: Any = None) -> Self:
        """As it is: compared with `true`, it would be an expression over every row, for which no index is used."""
        return self
