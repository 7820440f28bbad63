"""How far a statement reaches: whether the first wall can add the tenant to every table that it reads.

A criterion of the ORM is added where an entity is selected, selected from or joined. A table that only a condition
names is read all the same and gets none: `exists().where(Model…)`, `relationship.any()`, a second model in `where`.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import CTE, Alias, CompoundSelect, Delete, Select, Subquery, Table, TextClause, Update, inspect
from sqlalchemy.orm import Mapper, QueryableAttribute
from sqlalchemy.orm.util import AliasedClass, AliasedInsp
from sqlalchemy.sql.visitors import Visitable

COLUMN: Final = "tenant_id"
"""Tables with it belong to tenants."""

Covered = frozenset[int]
"""Hashes of tables and aliases: those of an annotated one are those of the plain one."""

_NOTHING: Final[Covered] = frozenset()


def stray(statement: Any) -> str:
    """The first thing that the wall would not reach, for the message; empty when it reaches all."""
    match statement:
        case Select() | CompoundSelect():
            return _within(statement, _NOTHING)
        case Update() | Delete():
            changed = frozenset({hash(statement.table)})
            named = (table for each in statement._where_criteria for table in each._from_objects)
            return _first(_at(table, changed) for table in named) or _within(statement, changed)
        case _:
            return type(statement).__name__


def _within(element: Any, covered: Covered) -> str:
    if isinstance(element, Select):
        covered = _correlated(element, covered) | _entities(element)
    return _first(_at(child, covered) for child in element.get_children())


def _at(element: Visitable, covered: Covered) -> str:
    match element:
        case TextClause():
            return "a text"
        case Table():
            return _bare(element, element, covered=covered)
        case Alias() if isinstance(element.element, Table):
            return _bare(element, element.element, covered=covered)
        case Subquery() | CTE():
            return _within(element, _NOTHING)
        case _:
            return _within(element, covered)


def _bare(place: Any, table: Table, *, covered: Covered) -> str:
    return table.name if COLUMN in table.c and hash(place) not in covered else ""


def _correlated(select: Select[Any], outer: Covered) -> Covered:
    """What a select within another takes from it, rather than reading it anew."""
    if select._correlate:
        return outer & {hash(each) for each in select._correlate}
    return outer - {hash(each) for each in select._correlate_except or ()}


def _entities(select: Select[Any]) -> Covered:
    """To which the ORM adds criteria."""
    joined = (part for join in select._setup_joins for part in (join[0], join[2]) if part is not None)
    found = (_entity(each) for each in (*select._raw_columns, *select._from_obj, *joined))
    return frozenset(hash(table) for table in found if table is not None)


def _entity(element: Any) -> Any:
    """The table or alias of what a select names in its columns or joins; None for what is no entity."""
    if isinstance(element, QueryableAttribute) and hasattr(element.property, "mapper"):
        element = element.property.mapper
    elif isinstance(element, AliasedClass):
        element = inspect(element)
    else:
        subject = element._propagate_attrs.get("plugin_subject")
        element = element._annotations.get("parententity", subject)
    match element:
        case Mapper():
            return element.local_table
        case AliasedInsp():
            return element.selectable
        case _:
            return None


def _first(found: Iterable[str]) -> str:
    return next(filter(None, found), "")
