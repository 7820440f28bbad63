"""In-process voices: audio as long as the text, with an exact alignment."""

import asyncio
from collections.abc import AsyncIterator

from control_plane.core.audio.frames import SAMPLE_RATE
from control_plane.ports.errors import ProviderError
from control_plane.ports.voice import SpokenPiece, VoiceOptions

MS_PER_CHARACTER = 60
"""About how fast people speak."""


def spoken(text: str, ms_per_character: int = MS_PER_CHARACTER) -> SpokenPiece:
    """A piece for `text`: the same time for each character, one audible tone (the bytes are not silence)."""
    audio = b"\x80" * (len(text) * ms_per_character * SAMPLE_RATE // 1000)
    return SpokenPiece(audio, text, tuple(index * ms_per_character for index in range(len(text))))


class FakeUtterance:
    """One reply. `said` are its clauses; `ended` and `cancelled` what was asked of it.

    While `held` is cleared (`utterance.held.clear()`), audio does not come out.
    """

    def __init__(self, ms_per_character: int) -> None:
        self._ms_per_character = ms_per_character
        self.said: list[str] = []
        self.ended = False
        self.cancelled = False
        self.held = asyncio.Event()
        self.held.set()
        self._lost: ProviderError | None = None
        # Bounded so that a script nobody listens to fails at `say` (QueueFull) instead of growing.
        self._pieces: asyncio.Queue[SpokenPiece | ProviderError | None] = asyncio.Queue(maxsize=1000)

    def fail(self, error: ProviderError) -> None:
        """Let the voice be lost in the middle of this utterance."""
        self._lost = error
        self._pieces.put_nowait(error)

    async def say(self, text: str) -> None:
        if self.ended or self.cancelled or not any(char.isalnum() for char in text):
            return
        if self._lost is not None:
            raise self._lost
        self.said.append(text)
        self._pieces.put_nowait(spoken(text, self._ms_per_character))

    async def end(self) -> None:
        if not self.ended and not self.cancelled:
            self.ended = True
            self._pieces.put_nowait(None)

    async def audio(self) -> AsyncIterator[SpokenPiece]:
        while (piece := await self._pieces.get()) is not None:
            await self.held.wait()
            if self.cancelled:
                return
            if isinstance(piece, ProviderError):
                raise piece
            yield piece

    async def cancel(self) -> None:
        if not self.cancelled:
            self.cancelled = True
            self.held.set()
            self._pieces.put_nowait(None)


class FakeVoice:
    """The voice of one call. `utterances` holds all it gave, the newest last."""

    def __init__(self, options: VoiceOptions, ms_per_character: int) -> None:
        self.options = options
        self.utterances: list[FakeUtterance] = []
        self.refusal: ProviderError | None = None
        self.closed = False
        self._ms_per_character = ms_per_character

    async def utterance(self) -> FakeUtterance:
        if self.refusal is not None:
            raise self.refusal
        utterance = FakeUtterance(self._ms_per_character)
        self.utterances.append(utterance)
        return utterance

    async def aclose(self) -> None:
        self.closed = True
        for utterance in self.utterances:
            await utterance.cancel()


class FakeTextToSpeech:
    """Remembers the voices it opened and the texts it spoke at once. While `refusal` is set, both fail with it."""

    def __init__(self, *, ms_per_character: int = MS_PER_CHARACTER) -> None:
        self.voices: list[FakeVoice] = []
        self.synthesized: list[str] = []
        self.refusal: ProviderError | None = None
        self.closed = False
        self._ms_per_character = ms_per_character

    async def open(self, options: VoiceOptions) -> FakeVoice:
        if self.refusal is not None:
            raise self.refusal
        voice = FakeVoice(options, self._ms_per_character)
        self.voices.append(voice)
        return voice

    async def synthesize(self, text: str, options: VoiceOptions) -> bytes:
        if self.refusal is not None:
            raise self.refusal
        self.synthesized.append(text)
        return spoken(text, self._ms_per_character).audio

    async def aclose(self) -> None:
        self.closed = True
