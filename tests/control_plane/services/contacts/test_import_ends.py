"""Imports that break off leave no file behind, and those that meet others are taken up again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from control_plane.core.refusals import Refused
from control_plane.ports.durable import Run
from control_plane.ports.errors import ProviderError
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.contacts import import_file
from control_plane.services.contacts.import_file import PIECE_BYTES, ImportFiles
from control_plane.services.contacts.imports import RETRIES, ImportOrder
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
    async def write(*_: Any) -> None:
        raise fault

    monkeypatch.setattr(office.store, "write", write)
    with pytest.raises(type(fault)):
        await office.imports.receive(WHO, ImportOrder(), body=body_of(people(3)))
    monkeypatch.undo()
    assert len([each for each in (tmp_path / "blobs").rglob("*") if each.is_file()]) == left


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
