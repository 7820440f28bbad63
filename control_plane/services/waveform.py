"""Outlines of recordings, drawn once and kept in the cache."""

import asyncio
import json
from collections.abc import Sequence
from typing import Final

from control_plane.core.audio.outline import HEADER_LIMIT, NotWav, Outline, WavHead, wav_head
from control_plane.ports.infrastructure import BlobStore
from control_plane.services.cache.kinds import WAVEFORM
from control_plane.services.cache.service import CacheService

FILE_LIMIT: Final = 512 * 1024 * 1024
"""More than four hours in two channels."""

NAMES: Final[dict[int, Sequence[str]]] = {1: ("both",), 2: ("caller", "agent")}
"""Our own recorder puts the caller left. Of a carrier's recording with two channels we assume the same."""


class NotReadable(Exception):
    """The recording cannot be drawn; the text says why."""


class Waveforms:
    """What a player shows of a recording."""

    def __init__(self, blobs: BlobStore, cache: CacheService) -> None:
        self._blobs = blobs
        self._cache = cache

    async def outline(self, key: str, *, points: int) -> bytes | None:
        """JSON of `duration_s` and `channels`, each with `name` and `peaks`; None when there is no such recording.

        Raises NotReadable, ProviderError.
        """

        async def draw() -> bytes | None:
            return await self._draw(key, points=points)

        return await self._cache.get_or_make(WAVEFORM, f"{key} {points}", make=draw)

    async def _draw(self, key: str, *, points: int) -> bytes | None:
        file_bytes = await self._blobs.size(key)
        if file_bytes is None:
            return None
        if file_bytes > FILE_LIMIT:
            raise NotReadable("the recording is too long")
        begin = b"".join([piece async for piece in self._blobs.read(key, start=0, stop=min(HEADER_LIMIT, file_bytes))])
        try:
            head = wav_head(begin, file_bytes=file_bytes)
        except NotWav as fault:
            raise NotReadable(str(fault)) from fault
        peaks = await self._peaks(key, head, points=points)
        channels = [{"name": name, "peaks": side} for name, side in zip(NAMES[head.channels], peaks, strict=True)]
        return json.dumps({"duration_s": round(head.duration_s, 3), "channels": channels}).encode()

    async def _peaks(self, key: str, head: WavHead, *, points: int) -> list[list[float]]:
        outline = Outline(head, points=points)
        async for piece in self._blobs.read(key, start=head.offset, stop=head.offset + head.length):
            await asyncio.to_thread(outline.feed, piece)
        return await asyncio.to_thread(outline.finish)
