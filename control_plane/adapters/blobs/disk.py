"""Audio files in a folder, with signed addresses that our own web layer serves."""

import asyncio
import hashlib
import hmac
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlencode

from control_plane.adapters.blobs.keys import checked
from control_plane.ports.errors import Unavailable
from control_plane.ports.infrastructure import Clock

T = TypeVar("T")

TIMEOUT_S: Final = 30.0

PIECE_BYTES: Final = 256 * 1024
"""Read at a time: each piece is a thread's errand."""


class DiskBlobs:
    """The BlobStore port on a folder. A file is there as a whole or not at all, also after a crash."""

    def __init__(self, folder: Path, public_base_url: str, *, secret: bytes, clock: Clock) -> None:
        """`secret` signs addresses; whoever has the same one (every process behind one name) can check them."""
        if not secret:
            raise ValueError("blobs: the signing secret is empty")
        self._folder = folder
        self._base_url = public_base_url.rstrip("/")
        self._secret = secret
        self._clock = clock

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """The type is not kept: who serves the file tells it by its name. Raises ValueError, Unavailable."""
        path = self._path(key)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await asyncio.to_thread(_write, path, data)
        except OSError as error:
            raise _failed(error) from error

    async def get(self, key: str) -> bytes | None:
        """Raises ValueError, Unavailable."""
        path = self._path(key)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await asyncio.to_thread(path.read_bytes)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None
        except OSError as error:
            raise _failed(error) from error

    async def size(self, key: str) -> int | None:
        """Raises ValueError, Unavailable."""
        path = self._path(key)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await asyncio.to_thread(_size, path)
        except OSError as error:
            raise _failed(error) from error

    async def read(self, key: str, *, start: int, stop: int) -> AsyncIterator[bytes]:
        """Raises ValueError, Unavailable."""
        path = self._path(key)
        while start < stop:
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    piece = await asyncio.to_thread(_piece, path, start=start, length=min(PIECE_BYTES, stop - start))
            except OSError as error:
                raise _failed(error) from error
            if not piece:
                return
            yield piece
            start += len(piece)

    async def delete(self, key: str) -> None:
        """Raises ValueError, Unavailable."""
        path = self._path(key)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await asyncio.to_thread(path.unlink, missing_ok=True)
        except NotADirectoryError:
            return
        except OSError as error:
            raise _failed(error) from error

    async def url(self, key: str, *, expires_s: int = 600) -> str:
        """`<base>/blobs/<key>?expires=<unix seconds>&signature=<hex>`, for `verify`. Raises ValueError."""
        expires = int(self._clock.wall()) + expires_s
        query = urlencode({"expires": expires, "signature": self._sign(checked(key), expires)})
        return f"{self._base_url}/blobs/{key}?{query}"

    def verify(self, key: str, expires: int, *, signature: str, now: float) -> bool:
        """Whether `url` has given out this address and it is still good at `now` (wall time)."""
        genuine = hmac.compare_digest(self._sign(key, expires).encode(), signature.encode("utf-8", "replace"))
        return genuine and now < expires

    def _sign(self, key: str, expires: int) -> str:
        text = f"{expires}\n{key}".encode("utf-8", "replace")
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()

    def _path(self, key: str) -> Path:
        return self._folder / checked(key)


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _piece(path: Path, *, start: int, length: int) -> bytes:
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        file.seek(start)
        return file.read(length)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # No key begins with a dot: nobody can fetch the file before it is whole.
    handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _failed(error: OSError) -> Unavailable:
    return Unavailable("disk", "cannot read or write a blob", code=type(error).__name__)
