"""Finding, making, changing and removing the rows of any resource, within a tenant's session."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, literal, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from control_plane.core.refusals import Refused, invalid, unknown
from control_plane.core.words import folded as folded
from control_plane.ports.tables import Words
from control_plane.resources.cursor import cursor_after, position_of
from control_plane.resources.resource import Column, Resource
from control_plane.resources.searching import search

MAX_PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which rows, in which order, and which page of them."""

    filters: Mapping[str, Any] = field(default_factory=dict)
    """By the names of the resource's filters; None does not filter."""
    text: str = ""
    sort: str = ""
    cursor: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows, and where the next ones begin; empty at the end."""

    items: Sequence[BaseModel]
    next_cursor: str


class Searchable:
    """Mixed into tables that are searched: `words` is what their searched columns say, folded."""

    words: Mapped[str] = mapped_column(Words, default="")
    __unlisted__ = ("words",)


class Rows:
    """The rows of one resource, within a tenant's session. All methods raise Refused."""

    def __init__(self, session: Session, resource: Resource) -> None:
        self._session = session
        self._resource = resource

    def page(self, query: Query) -> Page:
        """Refused for a sort or cursor that the list does not know."""
        resource, limit = self._resource, min(query.limit, MAX_PAGE)
        table, sort = resource.table, query.sort or resource.sort
        column = resource.sort_columns.get(sort.removeprefix("-"))
        if column is None:
            raise invalid("sort", f"none of {', '.join(resource.sort_columns)}; a minus in front turns it round")
        down = sort.startswith("-")
        statement = select(table).options(*resource.loading).limit(limit + 1)
        statement = statement.order_by(*((column.desc(), table.id.desc()) if down else (column, table.id)))
        statement = statement.where(*_conditions(resource, query))
        if query.cursor:
            value, row_id = position_of(query.cursor, sort, kind=column.type.python_type)
            here, there = tuple_(column, table.id), tuple_(literal(value, column.type), literal(row_id))
            statement = statement.where(here < there if down else here > there)
        rows = self._listed(statement, column, down=down, words=folded(query.text).split())
        shown = rows[:limit]
        more = len(rows) > limit
        last = cursor_after(sort, getattr(shown[-1], column.key), row_id=shown[-1].id) if more else ""
        return Page(items=[self.said(row) for row in shown], next_cursor=last)

    def _listed(self, statement: Select[Any], column: Column, *, down: bool, words: Sequence[str]) -> Sequence[Any]:
        if not words:
            return self._session.scalars(statement).unique().all()
        return search(self._session, statement, table=self._resource.table, order=column, down=down, words=words)

    def said(self, row: Any) -> BaseModel:
        """What the API says of a row."""
        return self._resource.out.model_validate(row, from_attributes=True)

    def find(self, row_id: str) -> Any:
        """Refused when there is none, or not for this tenant."""
        row = self._session.get(self._resource.table, row_id, options=list(self._resource.loading))
        if row is None:
            raise unknown(self._resource.one)
        return row

    def create(self, data: BaseModel) -> Any:
        """The new row, written down, with id and stamps."""
        resource = self._resource
        row = resource.make(self._session, data) if resource.make else resource.table(**data.model_dump())
        resource.rules.on_create(self._session, row, data)
        self._index(row)
        self._session.add(row)
        self._session.flush()
        return row

    def update(self, row_id: str, fields: Mapping[str, Any], *, version: int | None) -> Any:
        """The changed row, written down; `fields` are those that were sent. Refused(`version_mismatch`) when it is not
        at `version` any more."""
        row = self.find(row_id)
        check_version(row, version)
        fields = dict(fields)
        self._resource.rules.on_update(self._session, row, fields)
        for name, value in fields.items():
            setattr(row, name, value)
        self._index(row)
        self._session.flush()
        return row

    def delete(self, row_id: str, *, version: int | None) -> None:
        row = self.find(row_id)
        check_version(row, version)
        self._resource.rules.on_delete(self._session, row)
        self._session.delete(row)
        self._session.flush()

    def _index(self, row: Any) -> None:
        if self._resource.searched:
            row.words = folded(*(str(getattr(row, name) or "") for name in self._resource.searched))


def _conditions(resource: Resource, query: Query) -> Iterator[ColumnElement[bool]]:
    for name, value in query.filters.items():
        if value is not None:
            yield resource.filters[name].where(value)


def check_version(row: Any, version: int | None) -> None:
    """Raises Refused(`version_mismatch`) when the row was changed since somebody read that version."""
    if version is not None and row.version != version:
        raise Refused("version_mismatch", "Read it again and repeat the change.")
