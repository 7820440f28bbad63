"""The voice of one call at Deepgram: a socket for each utterance that is alive, one of them kept for the next."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from control_plane.adapters.tts import deepgram_aura_wire as wire
from control_plane.adapters.tts.deepgram_aura_link import Link
from control_plane.adapters.tts.inbox import Inbox
from control_plane.ports.errors import ProviderError, Unavailable
from control_plane.ports.voice import SpokenPiece

Release = Callable[[Link, bool], Awaitable[None]]
"""Gives a socket back, and tells whether it failed its utterance."""


class DeepgramUtterance:
    """Has a socket to itself until it is over."""

    def __init__(self, link: Link, *, release: Release, audio_patience_s: float) -> None:
        self._link: Link | None = link
        self._release = release
        self._inbox = Inbox(wire.PROVIDER, patience_s=audio_patience_s, room=link.read_on)
        self._ended = False
        link.attach(self._inbox)

    async def say(self, text: str) -> None:
        """A clause without a letter or digit, or after `end` or `cancel`, is dropped."""
        if self._ended or self._link is None or not any(char.isalnum() for char in text):
            return
        if self._inbox.error is not None:
            raise self._inbox.error
        await self._link.say(text)

    async def end(self) -> None:
        """What fails now is told by `audio`, not here."""
        if self._ended or self._link is None:
            return
        self._ended = True
        try:
            await self._link.end()
        except ProviderError as error:
            self._inbox.finish(error)

    async def audio(self) -> AsyncIterator[SpokenPiece]:
        """To be iterated once; leaving the iterator early cancels the utterance."""
        try:
            async for piece in self._inbox.pieces():
                yield piece
        finally:
            await self.cancel()

    async def cancel(self) -> None:
        self._ended = True
        lost = self._inbox.error is not None
        self._inbox.close()
        link, self._link = self._link, None
        if link is not None:
            await link.clear()
            await self._release(link, lost)


class DeepgramVoice:
    """Connects again by itself when no socket is left between two utterances, but never within one."""

    def __init__(self, connect: Callable[[], Awaitable[Link]], link: Link, *, audio_patience_s: float) -> None:
        self._connect = connect
        self._audio_patience_s = audio_patience_s
        self._idle: Link | None = link
        self._links = {link}
        self._closed = False

    async def utterance(self) -> DeepgramUtterance:
        link = await self._take()
        return DeepgramUtterance(link, release=self._give_back, audio_patience_s=self._audio_patience_s)

    async def aclose(self) -> None:
        self._closed = True
        self._idle = None
        for link in tuple(self._links):
            await self._drop(link)

    async def _take(self) -> Link:
        link, self._idle = self._idle, None
        if link is not None and link.usable:
            return link
        if link is not None:
            await self._drop(link)
        self._check_open()
        link = await self._connect()
        self._links.add(link)
        try:
            self._check_open()
        except Unavailable:
            await self._drop(link)
            raise
        return link

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable(wire.PROVIDER, "the voice is closed")

    async def _give_back(self, link: Link, lost: bool) -> None:
        if lost or self._closed or self._idle is not None or not link.usable:
            await self._drop(link)
        else:
            self._idle = link

    async def _drop(self, link: Link) -> None:
        self._links.discard(link)
        with contextlib.suppress(ProviderError):
            await link.aclose()
