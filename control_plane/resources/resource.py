"""What a resource of the business API is: a table, what is said about its rows, and the rules that hold for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.orm.interfaces import ORMOption

Column = InstrumentedAttribute[Any]

VERBS: Final = ("list", "create", "get", "update", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A query parameter that selects rows: the type of its value, and the condition that it stands for."""

    kind: Any
    where: Callable[[Any], ColumnElement[bool]]
    description: str = ""


def _nothing(*_: Any) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds beyond the types of the fields. Each may change the row, and raises Refused.

    They run within the transaction, before the row is written.
    """

    on_create: Callable[[Session, Any, Any], None] = _nothing
    """Session, the row as it was made from the request, the request (an instance of the resource's `create`)."""
    on_update: Callable[[Session, Any, dict[str, Any]], None] = _nothing
    """Session, the row with its old values, the fields that were sent: what is left in them is set afterwards."""
    on_delete: Callable[[Session, Any], None] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind of thing that people work with; its routes, its part of OpenAPI and its tests follow from this.

    Raises ValueError when it contradicts itself.
    """

    name: str
    """In the plural, as in the path: `products`."""
    one: str
    """In the singular, as in `unknown_product`."""
    area: str
    """Of `core.people.permissions`: who may `<area>:read` may see them."""
    about: str
    """For people who read the API's description: what one of them is, and what it is good for."""
    table: type[Any]
    """Tenanted and Stamped."""
    out: type[BaseModel]
    """What is said of a row; made from its attributes, in the session."""
    create: type[BaseModel] | None = None
    """What may be said when one is made; its fields are columns, unless `make` says otherwise."""
    update: type[BaseModel] | None = None
    """What may be changed; all fields optional. None with `update` among the verbs: as in `create`."""
    verbs: frozenset[str] = frozenset(VERBS)
    make: Callable[[Session, Any], Any] | None = None
    """A row from the request, when its columns are not simply the fields."""
    searched: tuple[str, ...] = ()
    """Columns that `q` looks into, without regard to case and accents. The table then has `Searchable`."""
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sorts: Mapping[str, Column] = field(default_factory=dict)
    """By what a list may be sorted, besides `created_at`; columns that are never null."""
    sort: str = "-created_at"
    """How a list is sorted when nothing is said; with a minus: from the greatest down."""
    rules: Rules = Rules()
    refuses: tuple[str, ...] = ()
    """Codes that its rules refuse with, for the description."""
    loading: tuple[ORMOption, ...] = ()
    """How related rows that `out` shows are loaded, so that a page is not a query a row."""
    announced: bool = False
    """Whether tenants' webhooks are told of changes: `product.created`, `product.updated`, `product.deleted`."""

    def __post_init__(self) -> None:
        unknown = self.verbs - set(VERBS)
        if unknown or ("create" in self.verbs and self.create is None):
            raise ValueError(f"resource {self.name}: {unknown or 'nothing says what it is created from'}")
        if self.sort.removeprefix("-") not in self.sort_columns:
            raise ValueError(f"resource {self.name} cannot be sorted by {self.sort}")

    @property
    def sort_columns(self) -> Mapping[str, Column]:
        return {"created_at": self.table.created_at, **self.sorts}
