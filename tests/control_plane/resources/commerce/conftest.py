"""Two tenants in a database, SQLite and PostgreSQL."""

import pytest
from sqlalchemy import insert

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.tenancy import SqlTenantStore
from control_plane.resources.audit import watch
from control_plane.resources.tenants import Tenant
from control_plane.services.business import Business
from control_plane.testing.clock import FakeClock
from tests.control_plane.adapters.store.conftest import (
    address,
    database,
    dialect,
    migrated_file,
    migrated_template,
    postgres,
)
from tests.shops import A, B, Shop

__all__ = ["address", "database", "dialect", "migrated_file", "migrated_template", "postgres"]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(wall=1_795_280_075.0)


@pytest.fixture
async def business(database: Database, clock: FakeClock) -> Business:
    """With the tenants `a` and `b`."""
    stamps = {"created_at": clock.wall(), "updated_at": clock.wall(), "version": 1}
    texts = {"language": "es", "region": "CO", "currency": "COP", "status": "active", "zone": "America/Bogota"}
    rows = [
        {"id": name, "tenant_id": name, "name": name, "retention": {}, **texts, **stamps}
        for name in (A.tenant_id, B.tenant_id)
    ]
    await database.write(lambda connection: connection.execute(insert(Tenant.__table__), rows))  # type: ignore[arg-type]
    return Business(SqlTenantStore(database, clock=clock, watch=watch))


@pytest.fixture
def shop(business: Business) -> Shop:
    return Shop(business, A)


@pytest.fixture
def other(business: Business) -> Shop:
    """Of another tenant."""
    return Shop(business, B)
