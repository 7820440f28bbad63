"""Several models as one: the first word of whichever brings it decides who answers."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final

from control_plane.observability.metrics import Metrics
from control_plane.ports.brain import Brain, BrainEvent, Question
from control_plane.ports.errors import ProviderError, Timeout, Unavailable
from control_plane.services.fallback.route import Attempt, Route, Wanted

AHEAD: Final = 64
"""So many pieces of a reply may wait for the voice."""
CLOSE_S: Final = 1.0
"""So long the end of a reply waits until its request is cancelled."""
WARMED: Final = 2
"""So many models are kept warm: the one that is asked, and the one beside it."""

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


class _Asked:
    """One model that was asked, and what it has said; `changed` is set when something becomes of it."""

    def __init__(self, attempt: Attempt[Brain], *, hedge: bool, changed: asyncio.Event) -> None:
        self.attempt = attempt
        self.hedge = hedge
        self.task: asyncio.Task[None] | None = None
        self.error: ProviderError | None = None
        self._over = False
        self._spoke = False
        self._changed = changed
        self._events: asyncio.Queue[BrainEvent | None] = asyncio.Queue(maxsize=AHEAD)

    @property
    def answers(self) -> bool:
        """Whether a word is there, or the end of a reply without one, or a fault of ours that is to be seen."""
        return self._spoke or (self._over and self.error is None)

    @property
    def failed(self) -> bool:
        return self.error is not None and not self._spoke

    async def run(self, question: Question) -> None:
        try:
            async with aclosing(self.attempt.adapter.answer(question)) as events:
                async for event in events:
                    await self._events.put(event)
                    self._spoke = True
                    self._changed.set()
        except ProviderError as error:
            self.error = error
        finally:
            self._over = True
            self._changed.set()
            if not self._events.full():  # or nobody waits for more
                self._events.put_nowait(None)

    async def events(self, stall_s: float) -> AsyncGenerator[BrainEvent, None]:
        while (event := await self._next(stall_s)) is not None:
            yield event
        if self.error is not None:
            raise self.error
        if self.task is not None:
            await self.task

    async def _next(self, stall_s: float) -> BrainEvent | None:
        if self._over and self._events.empty():
            return None
        try:
            async with asyncio.timeout(stall_s):
                return await self._events.get()
        except TimeoutError as late:
            raise Timeout(self.attempt.name, f"no word for {stall_s} s") from late


class _Race:
    """The asking of one question until one model has begun to answer it."""

    def __init__(self, attempts: Iterator[Attempt[Brain]], question: Question, *, spawn: Spawn) -> None:
        self._attempts = attempts
        self._question = question
        self._spawn = spawn
        self._changed = asyncio.Event()
        self._out = False
        self.running: list[_Asked] = []
        self.errors: list[ProviderError] = []
        """Of those that have left."""

    def next(self, *, hedge: bool) -> bool:
        """Ask one more; False when nobody is left."""
        attempt = next(self._attempts, None)
        if attempt is None:
            self._out = True
            return False
        asked = _Asked(attempt, hedge=hedge, changed=self._changed)
        question = self._question if attempt.first else replace(self._question, model="")
        asked.task = self._spawn(asked.run(question), "brain")
        self.running.append(asked)
        self._out = attempt.last
        return True

    async def news(self, patience_s: float) -> bool:
        """Wait for the first word or a failure of any of them; False when the time is over, or when it is time to ask
        another one."""
        self._changed.clear()
        if any(asked.answers or asked.failed for asked in self.running):
            return True
        try:
            async with asyncio.timeout(patience_s):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def take_failed(self) -> list[_Asked]:
        """Those that failed before their first word, which have left the race."""
        lost = [asked for asked in self.running if asked.failed]
        self.running = [asked for asked in self.running if asked not in lost]
        self.errors += [asked.error for asked in lost if asked.error is not None]
        return lost

    @property
    def winner(self) -> _Asked | None:
        return next((asked for asked in self.running if asked.answers), None)

    @property
    def out(self) -> bool:
        """Whether nobody is left to be asked."""
        return self._out


class BrainChain:
    """A Brain over all models, with the patience of somebody on the telephone."""

    def __init__(
        self, route: Route[Brain], *, spawn: Spawn, metrics: Metrics, patience: BrainPatience | None = None
    ) -> None:
        self._route = route
        self._spawn = spawn
        self._metrics = metrics
        self._patience = patience or BrainPatience()

    async def answer(self, question: Question) -> AsyncGenerator[BrainEvent, None]:
        """A failure before the first word is another model's chance; one after it is raised."""
        wanted = Wanted(names=question.providers, special=bool(question.model), model=question.model)
        race = _Race(self._route.attempts(wanted), question, spawn=self._spawn)
        try:
            asked = await self._won(race)
            async with aclosing(asked.events(self._patience.stall)) as events:
                async for event in events:
                    yield event
        except ProviderError as error:
            for each in race.running:
                each.attempt.failed(error)
            raise
        finally:
            for each in race.running:
                each.attempt.forgone()  # nothing, once it worked or failed
            await self._end(race)

    async def _won(self, race: _Race) -> _Asked:
        """The one that brings the first word; the others are cancelled. Raises ProviderError when none does."""
        race.next(hedge=False)
        give_up = self._route.now() + self._patience.first_word
        while (winner := race.winner) is None:
            left = give_up - self._route.now()
            if left <= 0:
                self._route.count(race.errors)
                raise Timeout(race.running[0].attempt.name, f"no word for {self._patience.first_word} s")
            heard = await race.news(left if race.out else min(left, self._patience.hedge))
            failed = race.take_failed()
            for lost in failed:
                lost.attempt.failed(lost.error or Unavailable(lost.attempt.name, "left without a word"))
            for lost in failed:
                self._lost(race, lost)
            if not heard and not race.out:
                race.next(hedge=True)
        self._decide(race, winner)
        return winner

    def _lost(self, race: _Race, lost: _Asked) -> None:
        """It failed without a word: the next one, at once."""
        assert lost.error is not None
        if lost.hedge:
            self._hedged(lost, "failed")
        if race.next(hedge=False):
            self._route.switched(lost.attempt, lost.error)
        if not race.running:
            raise self._route.told(race.errors)

    def _decide(self, race: _Race, winner: _Asked) -> None:
        winner.attempt.worked()
        for other in race.running:
            if other is winner:
                continue
            if other.task is not None:
                other.task.cancel()
            if other.hedge:
                self._hedged(other, "lost")
                other.attempt.forgone()
                continue
            slow = Timeout(other.attempt.name, "another was quicker")
            other.attempt.failed(slow)
            self._route.switched(other.attempt, slow)
        race.running = [winner]
        if winner.hedge:
            self._hedged(winner, "won")
        self._route.count(race.errors)

    def _hedged(self, asked: _Asked, outcome: str) -> None:
        self._metrics.provider_hedges_total.labels(provider=asked.attempt.name, outcome=outcome).inc()

    async def _end(self, race: _Race) -> None:
        tasks = [asked.task for asked in race.running if asked.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_S)

    async def warm(self) -> None:
        await asyncio.gather(*(brain.warm() for brain in self._route.adapters[:WARMED]))

    async def aclose(self) -> None:
        for brain in self._route.adapters:
            await brain.aclose()
