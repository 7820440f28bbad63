"""A synthesiser whose voice fails in the middle of a word."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from control_plane.ports.errors import ProviderError
from control_plane.ports.voice import SpokenPiece, VoiceOptions
from control_plane.testing.voices import spoken

PIECE = 3
"""Characters that come at once."""


@dataclass(slots=True, kw_only=True)
class ChokingUtterance:
    """Delivers `breath` characters, then fails with `error`; without one it falls silent."""

    breath: int
    error: ProviderError | None
    text: str = ""
    said: list[str] = field(default_factory=list)
    cancelled: bool = False
    ended: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, text: str) -> None:
        self.said.append(text)
        self.text += text
        self.changed.set()

    async def end(self) -> None:
        self.ended = True
        self.changed.set()

    async def cancel(self) -> None:
        self.cancelled = True
        self.changed.set()

    async def audio(self) -> AsyncIterator[SpokenPiece]:
        told = 0
        while not self.cancelled:
            if told >= self.breath:
                if self.error is not None:
                    raise self.error
                await asyncio.Event().wait()
            more = self.text[told : min(told + PIECE, self.breath)]
            if more:
                piece = spoken(more)
                told += len(more)
                yield piece
            elif self.ended:
                return
            else:
                self.changed.clear()
                await self.changed.wait()


class ChokingVoice:
    """Every utterance of it chokes."""

    def __init__(self, options: VoiceOptions, breath: int, error: ProviderError | None) -> None:
        self.options = options
        self.utterances: list[ChokingUtterance] = []
        self.closed = False
        self._breath = breath
        self._error = error

    async def utterance(self) -> ChokingUtterance:
        utterance = ChokingUtterance(breath=self._breath, error=self._error)
        self.utterances.append(utterance)
        return utterance

    async def aclose(self) -> None:
        self.closed = True


class ChokingTextToSpeech:
    """Every voice of it chokes after `breath` characters."""

    def __init__(self, *, breath: int, error: ProviderError | None) -> None:
        self.voices: list[ChokingVoice] = []
        self.synthesized: list[str] = []
        self._breath = breath
        self._error = error

    async def open(self, options: VoiceOptions) -> ChokingVoice:
        voice = ChokingVoice(options, self._breath, self._error)
        self.voices.append(voice)
        return voice

    async def synthesize(self, text: str, options: VoiceOptions) -> bytes:
        if self._error is not None:
            raise self._error
        self.synthesized.append(text)
        return spoken(text).audio

    async def aclose(self) -> None:
        pass
