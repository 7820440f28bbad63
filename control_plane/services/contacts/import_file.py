"""The file of an import: kept in pieces among the blobs until its rows are taken."""

import asyncio
import tempfile
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

from control_plane.core.refusals import Refused
from control_plane.observability.logging import get_logger
from control_plane.ports.errors import ProviderError
from control_plane.ports.infrastructure import BlobStore

log = get_logger("imports")

LARGEST_BYTES: Final = 64 * 1024 * 1024

PIECE_BYTES: Final = 4 * 1024 * 1024
"""Held in memory at a time, of a file of any size."""

MOST_PIECES: Final = LARGEST_BYTES // PIECE_BYTES + 1
"""Of any file, one among them that came too much."""

GIVE_UP_S: Final = 10.0
"""For removing what came of a file that did not come whole."""

CONTENT_TYPE: Final = "application/octet-stream"


class ImportFiles:
    """Keeps, opens and removes the files of imports. All methods raise ProviderError."""

    def __init__(self, blobs: BlobStore, *, spool: Path) -> None:
        self._blobs = blobs
        self._spool = spool

    async def keep(self, import_id: str, body: AsyncIterable[bytes]) -> tuple[int, int]:
        """Its size in bytes and the number of its pieces. Raises Refused for an empty or too large file, which is then
        not kept, and whatever the body raises."""
        held = bytearray()
        size = pieces = 0
        try:
            async for data in body:
                size += len(data)
                _check_size(size)
                held += data
                while len(held) >= PIECE_BYTES:
                    await self._put(import_id, pieces, data=bytes(held[:PIECE_BYTES]))
                    del held[:PIECE_BYTES]
                    pieces += 1
            if held:
                await self._put(import_id, pieces, data=bytes(held))
                pieces += 1
        except BaseException:
            # Who goes away in the middle leaves nothing: people are in these pieces. The last may be half there.
            await self.give_up(import_id, pieces + 1)
            raise
        if not size:
            raise Refused("invalid", "The file is empty.")
        return size, pieces

    async def give_up(self, import_id: str, pieces: int) -> None:
        """Drop a file of which nothing becomes, as far as that works now: whoever gives up has a reason to tell, and
        may be cancelled once more meanwhile."""
        await asyncio.shield(self._try_to_drop(import_id, pieces))

    async def _try_to_drop(self, import_id: str, pieces: int) -> None:
        try:
            async with asyncio.timeout(GIVE_UP_S):
                await self.drop(import_id, pieces)
        except (ProviderError, TimeoutError) as error:
            log.warning("pieces of a file are left", import_id=import_id, pieces=pieces, error=type(error).__name__)

    async def drop(self, import_id: str, pieces: int) -> None:
        for number in range(pieces):
            await self._blobs.delete(_key(import_id, number))

    @asynccontextmanager
    async def opened(self, import_id: str, pieces: int) -> AsyncIterator[BinaryIO]:
        """A nameless copy on the disk, that goes with this process whatever ends it. Raises FileNotFoundError."""
        await asyncio.to_thread(self._spool.mkdir, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._spool) as file:
            for number in range(pieces):
                piece = await self._blobs.get(_key(import_id, number))
                if piece is None:
                    raise FileNotFoundError
                await asyncio.to_thread(file.write, piece)
            yield cast(BinaryIO, file)

    async def _put(self, import_id: str, number: int, *, data: bytes) -> None:
        await self._blobs.put(_key(import_id, number), data, content_type=CONTENT_TYPE)


def _check_size(size: int) -> None:
    if size > LARGEST_BYTES:
        raise Refused("file_too_large", f"At most {LARGEST_BYTES // 1024 // 1024} MB are taken.")


def _key(import_id: str, number: int) -> str:
    return f"imports/{import_id}/{number:03}"
