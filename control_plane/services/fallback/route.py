"""Who is asked, in which order: preference first, breakers second."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Generic, TypeVar

from control_plane.core.breaker import Breaker, BreakerPolicy, BreakerState
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import Misconfigured, ProviderError, Rejected, Timeout
from control_plane.ports.infrastructure import Clock

log = get_logger("fallback")

CONNECT_S: Final = 1.5
"""So long a provider may take to answer the door while there is another one to ask."""
COMPLAINTS: Final = 200
"""So many different complaints are told once each; then they stay untold."""
OWN_BREAKERS: Final = 200
"""So many models of bots' own are remembered; the one that was asked longest ago is forgotten first."""

FIGURES: Final = {BreakerState.CLOSED: 0, BreakerState.HALF_OPEN: 1, BreakerState.OPEN: 2}

A = TypeVar("A")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Provider(Generic[A]):
    """One of those that can be asked."""

    name: str
    adapter: A
    breaker: Breaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom somebody wants to be asked."""

    names: tuple[str, ...] = ()
    """Empty: the installation's order."""
    avoid: str = ""
    alone: bool = False
    special: bool = False
    """A voice or model of his own: when it is refused, only he is wrong."""
    model: str = ""
    """The model of his own: how it fares says nothing about what the others ask for."""


class Attempt(Generic[A]):
    """One question to one provider, and what its breaker learns of it."""

    def __init__(self, route: "Route[A]", provider: Provider[A], *, wanted: Wanted, since: float, last: bool) -> None:
        self.name = provider.name
        self.adapter = provider.adapter
        self.first = provider.name == route.first(wanted.names)
        """Whether it is the one for whom voice and model are meant."""
        self.last = last
        """Whether nobody is left to be asked after it."""
        self._provider = provider
        self._wanted = wanted
        self._route = route
        self._since = since

    def again(self) -> "Attempt[A]":
        """Another question over what is open already."""
        return Attempt(self._route, self._provider, wanted=self._wanted, since=self._route.now(), last=self.last)

    def worked(self) -> None:
        """The provider did what it is for."""
        self._provider.breaker.succeeded(self._route.now(), since=self._since)

    def failed(self, error: ProviderError) -> None:
        """A request that is wrong in itself says nothing about the provider; a wrong key says everything."""
        if isinstance(error, Misconfigured | Rejected):
            self._route.complain(self.name, error)
        for_good = isinstance(error, Misconfigured)
        if isinstance(error, Rejected) or (for_good and self.first and self._wanted.special):
            self.forgone()
            return
        self._provider.breaker.failed(self._route.now(), since=self._since, for_good=for_good)

    def forgone(self) -> None:
        """Nobody waits for the answer any more."""
        self._provider.breaker.forgo(since=self._since)


class Route(Generic[A]):
    """All providers of one kind, in the installation's order. Raises ValueError without any."""

    def __init__(
        self,
        kind: str,
        adapters: Sequence[tuple[str, A]],
        *,
        clock: Clock,
        metrics: Metrics,
        policy: BreakerPolicy | None = None,
    ) -> None:
        if not adapters:
            raise ValueError(f"there is no provider for {kind}")
        self.kind = kind
        self.now = clock.steady
        self._metrics = metrics
        self._providers = {name: Provider(name, adapter, Breaker(policy)) for name, adapter in adapters}
        self._policy = policy
        self._own: dict[tuple[str, str], Breaker] = {}
        """Of models of bots' own, by provider and model."""
        self._told: set[tuple[str, ...]] = set()
        self._unknown: set[tuple[str, ...]] = set()
        """Names that bots invent; apart, lest they leave no room for the complaints."""
        for name in self._providers:
            gauge = metrics.provider_breaker_state.labels(kind=kind, provider=name)
            gauge.set_function(partial(self._figure, name))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._providers)

    @property
    def adapters(self) -> tuple[A, ...]:
        return tuple(provider.adapter for provider in self._providers.values())

    def state(self, name: str) -> BreakerState:
        return self._providers[name].breaker.state(self.now())

    def first(self, names: tuple[str, ...]) -> str:
        """For whom a voice or a model is meant that goes with this order."""
        return names[0] if names else next(iter(self._providers))

    def attempts(self, wanted: Wanted) -> Iterator[Attempt[A]]:
        """Everybody once, the well ones first. The breaker of one is asked when it is its turn.

        One whose breaker is open comes after the others, not never: where nobody is well, asking in vain costs the
        caller less than not to be answered at all.
        """
        chosen = self._chosen(wanted)
        left = len(chosen)
        held_back: list[Provider[A]] = []
        for provider in sorted(chosen, key=lambda provider: provider.name == wanted.avoid):
            since = self.now()
            if self._admits(provider, since):
                left -= 1
                yield Attempt(self, provider, wanted=wanted, since=since, last=left == 0)
            else:
                held_back.append(provider)
        for provider in held_back:
            left -= 1
            yield Attempt(self, provider, wanted=wanted, since=self.now(), last=left == 0)

    async def ask(
        self, wanted: Wanted, question: Callable[[Attempt[A]], Awaitable[R]], *, patience_s: float = CONNECT_S
    ) -> tuple[Attempt[A], R]:
        """The first answer that is to be had, and whose it is. Raises ProviderError when nobody gives one: a retryable
        error if there was one among them.
        """
        errors: list[ProviderError] = []
        for attempt in self.attempts(wanted):
            try:
                answer = await _in_time(attempt, question, patience_s=patience_s)
            except ProviderError as error:
                attempt.failed(error)
                errors.append(error)
                if not attempt.last:
                    self.switched(attempt, error)
            except BaseException:
                attempt.forgone()
                raise
            else:
                self.count(errors)
                return attempt, answer
        raise self.told(errors)

    def told(self, errors: Sequence[ProviderError]) -> ProviderError:
        """The one of them that is raised, and so counted by whoever gets it; the others are counted here."""
        worst = next((error for error in errors if error.retryable), errors[-1])
        self.count([error for error in errors if error is not worst])
        return worst

    def switched(self, attempt: Attempt[A], error: ProviderError) -> None:
        """Another one is asked because this one failed."""
        reason = type(error).__name__
        log.warning("another provider is asked", kind=self.kind, provider=attempt.name, error=str(error))
        self._metrics.provider_switches_total.labels(kind=self.kind, provider=attempt.name, reason=reason).inc()

    def count(self, errors: Iterable[ProviderError]) -> None:
        """Errors of which nobody outside learns."""
        for error in errors:
            self._metrics.provider_errors_total.labels(provider=error.provider, kind=type(error).__name__).inc()

    def complain(self, name: str, error: ProviderError) -> None:
        """A person has to act; once is enough."""
        if _first_time(self._told, name, type(error).__name__, error.code):
            log.error("a provider refuses, see to its settings", kind=self.kind, provider=name, error=str(error))

    def _figure(self, name: str) -> float:
        return FIGURES[self.state(name)]

    def _chosen(self, wanted: Wanted) -> list[Provider[A]]:
        for name in wanted.names:
            if name not in self._providers and _first_time(self._unknown, name):
                log.error("a bot names a provider that is not set up", kind=self.kind, provider=name)
        chosen = [self._providers[name] for name in dict.fromkeys(wanted.names) if name in self._providers]
        chosen = chosen or list(self._providers.values())
        chosen = [self._for(wanted, provider) for provider in chosen]
        return chosen[:1] if wanted.alone else chosen

    def _for(self, wanted: Wanted, provider: Provider[A]) -> Provider[A]:
        """With a breaker of its own where a bot names the model: its slow one must not shut out everybody's."""
        if not wanted.model or provider.name != self.first(wanted.names):
            return provider
        key = (provider.name, wanted.model)
        self._own[key] = self._own.pop(key) if key in self._own else Breaker(self._policy)
        while len(self._own) > OWN_BREAKERS:
            del self._own[next(iter(self._own))]
        return replace(provider, breaker=self._own[key])

    def _admits(self, provider: Provider[A], now: float) -> bool:
        """A provider of which everybody knows that it is away is away for a bot's own model, too."""
        everybodys = self._providers[provider.name].breaker
        if provider.breaker is not everybodys and everybodys.state(now) is BreakerState.OPEN:
            return False
        return provider.breaker.admit(now)


def _first_time(told: set[tuple[str, ...]], *complaint: str) -> bool:
    if complaint in told or len(told) >= COMPLAINTS:
        return False
    told.add(complaint)
    return True


async def _in_time(attempt: Attempt[A], question: Callable[[Attempt[A]], Awaitable[R]], *, patience_s: float) -> R:
    """The last one has all the time that its adapter gives it."""
    try:
        async with asyncio.timeout(None if attempt.last else patience_s):
            return await question(attempt)
    except TimeoutError as late:
        raise Timeout(attempt.name, f"no answer within {patience_s} s") from late
