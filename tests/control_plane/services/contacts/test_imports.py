"""Imports go on where they were, whatever ends the process: no contact twice, no row lost."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.adapters.clock import SystemClock
from control_plane.adapters.numbers import WorldNumberPlan
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.migrate import migrate
from control_plane.adapters.store.runs import SqlRunLedger
from control_plane.adapters.store.tenancy import SqlTenantStore
from control_plane.core.people.principal import system
from control_plane.observability.metrics import Metrics
from control_plane.resources.audit import AuditEntry, watch
from control_plane.resources.contacts import importing
from control_plane.resources.contacts.import_portion import ReadRow
from control_plane.resources.contacts.imports import ImportFault, ImportJob
from control_plane.resources.contacts.schemas import ContactListIn
from control_plane.resources.contacts.tables import Contact, ContactList, ContactNumber, ListMember
from control_plane.services.contacts.import_file import PIECE_BYTES, ImportFiles
from control_plane.services.contacts.imports import ImportOrder, ImportParts, Imports
from control_plane.services.durable.engine import StoredEngine
from control_plane.services.supervisor import Supervisor
from tests.databases import empty_database
from tests.postgres import postgres_server

ROOT = Path(__file__).parents[4]
WHO = system("default", "test")
ROWS = 3000
STOP_AFTER = 1000

CHILD = """
import asyncio, sys
from pathlib import Path
from tests.control_plane.services.contacts.test_imports import Office

async def main():
    office = Office(sys.argv[1], Path(sys.argv[2]))
    await office.engine.launch()
    await office.imports.resume()
    while (state := await office.state(sys.argv[3]))[0] in ("waiting", "running"):
        print(state[1], flush=True)
        await asyncio.sleep(0.002)
    print(state[0], flush=True)
    await office.aclose()

asyncio.run(main())
"""


class Office:
    """Imports on a database, with an engine of their own."""

    def __init__(self, address: str, folder: Path) -> None:
        self.database = open_database(address)
        clock = SystemClock()
        self.store = SqlTenantStore(self.database, clock=clock, watch=watch)
        blobs = DiskBlobs(folder / "blobs", "https://gateway.example", secret=b"secret", clock=clock)
        self.engine = StoredEngine(
            SqlRunLedger(self.database),
            (),
            node="one",
            clock=clock,
            metrics=Metrics(),
            supervisor=Supervisor(),
        )
        plan = WorldNumberPlan("CO")
        self.imports = Imports(
            ImportParts(
                store=self.store,
                files=ImportFiles(blobs, spool=folder / "spool"),
                plans=lambda region: plan,
                clock=clock,
                engine=self.engine,
            )
        )
        self.engine.register(self.imports.work)

    async def state(self, import_id: str) -> tuple[str, int]:
        def work(session: Session) -> tuple[str, int]:
            job = session.get(ImportJob, import_id)
            assert job is not None
            return job.state, job.position

        return await self.store.read(WHO, work)

    async def until_ended(self, import_id: str) -> str:
        async with asyncio.timeout(60):
            while (state := (await self.state(import_id))[0]) in ("waiting", "running"):  # noqa: ASYNC110 - the row is behind a database
                await asyncio.sleep(0.005)
        return state

    async def hand_in(self, text: str, **order: Any) -> str:
        job = await self.imports.receive(WHO, ImportOrder(**order), body=body_of(text))
        return job.id

    async def count(self, *tables: Any) -> list[int]:
        def work(session: Session) -> list[int]:
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

        return await self.store.read(WHO, work)

    async def job(self, import_id: str) -> ImportJob:
        found = await self.store.read(WHO, lambda session: session.get(ImportJob, import_id))
        assert found is not None
        return found

    async def aclose(self) -> None:
        await self.engine.aclose()
        await self.database.aclose()


async def body_of(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


def people(count: int) -> str:
    rows = [f"Persona {n},+57300{n:07},Mascota {n}" if n % 100 else f"Persona {n},nada," for n in range(count)]
    return "nombre,celular,mascota\n" + "\n".join(rows) + "\n"


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "sqlite":
        yield empty_database(tmp_path / "gateway.db")
        return
    with postgres_server() as server:
        made = server.create("imports")

        async def prepare() -> None:
            database = open_database(made)
            await migrate(database)
            await database.aclose()

        asyncio.run(prepare())
        yield made


def test_an_import_whose_process_is_killed_ends_complete_and_without_duplicates(address: str, tmp_path: Path) -> None:
    async def hand_in() -> str:
        office = Office(address, tmp_path)
        contact_list = ContactListIn(name="Enero").model_dump()
        made = ContactList(**contact_list, words="")
        await office.store.write(WHO, lambda session: session.add(made))
        import_id = await office.hand_in(people(ROWS), list_id=made.id)
        await office.aclose()
        return import_id

    import_id = asyncio.run(hand_in())
    first = child(address, tmp_path, import_id)
    assert first.stdout is not None
    for line in first.stdout:
        if not line.strip().isdecimal() or int(line) >= STOP_AFTER:
            break
    os.kill(first.pid, signal.SIGKILL)
    first.wait(timeout=30)

    async def look() -> None:
        office = Office(address, tmp_path)
        state, position = await office.state(import_id)
        assert state == "running"
        assert 0 < position < ROWS
        taken = position - position // 100
        assert abs((await office.count(Contact))[0] - taken) <= 1
        await office.aclose()

    asyncio.run(look())
    last = child(address, tmp_path, import_id).communicate(timeout=90)[0].split()
    assert last[-1] == "done"

    async def check() -> None:
        office = Office(address, tmp_path)
        good = ROWS - ROWS // 100
        counts = await office.count(Contact, ContactNumber, ListMember, ImportFault)
        assert counts == [good, good, good, ROWS // 100]
        job = await office.job(import_id)
        assert (job.total, job.position, job.created, job.updated, job.skipped, job.failed) == (
            ROWS,
            ROWS,
            good,
            0,
            0,
            ROWS // 100,
        )
        await office.aclose()

    asyncio.run(check())


def child(address: str, folder: Path, import_id: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, address, str(folder), import_id],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    opened = Office(empty_database(tmp_path / "gateway.db"), tmp_path)
    await opened.engine.launch()
    yield opened
    await opened.aclose()


async def test_two_processes_that_take_the_same_import_take_each_row_once(office: Office) -> None:
    import_id = await office.hand_in(people(700))
    run: Any = None
    argument = {"tenant_id": "default", "import_id": import_id}
    await asyncio.gather(*(office.imports.work.run(run, argument) for _ in range(3)))
    assert (await office.count(Contact, ContactNumber))[0] == 693
    assert (await office.job(import_id)).created == 693


async def test_an_import_is_one_entry_of_the_audit_log_not_one_a_contact(office: Office) -> None:
    assert await office.until_ended(await office.hand_in(people(500))) == "done"

    def entries(session: Session) -> list[str]:
        return list(session.scalars(select(AuditEntry.resource).where(AuditEntry.action == "import")))

    assert await office.store.read(WHO, entries) == ["contacts"]
    assert (await office.count(AuditEntry))[0] < 10


async def test_a_position_between_two_portions_is_gone_on_from(office: Office) -> None:
    import_id = await office.hand_in("name,phone\n")
    await office.until_ended(import_id)

    def back(session: Session) -> list[int]:
        job = session.get(ImportJob, import_id)
        assert job is not None
        job.state, job.position = "running", 5
        session.flush()
        rows = [ReadRow(row=2, cells=["x"], fault="bad")]
        return [
            importing.take(session, import_id, start=0, stop=10, rows=rows),
            importing.take(session, import_id, start=5, stop=6, rows=rows),
        ]

    assert await office.store.write(WHO, back) == [5, 6]
    assert (await office.count(ImportFault))[0] == 1


async def test_a_row_whose_numbers_belong_to_two_people_is_a_fault(office: Office) -> None:
    await office.until_ended(await office.hand_in("name,phone\nAna,3001234567\nLuis,3001234568\n"))
    import_id = await office.hand_in("name,phone,phone 2\nQuién,3001234567,3001234568\nAna,3001234567,3001234569\n")
    await office.until_ended(import_id)
    job = await office.job(import_id)
    assert (job.failed, job.updated, job.created) == (1, 1, 0)
    assert await office.count(Contact, ContactNumber) == [2, 3]


async def test_a_file_of_many_pieces_is_put_together_again(office: Office) -> None:
    text = "name,phone,note\n" + "".join(
        f"Persona {n},+57300{n:07},{'x' * 15_000}\n" for n in range(PIECE_BYTES // 15_000 + 20)
    )
    import_id = await office.hand_in(text)
    job = await office.job(import_id)
    assert job.pieces == 2
    assert await office.until_ended(import_id) == "done"
    assert (await office.job(import_id)).failed == 0


async def test_a_file_that_is_gone_is_told(office: Office, tmp_path: Path) -> None:
    await office.engine.aclose()
    import_id = await office.hand_in(people(10))
    shutil.rmtree(tmp_path / "blobs")
    await office.engine.launch()
    assert await office.until_ended(import_id) == "failed"
    assert (await office.job(import_id)).error == "file_lost"
