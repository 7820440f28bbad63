"""Several models asked one after the other: the first word of whichever brings it decides who answers."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from control_plane.observability.metrics import Metrics
from control_plane.ports.brain import Brain, BrainEvent, Question
from control_plane.ports.errors import ProviderError, Timeout, Unavailable
from control_plane.services.fallback.route import Attempt, Route

CLOSE_S: Final = 1.0
"""So long the end of a reply waits until its requests are cancelled."""

Spawn = Callable[[Coroutine[Any, Any, None], str], "asyncio.Task[None]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrainPatience:
    """Seconds."""

    hedge: float = 1.2
    """From the question to its first word; then the next model is asked beside it."""
    first_word: float = 8.0
    """For all of them together."""
    stall: float = 3.0
    """From word to word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceParts:
    """What every race works with."""

    route: Route[Brain]
    spawn: Spawn
    metrics: Metrics
    patience: BrainPatience


class Asked:
    """One model that was asked. Its first word is waited for beside those of others, in a task; where there can be no
    others, without one. Whoever wants the rest reads it himself."""

    def __init__(self, attempt: Attempt[Brain], question: Question, *, hedge: bool, changed: asyncio.Event) -> None:
        self.attempt = attempt
        self.hedge = hedge
        self.task: asyncio.Task[None] | None = None
        self.error: ProviderError | None = None
        self.answers = False
        """Whether a word is there, or the end of a reply without one, or a fault of ours that is to be seen."""
        self._changed = changed
        self._first: BrainEvent | None = None
        self._events = attempt.adapter.answer(question)

    @property
    def failed(self) -> bool:
        return self.error is not None

    async def begin(self) -> None:
        try:
            self._first = await anext(self._events, None)
        except ProviderError as error:
            self.error = error
        finally:
            self.answers = self.error is None
            self._changed.set()

    async def events(self, stall_s: float) -> AsyncGenerator[BrainEvent, None]:
        """All that it says. Raises ProviderError. Closing it ends the request."""
        if self.task is not None:
            await self.task  # which is over, perhaps with a fault of ours
        event = self._first
        try:
            while event is not None:
                yield event
                event = await self._next(stall_s)
        finally:
            await self._events.aclose()

    async def _next(self, stall_s: float) -> BrainEvent | None:
        try:
            async with asyncio.timeout(stall_s):
                return await anext(self._events, None)
        except TimeoutError as late:
            raise Timeout(self.attempt.name, f"no word for {stall_s} s") from late

    async def close(self) -> None:
        """Whatever it still says, nobody wants it."""
        if self.task is not None and not self.task.done():
            self.task.cancel()
            await asyncio.wait([self.task], timeout=CLOSE_S)
        else:
            await self._events.aclose()


class Race:
    """The asking of one question until one model has begun to answer it."""

    def __init__(self, attempts: Iterator[Attempt[Brain]], question: Question, *, parts: RaceParts) -> None:
        self._attempts = attempts
        self._question = question
        self._route = parts.route
        self._spawn = parts.spawn
        self._metrics = parts.metrics
        self._patience = parts.patience
        self._changed = asyncio.Event()
        self._out = False
        """Whether nobody is left to be asked."""
        self._running: list[Asked] = []
        self._errors: list[ProviderError] = []
        """Of those that have left."""

    async def won(self) -> Asked:
        """The one that brings the first word; the others are cancelled. Raises ProviderError when none does."""
        self._next(hedge=False)
        give_up = self._route.now() + self._patience.first_word
        while (winner := next((asked for asked in self._running if asked.answers), None)) is None:
            left = give_up - self._route.now()
            if left <= 0:
                raise self._nobody()
            heard = await self._news(left if self._out else min(left, self._patience.hedge))
            self._drop_failed()
            if not heard and not self._out:
                self._next(hedge=True)
        self._decide(winner)
        return winner

    def _next(self, *, hedge: bool) -> bool:
        """Ask one more; False when nobody is left."""
        attempt = next(self._attempts, None)
        if attempt is None:
            self._out = True
            return False
        question = self._question if attempt.first else replace(self._question, model="")
        asked = Asked(attempt, question, hedge=hedge, changed=self._changed)
        if self._running or not attempt.last:
            asked.task = self._spawn(asked.begin(), "brain")
        self._running.append(asked)
        self._out = attempt.last
        return True

    async def _news(self, patience_s: float) -> bool:
        """Wait for the first word or a failure of any of them; False when the time is over, or when it is time to ask
        another one."""
        self._changed.clear()
        if any(asked.answers or asked.failed for asked in self._running):
            return True
        alone = self._alone()
        try:
            async with asyncio.timeout(patience_s) as patience:
                await (alone.begin() if alone else self._changed.wait())
        except TimeoutError:
            if not patience.expired():
                raise  # a fault of ours
            if alone:
                raise self._nobody() from None
            return False
        return True

    def _nobody(self) -> Timeout:
        """The error when the time is over."""
        self._route.count(self._errors)
        return Timeout(self._running[0].attempt.name, f"no word for {self._patience.first_word} s")

    def _alone(self) -> Asked | None:
        """The one beside whom nobody is or will be asked. It is waited for at once: a task of its own would ask only in
        the next turn of the loop, which is milliseconds later where hundreds of calls talk."""
        first = self._running[0]
        return first if first.task is None else None

    def _drop_failed(self) -> None:
        """Those that failed before their first word leave the race, and each makes room for another one, at once."""
        lost = [asked for asked in self._running if asked.failed]
        self._running = [asked for asked in self._running if not asked.failed]
        for asked in lost:
            error = asked.error or Unavailable(asked.attempt.name, "left without a word")
            self._errors.append(error)
            asked.attempt.failed(error)
        for asked in lost:
            self._replace(asked)

    def _replace(self, lost: Asked) -> None:
        assert lost.error is not None
        if lost.hedge:
            self._hedged(lost, "failed")
        if self._next(hedge=False):
            self._route.switched(lost.attempt, lost.error)
        if not self._running:
            raise self._route.told(self._errors)

    def _decide(self, winner: Asked) -> None:
        winner.attempt.worked()
        losers = [asked for asked in self._running if asked is not winner]
        self._running = [winner]
        for other in losers:
            if other.hedge:
                self._hedged(other, "lost")
                other.attempt.forgone()
                continue
            slow = Timeout(other.attempt.name, "another was quicker")
            other.attempt.failed(slow)
            self._route.switched(other.attempt, slow)
        if winner.hedge:
            self._hedged(winner, "won")
        self._route.count(self._errors)
        for other in losers:
            self._spawn(other.close(), "brain beaten")

    def _hedged(self, asked: Asked, outcome: str) -> None:
        self._metrics.provider_hedges_total.labels(provider=asked.attempt.name, outcome=outcome).inc()

    def failed(self, error: ProviderError) -> None:
        """It ended with this, for whoever still ran."""
        for asked in self._running:
            asked.attempt.failed(error)

    async def end(self) -> None:
        """Nobody is asked any more."""
        for asked in self._running:
            asked.attempt.forgone()  # nothing, once it worked or failed
            await asked.close()
