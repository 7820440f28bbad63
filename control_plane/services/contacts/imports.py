"""Imports of contacts: handed in, worked through portion by portion, whatever happens to the process."""

import asyncio
import io
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from control_plane.core.people.principal import Principal, system
from control_plane.core.refusals import Refused, unknown
from control_plane.observability.logging import get_logger
from control_plane.ports.durable import DurableEngine, Retries, Run, Work
from control_plane.ports.infrastructure import Clock, NumberPlan
from control_plane.ports.tables import new_id
from control_plane.ports.tenancy import TenantStore
from control_plane.resources.contacts import importing
from control_plane.resources.contacts.contacts import Plans
from control_plane.resources.contacts.import_portion import ReadRow
from control_plane.resources.contacts.imports import RECEIVING, UNFINISHED, ImportJob, ImportJobOut
from control_plane.resources.tenants import own
from control_plane.services.contacts.csv_columns import Column, columns_of
from control_plane.services.contacts.csv_contact import RowReader
from control_plane.services.contacts.csv_dialect import Dialect, dialect_of, dialect_of_beginning
from control_plane.services.contacts.csv_rows import Table
from control_plane.services.contacts.import_file import ImportFiles
from control_plane.services.contacts.reception import Reception

log = get_logger("imports")

KIND: Final = "import_contacts"

PORTION: Final = 200
"""Rows of one transaction: writers of calls wait for no more."""

PAUSE_S: Final = 0.005
"""Between two portions, in which live calls have the process to themselves."""

SHOWN_ROWS: Final = 20

RETRIES: Final = Retries(delays_s=(1.0, 5.0, 30.0, 120.0, 600.0))

MET_OTHERS: Final = ("conflict", "changed_meanwhile")
"""Somebody else wrote the same rows in the same moment: later they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """How a file is to be read."""

    file_name: str = ""
    list_id: str = ""
    region: str = ""
    on_duplicate: str = "update"
    mapping: Mapping[str, str] = field(default_factory=dict)
    consent: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How a file would be read, by its first rows."""

    dialect: Dialect
    columns: list[Column]
    rows: list[ReadRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportParts:
    store: TenantStore
    files: ImportFiles
    plans: Plans
    clock: Clock
    engine: DurableEngine
    """The one that is given our work."""
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


class Imports:
    """What the API and the engine come to. Methods raise Refused, StoreUnavailable and ProviderError."""

    def __init__(self, parts: ImportParts) -> None:
        self._parts = parts
        self.reception = Reception(parts.store, parts.files)
        self.work = Work(kind=KIND, run=self._carry_out, retries=RETRIES, concurrency=1, per_queue=1)

    async def preview(self, who: Principal, order: ImportOrder, *, beginning: bytes) -> Preview:
        region = order.region or await self._parts.store.read(who, lambda session: own(session).region)
        plan = self._parts.plans(region)
        return await asyncio.to_thread(_previewed, beginning, order, plan=plan)

    async def receive(self, who: Principal, order: ImportOrder, *, body: AsyncIterable[bytes]) -> ImportJobOut:
        """Keep the file and begin; it goes on by itself."""
        import_id = new_id(self._parts.clock.wall())
        job = await self.reception.take_in(who, import_id, make=lambda: _job(import_id, order), body=body)
        await self._begin(who.tenant_id, job.id)
        return job

    async def cancel(self, who: Principal, import_id: str) -> ImportJobOut:
        """What was taken stays. The run sees it before its next portion."""
        return await self._parts.store.write(
            who, lambda session: ImportJobOut.model_validate(importing.cancel(session, import_id))
        )

    async def resume(self) -> int:
        """Begin those whose run was lost between the file and the engine; how many there are that have not ended."""

        def unfinished(session: Session) -> list[tuple[str, str]]:
            wanted = select(ImportJob.tenant_id, ImportJob.id).where(ImportJob.state.in_(UNFINISHED)).limit(1000)
            return [(tenant_id, import_id) for tenant_id, import_id in session.execute(wanted)]

        found = await self._parts.store.across(unfinished)
        for tenant_id, import_id in found:
            await self._begin(tenant_id, import_id)
        return len(found)

    async def _begin(self, tenant_id: str, import_id: str) -> None:
        argument = {"tenant_id": tenant_id, "import_id": import_id}
        await self._parts.engine.start(KIND, f"import-{import_id}", argument=argument, queue=tenant_id)

    async def _carry_out(self, run: Run, argument: Mapping[str, Any]) -> str:
        who, import_id = system(argument["tenant_id"], "import"), str(argument["import_id"])
        try:
            return await self._work_through(who, import_id)
        except Refused as refused:
            if refused.code in MET_OTHERS and run.tries < len(RETRIES.delays_s):
                raise
            return await self._fail(who, import_id, error=refused.code)
        except FileNotFoundError:
            return await self._fail(who, import_id, error="file_lost")
        except Exception:
            # A border: whatever keeps an import from going on is told in its row, not only in the log.
            if run.tries >= len(RETRIES.delays_s):
                await self._fail(who, import_id, error="internal")
            raise

    async def _fail(self, who: Principal, import_id: str, *, error: str) -> str:
        await self._end(who, import_id, state="failed", error=error)
        return "failed"

    async def _work_through(self, who: Principal, import_id: str) -> str:
        store = self._parts.store
        job, region = await store.read(who, lambda session: _known(session, import_id))
        if job.state not in UNFINISHED:
            await self._parts.files.drop(import_id, job.pieces)
            return job.state
        async with self._parts.files.opened(import_id, job.pieces) as file:
            dialect, header, total = await asyncio.to_thread(_surveyed, file)
            columns = columns_of(header, mapping=job.mapping, on_list=bool(job.list_id))
            if not any(column.field == "number" for column in columns):
                raise Refused("no_number_column")
            reader = RowReader(columns, self._parts.plans(job.region or region))
            while True:
                position = await store.write(who, lambda session: importing.begin(session, import_id, total=total))
                if position < 0:
                    break
                table = await asyncio.to_thread(_table_from, file, dialect, position=position)
                if await self._take_all(who, import_id, table=table, reader=reader):
                    break
        return await self._end(who, import_id, state="done")

    async def _take_all(self, who: Principal, import_id: str, *, table: Table, reader: RowReader) -> bool:
        """Whether it is at its end; else another process works on it too, and it is somewhere else."""
        try:
            while True:
                start = table.read
                rows = await asyncio.to_thread(_portion, table, reader)
                stop = table.read
                if stop == start:
                    return True
                if await self._take(who, import_id, start=start, stop=stop, rows=rows) != stop:
                    return False
                await self._parts.pause(PAUSE_S)
        finally:
            table.release()

    async def _take(self, who: Principal, import_id: str, *, start: int, stop: int, rows: list[ReadRow]) -> int:
        def work(session: Session) -> int:
            return importing.take(session, import_id, start=start, stop=stop, rows=rows)

        try:
            return await self._parts.store.write(who, work)
        except Refused as refused:
            # Somebody else made one of these contacts in the same moment: now it is seen.
            if refused.code not in MET_OTHERS:
                raise
        return await self._parts.store.write(who, work)

    async def _end(self, who: Principal, import_id: str, *, state: str, error: str = "") -> str:
        await self._parts.store.write(who, lambda session: importing.end(session, import_id, state=state, error=error))
        job, _ = await self._parts.store.read(who, lambda session: _known(session, import_id))
        await self._parts.files.drop(import_id, job.pieces)
        log.info("import ended", import_id=import_id, state=job.state, rows=job.position)
        return job.state


def _portion(table: Table, reader: RowReader) -> list[ReadRow]:
    return [reader.read(row) for row in table.take(PORTION) if not row.blank]


def _surveyed(file: BinaryIO) -> tuple[Dialect, list[str], int]:
    dialect = dialect_of(file)
    table = Table(file, dialect)
    total = table.count()
    table.release()
    return dialect, table.header, total


def _table_from(file: BinaryIO, dialect: Dialect, *, position: int) -> Table:
    table = Table(file, dialect)
    table.skip(position)
    return table


def _previewed(beginning: bytes, order: ImportOrder, *, plan: NumberPlan) -> Preview:
    dialect = dialect_of_beginning(beginning)
    table = Table(io.BytesIO(beginning), dialect)
    columns = columns_of(table.header, mapping=order.mapping, on_list=bool(order.list_id))
    reader = RowReader(columns, plan)
    rows = [reader.read(row) for row in table.take(SHOWN_ROWS) if not row.blank]
    return Preview(dialect=dialect, columns=columns, rows=rows)


def _known(session: Session, import_id: str) -> tuple[ImportJob, str]:
    """The import as it is now, and the tenant's region. Its row is not changed by whoever gets it."""
    job = session.get(ImportJob, import_id)
    if job is None:
        raise unknown("import")
    return job, own(session).region


def _job(import_id: str, order: ImportOrder) -> ImportJob:
    return ImportJob(
        id=import_id,
        file_name=order.file_name,
        size_bytes=0,
        pieces=0,
        list_id=order.list_id,
        region=order.region,
        on_duplicate=order.on_duplicate,
        mapping=dict(order.mapping),
        consent=dict(order.consent),
        state=RECEIVING,
        position=0,
        total=0,
        created=0,
        updated=0,
        skipped=0,
        failed=0,
        started_at=None,
        ended_at=None,
        error="",
    )
