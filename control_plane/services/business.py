"""What people and programs do with the things of their tenant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from control_plane.core.people.principal import Principal
from control_plane.core.refusals import Refused
from control_plane.ports.tenancy import T, TenantStore, Work
from control_plane.resources.crud import Page, Query, Rows
from control_plane.resources.idempotency import Ask, once
from control_plane.resources.resource import Resource
from control_plane.resources.tenants import Tenant

Told = tuple[BaseModel, int]
"""What is said of a row, and its version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Some fields of a row, as they were sent; `version` as somebody read it, None when they do not care."""

    row_id: str
    fields: Mapping[str, Any]
    version: int | None


class Business:
    """The resources of all tenants. All methods raise Refused and StoreUnavailable.

    Whether `who` may do a thing at all is asked before; whose rows are meant follows from `who` alone.
    """

    def __init__(self, store: TenantStore) -> None:
        self._store = store

    async def exists(self, tenant_id: str) -> bool:
        """Whether there is such a tenant."""
        return await self._store.look_across(lambda session: session.get(Tenant, tenant_id) is not None)

    async def ask(self, who: Principal, work: Work[T]) -> T:
        """Run queries of one's own."""
        return await self._store.read(who, work)

    async def act(self, who: Principal, work: Work[T]) -> T:
        """Run a transaction of one's own."""
        return await self._store.write(who, work)

    async def once(self, who: Principal, ask: Ask, *, work: Work[BaseModel]) -> dict[str, Any]:
        """Run a transaction that may be asked for twice; its answer as JSON.

        Two at the same moment: the second one waits for the first, and then finds its answer.
        """

        def carried_out(session: Session) -> dict[str, Any]:
            return once(session, ask, make=lambda: work(session))

        try:
            return await self._store.write(who, carried_out)
        except Refused as refused:
            if refused.code != "conflict" or not ask.key:
                raise
        return await self._store.write(who, carried_out)

    async def page(self, who: Principal, resource: Resource, *, query: Query) -> Page:
        return await self._store.read(who, lambda session: Rows(session, resource).page(query))

    async def get(self, who: Principal, resource: Resource, *, row_id: str) -> Told:
        def work(session: Session) -> Told:
            rows = Rows(session, resource)
            return _told(rows, rows.find(row_id))

        return await self._store.read(who, work)

    async def create(self, who: Principal, resource: Resource, *, data: BaseModel, ask: Ask) -> dict[str, Any]:
        def work(session: Session) -> BaseModel:
            rows = Rows(session, resource)
            return rows.said(rows.create(data))

        return await self.once(who, ask, work=work)

    async def update(self, who: Principal, resource: Resource, *, change: Change) -> Told:
        def work(session: Session) -> Told:
            rows = Rows(session, resource)
            return _told(rows, rows.update(change.row_id, change.fields, version=change.version))

        return await self._store.write(who, work)

    async def delete(self, who: Principal, resource: Resource, *, row_id: str, version: int | None) -> None:
        await self._store.write(who, lambda session: Rows(session, resource).delete(row_id, version=version))


def _told(rows: Rows, row: Any) -> Told:
    return rows.said(row), row.version
