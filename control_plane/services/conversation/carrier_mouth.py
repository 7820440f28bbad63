"""The bot's mouth without a media stream: the carrier plays stored audio or speaks with its own voice."""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from control_plane.core.call.events import CallEvent, QuietRequested, SayRequested
from control_plane.core.spoken.speech import speakable
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.observability.logging import get_logger
from control_plane.ports.errors import ProviderError
from control_plane.ports.infrastructure import Clock

log = get_logger("carrier voice")

CHARACTERS_PER_S: Final = 12.0
"""Slow speech; with it we bound how long a clause may take when the carrier does not report its end."""

PATIENCE_S: Final = 8.0


class AudioUrl(Protocol):
    """Gives the address of a clause's audio; `keep` when it is worth caching. Raises ProviderError."""

    async def __call__(self, text: str, *, keep: bool) -> str: ...


class CarrierMouth:
    """Speaks clause by clause through carrier commands; see the Mouth protocol. What was heard is known by clause."""

    def __init__(
        self,
        *,
        post: Callable[[CallEvent], None],
        audio_url: AudioUrl | None,
        clock: Clock,
        audible: Callable[[], None],
        language: str = "es",
    ) -> None:
        self._post = post
        self._audio_url = audio_url
        self._clock = clock
        self._audible = audible
        self._language = language
        self._timing = TurnTiming()
        self._playing: deque[SayRequested] = deque()
        self._heard: list[str] = []
        self._written: dict[SayRequested, str] = {}
        """The clauses as they were written; the carrier is given them in words."""
        self._aside: SayRequested | None = None
        """A word in between, which is no part of the reply."""
        self._paused = False
        self._complete = False
        self._ended_at = -math.inf
        """When the carrier said that a clause was over."""
        self._changed = asyncio.Event()

    can_hold = False
    """What the carrier is asked to play is played."""

    def release(self) -> None:
        """Nothing is ever held."""

    @property
    def audible_until(self) -> float | None:
        if not self._playing and not self._heard:
            return None
        return math.inf if self._playing else self._ended_at

    async def begin(self, timing: TurnTiming, *, held: bool = False) -> None:
        self._timing = timing
        self._playing.clear()
        self._written.clear()
        self._heard = []
        self._paused = self._complete = False

    async def say(self, clause: str, *, keep: bool = False) -> None:
        self._timing.mark(Stage.VOICE_ASKED, self._clock.steady())
        url = await self._make(clause, keep=keep)
        self._ask(clause, url)

    def _ask(self, clause: str, url: str) -> SayRequested:
        """Have the carrier play it, after what it plays already."""
        self._timing.mark(Stage.FIRST_AUDIO, self._clock.steady())
        first = not self._playing and not self._heard
        request = SayRequested(text=speakable(clause, self._language).text, url=url)
        self._written[request] = clause
        self._playing.append(request)
        if not self._paused:
            self._post(request)
        if first:
            self._timing.mark(Stage.FIRST_FRAME, self._clock.steady())
            self._audible()
        return request

    async def _make(self, clause: str, *, keep: bool) -> str:
        """Address of the stored audio; empty when the carrier's own voice has to do."""
        if self._audio_url is None:
            return ""
        try:
            return await self._audio_url(clause, keep=keep)
        except ProviderError as error:
            log.warning("voice lost, the carrier speaks", error=str(error))
            self._audio_url = None
            return ""

    async def interject(self, text: str) -> bool:
        timing = self._timing
        url = await self._make(text, keep=True)
        if self._timing is not timing or self._playing or self._paused or self._complete:
            return False
        self._aside = self._ask(text, url)
        return True

    async def finish(self) -> None:
        self._complete = True
        while self._playing:
            self._changed.clear()
            limit = PATIENCE_S + len(self._playing[0].text) / CHARACTERS_PER_S
            try:
                async with asyncio.timeout(None if self._paused else limit):
                    await self._changed.wait()
            except TimeoutError:
                log.warning("the carrier did not report the end of a clause")
                self._hear(self._playing.popleft())

    def played(self, *, completed: bool) -> None:
        """The carrier reports the end of a clause. One that was cut, by us or for a fault, counts as not heard.

        Cut ends come in late, when the next reply may already be playing, so they move nothing on; `finish` has its
        own patience.
        """
        if completed and self._playing and not self._paused:
            self._hear(self._playing.popleft())
            self._ended_at = self._clock.steady()
            self._changed.set()

    def _hear(self, request: SayRequested) -> None:
        if request is not self._aside:
            self._heard.append(self._written[request])

    def refused(self) -> None:
        """The carrier did not take a clause."""
        if self._playing:
            self._playing.popleft()
            self._changed.set()

    def pause(self) -> float:
        self._silence()
        self._paused = True
        self._changed.set()
        left = sum(len(request.text) for request in self._playing)
        return left / CHARACTERS_PER_S if self._complete else math.inf

    def resume(self) -> None:
        if not self._paused:
            return
        self._paused = False
        for request in self._playing:
            self._post(request)
        self._changed.set()

    def drop(self) -> str:
        if not self._paused:
            self._silence()
        self._playing.clear()
        self._changed.set()
        self._timing = TurnTiming()  # whatever still waits for something of this reply finds another one
        return " ".join(self._heard)

    def _silence(self) -> None:
        if self._playing:
            self._post(QuietRequested())
