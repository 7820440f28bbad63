"""Keeping an ear on the caller: feeds the recogniser, reopens it when it is lost, loses no words meanwhile."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import Misconfigured, ProviderError, Rejected
from control_plane.ports.hearing import Ear, Heard, HearingOptions, SpeechToText

log = get_logger("hearing")

BACKLOG_FRAMES: Final = 500
"""Ten seconds of audio wait for a recogniser that is away; older sound is dropped."""

PAUSES_S: Final = (0.1, 0.3, 1.0, 2.0, 4.0)


class Deaf(Exception):
    """The recogniser will not hear this call. The text is safe to log."""


class Hearing:
    """One call's ear over all reconnections. `feed` never waits."""

    def __init__(
        self, stt: SpeechToText, options: HearingOptions, *, heard: Callable[[Heard], None], metrics: Metrics
    ) -> None:
        self._stt = stt
        self._options = options
        self._heard = heard
        self._metrics = metrics
        self._dropped = metrics.media_dropped_total.labels(reason="recogniser_away")
        self._frames: deque[bytes] = deque(maxlen=BACKLOG_FRAMES)
        self._fed = asyncio.Event()
        self._failures = 0
        """In a row, without a word heard in between."""

    def feed(self, frame: bytes) -> None:
        """20 ms of PCMU."""
        if len(self._frames) == BACKLOG_FRAMES:
            self._dropped.inc()
        self._frames.append(frame)
        self._fed.set()

    async def run(self) -> None:
        """Until cancelled. Raises Deaf when the recogniser refuses for good."""
        while True:
            try:
                await self._session()
            except (Misconfigured, Rejected) as error:
                self._failed(error)
                raise Deaf(str(error)) from error
            except ProviderError as error:
                self._failed(error)
            pause = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
            self._failures += 1
            await asyncio.sleep(pause)

    def _failed(self, error: ProviderError) -> None:
        labels = {"provider": error.provider, "kind": type(error).__name__}
        self._metrics.provider_errors_total.labels(**labels).inc()
        log.warning("recogniser lost", provider=error.provider, error=str(error))

    async def _session(self) -> None:
        ear = await self._stt.open(self._options)
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send(ear))
                await self._listen(ear)
                sending.cancel()
        except* ProviderError as lost:
            # A group whose task fails in the moment in which it is cancelled tells only the failure. That it was
            # cancelled can be seen because we wait in its body: in its end it would have cancelled us itself.
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise asyncio.CancelledError from None
            raise _first(lost) from None
        finally:
            await ear.aclose()

    async def _send(self, ear: Ear) -> None:
        frames = self._frames
        while True:
            while frames:
                await ear.send(frames[0])
                frames.popleft()
            self._fed.clear()
            await self._fed.wait()

    async def _listen(self, ear: Ear) -> None:
        async for event in ear.events():
            self._failures = 0
            self._heard(event)


def _first(group: BaseExceptionGroup[ProviderError]) -> ProviderError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
