"""Several models as one: who answers, and who goes on when the one that answers breaks off."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from control_plane.core.continuation import Continuation
from control_plane.observability.metrics import Metrics
from control_plane.ports.brain import Brain, BrainEvent, Question, ReplyEnded, TextDelta, ToolCalled
from control_plane.ports.errors import ProviderError, Timeout
from control_plane.services.fallback.brain_race import Asked, BrainPatience, Race, RaceParts, Spawn
from control_plane.services.fallback.route import Attempt, Route, Wanted

WARMED: Final = 2
"""So many models are kept warm: the one that is asked, and the one beside it."""


@dataclass(frozen=True, slots=True)
class _BrokeOff:
    """A model said something, and then no more."""

    attempt: Attempt[Brain]
    error: ProviderError


class _Told:
    """What has been told of one reply, whoever told it."""

    def __init__(self) -> None:
        self._text = Continuation()
        self._begun = False
        self.used_tools = False
        self.off: _BrokeOff | None = None
        """Who broke off, until another one goes on."""

    async def by(self, asked: Asked, stall_s: float) -> AsyncGenerator[BrainEvent, None]:
        """What one model says. Raises ProviderError."""
        async with aclosing(asked.events(stall_s)) as events:
            async for event in events:
                for said in self.take(event):
                    yield said

    def take(self, event: BrainEvent) -> Iterator[BrainEvent]:
        """What can be told now: text up to its last whole word."""
        if isinstance(event, TextDelta):
            text = self._text.feed(event.text)
            if text or not self._begun:  # that the model has begun is told although its first word is not whole
                yield TextDelta(text)
        else:
            if text := self._text.end():
                yield TextDelta(text)
            self.used_tools = self.used_tools or isinstance(event, ToolCalled)
            yield event
        self._begun = True

    def so_far(self) -> str:
        """After which another one has to go on."""
        return self._text.broke_off().strip()


class BrainChain:
    """A Brain over all models, with the patience of somebody on the telephone."""

    def __init__(
        self, route: Route[Brain], *, spawn: Spawn, metrics: Metrics, patience: BrainPatience | None = None
    ) -> None:
        self._route = route
        self._race = RaceParts(route=route, spawn=spawn, metrics=metrics, patience=patience or BrainPatience())

    async def answer(self, question: Question) -> AsyncGenerator[BrainEvent, None]:
        """A failure before the first word is another model's chance; after one that breaks off another one goes on,
        with the same question and what was said. Raises ProviderError when nobody is left who could.

        A reply that breaks off after a tool was called is over with it: whoever is asked next learns what the tool
        did, and so none is used twice.
        """
        wanted = Wanted(names=question.providers, special=bool(question.model), model=question.model)
        told, broken = _Told(), list[str]()
        attempts: Iterator[Attempt[Brain]] | None = self._route.attempts(wanted)
        while attempts is not None:
            async with aclosing(self._reply(attempts, question, told=told)) as events:
                async for event in events:
                    yield event
            off, told.off = told.off, None
            attempts = None
            if off is not None and told.used_tools:
                self._route.count([off.error])
                yield ReplyEnded(reason="tools")
            elif off is not None:
                attempts = self._others(wanted, off, broken=broken)
                question = replace(question, begun=told.so_far())

    async def _reply(
        self, attempts: Iterator[Attempt[Brain]], question: Question, *, told: _Told
    ) -> AsyncGenerator[BrainEvent, None]:
        """What whoever has the first word says. Raises ProviderError when nobody has one."""
        race = Race(attempts, question, parts=self._race)
        asked: Asked | None = None
        try:
            asked = await race.won()
            async with aclosing(told.by(asked, self._race.patience.stall)) as events:
                async for event in events:
                    yield event
        except ProviderError as error:
            race.failed(error)
            if asked is None:
                raise
            told.off = _BrokeOff(asked.attempt, error)
        finally:
            await race.end()

    def _others(self, wanted: Wanted, off: _BrokeOff, *, broken: list[str]) -> Iterator[Attempt[Brain]]:
        """Who could go on. One that lost its connection may be asked once more when nobody else is there; one that fell
        silent would only do so again. Raises ProviderError when nobody is left."""
        name = off.attempt.name
        broken += [name] * (2 if isinstance(off.error, Timeout) or not off.error.retryable else 1)
        elsewhere = replace(wanted, avoid=name)
        found = chain(self._willing(elsewhere, broken, times=0), self._willing(elsewhere, broken, times=1))
        first = next(found, None)
        if first is None:
            raise off.error
        self._route.switched(off.attempt, off.error)
        self._route.count([off.error])
        return chain([first], found)

    def _willing(self, wanted: Wanted, broken: list[str], *, times: int) -> Iterator[Attempt[Brain]]:
        """Those that have broken off so many times."""
        for attempt in self._route.attempts(wanted):
            if broken.count(attempt.name) == times:
                yield attempt
            else:
                attempt.forgone()

    async def warm(self) -> None:
        await asyncio.gather(*(brain.warm() for brain in self._route.adapters[:WARMED]))

    async def aclose(self) -> None:
        for brain in self._route.adapters:
            await brain.aclose()
