"""In-process ears: a test injects what is heard and reads what was sent."""

import asyncio
from collections.abc import Callable

from control_plane.core.audio.frames import FRAME_BYTES
from control_plane.ports.errors import ProviderError
from control_plane.ports.hearing import Heard, HearingOptions, Listening

UNTOLD_LIMIT = 1000
"""A test in which nobody listens fails instead of growing."""


class FakeEar:
    """One recognition. `audio` holds the frames, in however large pieces they were sent."""

    def __init__(self, options: HearingOptions) -> None:
        self.options = options
        self.audio: list[bytes] = []
        self.messages = 0
        self.full = False
        """Whether it takes audio only from who waits."""
        self.finalized = 0
        """How often it was asked for what it has."""
        self.closed = False
        self._lost: ProviderError | None = None
        self._untold: list[Heard | Listening] = []
        self._take: Callable[[Heard | Listening], None] | None = None
        self._fault: Exception | None = None
        self._over = asyncio.Event()

    def hear(self, event: Heard | Listening) -> None:
        """Let the recogniser report `event`: at once to whoever listens, else to who will."""
        if self._take is None:
            assert len(self._untold) < UNTOLD_LIMIT, "nobody listens"
            self._untold.append(event)
        elif not self._over.is_set():
            self._tell(self._take, event)

    def _tell(self, take: Callable[[Heard | Listening], None], event: Heard | Listening) -> None:
        try:
            take(event)
        except Exception as fault:
            # A border, as in the real ones: it goes to whoever listens.
            self._fault = fault
            self._over.set()

    def fail(self, error: ProviderError) -> None:
        """Let the recognition be lost, for both the sender and the listener."""
        self._lost = error
        self._over.set()

    def offer(self, audio: bytes) -> bool:
        if self._lost is None and not self.full:
            self._keep(audio)
            return True
        return False

    async def send(self, audio: bytes) -> None:
        if self._lost is not None:
            raise self._lost
        self._keep(audio)

    def _keep(self, audio: bytes) -> None:
        self.messages += 1
        self.audio.extend(audio[start : start + FRAME_BYTES] for start in range(0, len(audio), FRAME_BYTES))

    async def finalize(self) -> None:
        if self._lost is not None:
            raise self._lost
        self.finalized += 1

    async def listen(self, take: Callable[[Heard | Listening], None]) -> None:
        self._take = take
        while self._untold and not self._over.is_set():
            self._tell(take, self._untold.pop(0))
        try:
            await self._over.wait()
        finally:
            self._take = None
        if self._fault is not None:
            raise self._fault
        if self._lost is not None and not self.closed:
            raise self._lost

    async def aclose(self) -> None:
        self.closed = True
        self._over.set()


class FakeSpeechToText:
    """Remembers the ears it opened, the newest last. While `refusal` is set, opening fails with it."""

    def __init__(self) -> None:
        self.ears: list[FakeEar] = []
        self.refusal: ProviderError | None = None
        self.closed = False

    async def open(self, options: HearingOptions) -> FakeEar:
        if self.refusal is not None:
            raise self.refusal
        ear = FakeEar(options)
        self.ears.append(ear)
        return ear

    async def aclose(self) -> None:
        self.closed = True
