"""The voice of one call at ElevenLabs: utterances as contexts of one socket, which is replaced when it was lost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

from control_plane.adapters.tts import elevenlabs_wire as wire
from control_plane.adapters.tts.elevenlabs_link import Link
from control_plane.adapters.tts.inbox import Inbox
from control_plane.ports.errors import ProviderError, Unavailable
from control_plane.ports.voice import SpokenPiece, VoiceOptions


class ElevenLabsUtterance:
    """One context. It is opened by the first clause, so an utterance that never speaks costs nothing."""

    def __init__(self, link: Link, context: str, *, options: VoiceOptions, audio_patience_s: float) -> None:
        self._link = link
        self._context = context
        self._options = options
        self._inbox = Inbox(wire.PROVIDER, patience_s=audio_patience_s, room=link.read_on)
        self._opened = False
        self._ended = False

    async def say(self, text: str) -> None:
        """A clause without a letter or digit, or after `end` or `cancel`, is dropped."""
        if self._ended or not any(char.isalnum() for char in text):
            return
        if self._inbox.error is not None:
            raise self._inbox.error
        if not self._opened:
            self._opened = True
            await self._link.open(self._context, self._inbox, message=wire.open_context(self._context, self._options))
        self._inbox.expect()
        await self._link.send(wire.say(self._context, text))

    async def end(self) -> None:
        """A lost socket is told by `audio`, not here."""
        if self._ended:
            return
        self._ended = True
        if not self._opened:
            self._inbox.finish()
            return
        self._inbox.expect(last=True)
        with contextlib.suppress(ProviderError):
            await self._link.close(self._context)

    async def audio(self) -> AsyncIterator[SpokenPiece]:
        """To be iterated once; leaving the iterator early cancels the utterance."""
        try:
            async for piece in self._inbox.pieces():
                yield piece
        finally:
            await self.cancel()

    async def cancel(self) -> None:
        self._ended = True
        self._inbox.close()
        with contextlib.suppress(ProviderError):
            await self._link.close(self._context)


class ElevenLabsVoice:
    """Connects again by itself when the socket was closed between two utterances, but never within one."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Link]],
        link: Link,
        *,
        options: VoiceOptions,
        audio_patience_s: float,
    ) -> None:
        self._connect = connect
        self._link = link
        self._options = options
        self._audio_patience_s = audio_patience_s
        self._connecting = asyncio.Lock()
        self._numbers = count(1)
        self._closed = False

    async def utterance(self) -> ElevenLabsUtterance:
        async with self._connecting:
            if self._closed:
                raise Unavailable(wire.PROVIDER, "the voice is closed")
            if not self._link.usable:
                await self._link.aclose()
                self._link = await self._connect()
        context = f"utterance-{next(self._numbers)}"
        return ElevenLabsUtterance(self._link, context, options=self._options, audio_patience_s=self._audio_patience_s)

    async def aclose(self) -> None:
        self._closed = True
        async with self._connecting:
            await self._link.aclose()
