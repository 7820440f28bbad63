"""Imports that break off leave no file behind, and those that meet others are taken up again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select

from control_plane.adapters.clock import SystemClock
from control_plane.core.refusals import Refused
from control_plane.ports.durable import Run
from control_plane.ports.errors import ProviderError
from control_plane.ports.stores import StoreUnavailable
from control_plane.ports.tables import new_id
from control_plane.resources.contacts import receiving
from control_plane.resources.contacts.imports import ImportJob
from control_plane.resources.contacts.receiving import STALE_S, UPLOAD_S
from control_plane.services.contacts import import_file, reception
from control_plane.services.contacts.import_file import PIECE_BYTES, ImportFiles
from control_plane.services.contacts.imports import RETRIES, ImportOrder, _job
from tests.control_plane.services.contacts.test_imports import WHO, Office, body_of, office, people

__all__ = ["office"]


class Blobs:
    """Kept in memory; `stuck` is where a put waits, and half of its piece lies there already."""

    def __init__(self, *, stuck: int = -1) -> None:
        self.kept: dict[str, bytes] = {}
        self.arrived = asyncio.Event()
        self.deleting: asyncio.Event | None = None
        self.fault: Exception | None = None
        self._stuck = stuck

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        self.kept[key] = data
        if len(self.kept) == self._stuck:
            self.arrived.set()
            await asyncio.Event().wait()

    async def delete(self, key: str) -> None:
        if self.fault is not None:
            raise self.fault
        if self.deleting is not None:
            self.arrived.set()
            await self.deleting.wait()
        self.kept.pop(key, None)


async def pieces(count: int, *, ends_with: Exception | None = None) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield bytes(PIECE_BYTES)
    if ends_with is not None:
        raise ends_with


def files_on(blobs: Blobs, folder: Path) -> ImportFiles:
    return ImportFiles(cast(Any, blobs), spool=folder)


async def test_an_upload_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    blobs = Blobs()
    with pytest.raises(ConnectionError):
        await files_on(blobs, tmp_path).keep("a", pieces(2, ends_with=ConnectionError()))
    assert blobs.kept == {}


async def test_an_upload_that_is_cancelled_leaves_nothing_of_the_piece_in_hand(tmp_path: Path) -> None:
    blobs = Blobs(stuck=2)
    keeping = asyncio.ensure_future(files_on(blobs, tmp_path).keep("a", pieces(3)))
    await blobs.arrived.wait()
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    assert blobs.kept == {}


async def test_who_is_cancelled_twice_still_leaves_nothing(tmp_path: Path) -> None:
    blobs = Blobs(stuck=2)
    blobs.deleting = asyncio.Event()
    keeping = asyncio.ensure_future(files_on(blobs, tmp_path).keep("a", pieces(3)))
    await blobs.arrived.wait()
    blobs.arrived.clear()
    keeping.cancel()
    await blobs.arrived.wait()
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
    blobs.deleting.set()
    async with asyncio.timeout(5):
        while blobs.kept:  # noqa: ASYNC110 - it goes on by itself
            await asyncio.sleep(0)
    assert blobs.kept == {}


async def test_what_broke_is_told_even_when_the_pieces_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = Blobs()
    blobs.fault = ProviderError("disk", "away")
    with pytest.raises(ConnectionError):
        await files_on(blobs, tmp_path).keep("a", pieces(1, ends_with=ConnectionError()))
    blobs.fault, blobs.deleting = None, asyncio.Event()
    monkeypatch.setattr(import_file, "GIVE_UP_S", 0.0)
    with pytest.raises(ConnectionError):
        await files_on(blobs, tmp_path).keep("b", pieces(1, ends_with=ConnectionError()))


@pytest.mark.parametrize(("fault", "left"), [(Refused("conflict"), 0), (StoreUnavailable("away"), 1)])
async def test_a_file_without_a_row_is_dropped_unless_the_row_may_be_there(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception, left: int
) -> None:
    write, writes = office.store.write, []

    async def second_fails(*given: Any) -> Any:
        writes.append(given)
        if len(writes) == 2:
            raise fault
        return await write(*given)

    monkeypatch.setattr(office.store, "write", second_fails)
    with pytest.raises(type(fault)):
        await office.imports.receive(WHO, ImportOrder(), body=body_of(people(3)))
    monkeypatch.undo()
    assert len(files_in(tmp_path)) == left
    assert len(await jobs(office)) == left
    later = SystemClock().wall() + STALE_S + 1
    assert await office.imports.reception.sweep(later) == left
    assert (files_in(tmp_path), await jobs(office)) == ([], [])


def files_in(folder: Path) -> list[Path]:
    return [each for each in (folder / "blobs").rglob("*") if each.is_file()]


async def jobs(office: Office) -> list[tuple[str, str]]:
    """States and ids of all imports."""
    return await office.store.across(
        lambda session: [(row.state, row.id) for row in session.scalars(select(ImportJob).order_by(ImportJob.id))]
    )


async def cut_off(office: Office, folder: Path) -> str:
    """An import whose process was killed while the file came: its row, and the pieces that were there."""
    row_id = new_id(SystemClock().wall())
    await office.store.write(WHO, lambda session: receiving.reserve(session, _job(row_id, ImportOrder())))
    for number in range(2):
        path = folder / "blobs" / "imports" / row_id / f"{number:03}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"nombre,celular")
    return row_id


async def test_what_a_kill_cut_off_is_swept_later_and_nothing_else(office: Office, tmp_path: Path) -> None:
    await office.engine.aclose()
    await cut_off(office, tmp_path)
    await cut_off(office, tmp_path)
    whole = await office.hand_in(people(3))
    now = SystemClock().wall()
    assert await office.imports.reception.sweep(now + UPLOAD_S) == 0, "it may still come"
    assert len(files_in(tmp_path)) == 5
    assert await office.imports.reception.sweep(now + STALE_S + 1) == 2
    assert await jobs(office) == [("waiting", whole)]
    assert len(files_in(tmp_path)) == 1


async def test_a_sweep_takes_so_many_and_the_next_one_the_others(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "PORTION", 2)
    for _ in range(3):
        await cut_off(office, tmp_path)
    later = SystemClock().wall() + STALE_S + 1
    assert [await office.imports.reception.sweep(later) for _ in range(3)] == [2, 1, 0]
    assert files_in(tmp_path) == []


async def test_pieces_that_cannot_be_removed_now_are_removed_by_the_sweep(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield bytes(PIECE_BYTES)
        raise ConnectionError

    async def away(*_: Any) -> None:
        raise ProviderError("disk", "away")

    with monkeypatch.context() as patched:
        patched.setattr(office.imports._parts.files, "drop", away)
        with pytest.raises(ConnectionError):
            await office.imports.receive(WHO, ImportOrder(), body=breaks())
    assert [state for state, _ in await jobs(office)] == ["receiving"]
    assert len(files_in(tmp_path)) == 1
    assert await office.imports.reception.sweep(SystemClock().wall() + STALE_S + 1) == 1
    assert (files_in(tmp_path), await jobs(office)) == ([], [])


async def test_a_file_that_does_not_come_in_time_is_refused(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never() -> AsyncIterator[bytes]:
        yield b"nombre"
        await asyncio.Event().wait()

    monkeypatch.setattr(reception, "UPLOAD_S", 0.01)
    with pytest.raises(Refused, match="did not come"):
        await office.imports.receive(WHO, ImportOrder(), body=never())
    assert (files_in(tmp_path), await jobs(office)) == ([], [])


async def test_a_tenant_has_only_so_many_imports_that_have_not_ended(office: Office, tmp_path: Path) -> None:
    await office.engine.aclose()
    await cut_off(office, tmp_path)
    ids = [await office.hand_in(people(1)) for _ in range(receiving.MOST - 1)]
    with pytest.raises(Refused) as refused:
        await office.hand_in(people(1))
    assert refused.value.code == "limit_reached"
    assert len(files_in(tmp_path)) == 2 + len(ids), "the file was not even looked at"
    await office.imports.cancel(WHO, ids[0])
    await office.hand_in(people(1))


async def test_imports_that_come_at_once_share_the_bound(office: Office) -> None:
    await office.engine.aclose()
    came = await asyncio.gather(*(office.hand_in(people(1)) for _ in range(receiving.MOST + 4)), return_exceptions=True)
    assert sum(isinstance(each, Refused) for each in came) == 4


async def test_an_import_that_is_cancelled_while_its_file_comes_keeps_no_file(office: Office, tmp_path: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield bytes(PIECE_BYTES)
        begun.set()
        await go_on.wait()

    receives = asyncio.ensure_future(office.imports.receive(WHO, ImportOrder(), body=slow()))
    await begun.wait()
    ((state, row_id),) = await jobs(office)
    assert state == "receiving"
    await office.imports.cancel(WHO, row_id)
    go_on.set()
    with pytest.raises(Refused) as refused:
        await receives
    assert refused.value.code == "import_ended"
    assert (files_in(tmp_path), await jobs(office)) == ([], [("cancelled", row_id)])


async def test_who_cancels_imports_that_are_still_coming_makes_no_room_for_others(
    office: Office, tmp_path: Path
) -> None:
    await office.engine.aclose()
    ids = [await cut_off(office, tmp_path) for _ in range(receiving.MOST)]
    for each in ids:
        await office.imports.cancel(WHO, each)
    with pytest.raises(Refused) as refused:
        await office.hand_in(people(1))
    assert refused.value.code == "limit_reached"
    assert await office.imports.reception.sweep(SystemClock().wall() + STALE_S + 1) == receiving.MOST
    await office.hand_in(people(1))


async def test_what_a_kill_cut_off_is_swept_once_also_when_it_was_cancelled(office: Office, tmp_path: Path) -> None:
    await office.engine.aclose()
    row_id = await cut_off(office, tmp_path)
    await office.imports.cancel(WHO, row_id)
    later = SystemClock().wall() + STALE_S + 1
    assert [await office.imports.reception.sweep(later) for _ in range(2)] == [1, 0]
    assert (files_in(tmp_path), await jobs(office)) == ([], [("cancelled", row_id)])


async def test_a_row_that_changes_meanwhile_does_not_end_the_sweep(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.engine.aclose()
    first, _ = sorted([await cut_off(office, tmp_path), await cut_off(office, tmp_path)])
    forget = receiving.forget

    def met(session: Any, import_id: str) -> None:
        if import_id == first:
            raise Refused("changed_meanwhile")
        forget(session, import_id)

    later = SystemClock().wall() + STALE_S + 1
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "forget", met)
        assert await office.imports.reception.sweep(later) == 1
    assert await office.imports.reception.sweep(later) == 1
    assert (files_in(tmp_path), await jobs(office)) == ([], [])


async def test_a_row_that_changes_meanwhile_does_not_hide_why_an_upload_broke(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def met(*_: Any) -> None:
        raise Refused("changed_meanwhile")

    async def breaks() -> AsyncIterator[bytes]:
        yield bytes(PIECE_BYTES)
        raise ConnectionError

    monkeypatch.setattr(receiving, "forget", met)
    with pytest.raises(ConnectionError):
        await office.imports.receive(WHO, ImportOrder(), body=breaks())


@pytest.mark.parametrize("code", ["conflict", "changed_meanwhile"])
async def test_an_import_that_meets_others_again_and_again_is_tried_later_and_fails_at_last(
    office: Office, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    await office.engine.aclose()
    import_id = await office.hand_in(people(3))
    argument = {"tenant_id": "default", "import_id": import_id}

    async def met(*_: Any, **__: Any) -> None:
        raise Refused(code)

    async def tried(tries: int) -> Any:
        return await office.imports.work.run(cast(Run, SimpleNamespace(tries=tries)), argument)

    with monkeypatch.context() as patched:
        patched.setattr(office.imports, "_work_through", met)
        with pytest.raises(Refused):
            await tried(len(RETRIES.delays_s) - 1)
        assert (await office.state(import_id))[0] == "waiting"
    assert await tried(1) == "done"
    other = await office.hand_in(people(3))
    argument = {"tenant_id": "default", "import_id": other}
    with monkeypatch.context() as patched:
        patched.setattr(office.imports, "_work_through", met)
        assert await tried(len(RETRIES.delays_s)) == "failed"
    assert (await office.job(other)).error == code
