"""What every stored row has in common, whichever side declares it: names, types, whose it is.

Tables of the call path are declared in `adapters/store`, those of the business API beside their rules in `resources`;
both belong to one `Base`, so that one schema, one migration and one tenancy hold for all. Times are unix seconds as
floats; empty strings stand for "none".
"""

import os
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Dialect, Double, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import Text, TypeDecorator

NAMES: Final = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
}

DEFAULT_TENANT: Final = "default"
"""The tenant that every installation has: its owner's company, and whatever came before there were others."""

MONEY_SCALE: Final = 4
"""Decimal places that are kept of an amount: enough for a unit price of any currency."""


class Words(TypeDecorator[str]):
    """Text that people or models wrote. PostgreSQL stores no NUL and neither engine half a surrogate pair: the former
    is dropped, the latter becomes `?`, rather than losing the row."""

    impl = Text
    cache_ok = True

    @property
    def python_type(self) -> type[Any]:
        return str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


class Money(TypeDecorator[Decimal]):
    """An amount as a whole number of its ten-thousandths: exact, and summed by either database without rounding."""

    impl = BigInteger
    cache_ok = True

    @property
    def python_type(self) -> type[Any]:
        return Decimal

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value.scaleb(MONEY_SCALE).to_integral_exact())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-MONEY_SCALE)


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012
        str: Text(),
        float: Double(),
        Decimal: Money(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        list[str]: JSON(),
    }


class Tenanted:
    """Mixed into every table whose rows belong to a tenant. The session of a tenant sees no other rows, and gives new
    ones its own (`adapters/store/tenancy.py`)."""

    tenant_id: Mapped[str] = mapped_column(index=False)


class Stamped:
    """Mixed into every table whose rows people see and change.

    `version` counts the changes: it is the ETag, and an update that was made from an older one is refused.
    """

    id: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[float]
    updated_at: Mapped[float]
    version: Mapped[int]

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.version}


def new_id(at: float) -> str:
    """A UUID of version 7 (RFC 9562, 5.7): ids of one time lie together in an index. `at` in unix seconds."""
    value = (int(at * 1000) & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return str(UUID(int=value & ~(0x3 << 62) | 0x2 << 62))
