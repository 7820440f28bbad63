"""Analytics: questions of a tenant, answered in its time zone, at most every few seconds anew."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from control_plane.core.analytics.periods import Interval, widened
from control_plane.core.day import Day, UnknownZone
from control_plane.core.people.principal import Principal
from control_plane.core.refusals import invalid
from control_plane.ports.analytics import AnalyticsStore
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import StoreUnavailable
from control_plane.resources.tenants import own
from control_plane.services.analytics.figures import Figures, check_parts, check_series
from control_plane.services.analytics.orders import calls_with_order
from control_plane.services.analytics.question import Answer, Dimension, Metric, Part, Scope, Series, Standing
from control_plane.services.analytics.total import Total
from control_plane.services.business import Business
from control_plane.services.fresh import Fresh
from control_plane.services.supervisor import Supervisor

KEEP_S: Final = 5.0
PATIENCE_S: Final = 14.0
KEPT: Final = 300
"""Answers that are kept; the one that was not asked for the longest goes."""
MOST_S: Final = 366 * 86_400 * 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyticsParts:
    store: AnalyticsStore
    business: Business
    clock: Clock
    supervisor: Supervisor
    default_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """How far calls came."""

    total: Total
    ordered: int | None
    """None: orders are not counted by bot and direction."""


class Analytics:
    """All methods raise Refused and StoreUnavailable."""

    def __init__(self, parts: AnalyticsParts) -> None:
        self._parts = parts
        self._figures = Figures(parts.store)
        self._answers: OrderedDict[tuple[Any, ...], Fresh[Answer[Any]]] = OrderedDict()

    async def zone_of(self, who: Principal, asked: str = "") -> str:
        """The zone that was asked for, or the tenant's, or the installation's."""
        zone = asked or await self._parts.business.ask(who, lambda session: own(session).zone)
        zone = zone or self._parts.default_zone
        try:
            Day.of(0, zone)
        except UnknownZone:
            raise invalid("zone", "not a time zone of the IANA list, such as America/Mexico_City") from None
        return zone

    def scope(self, scope: Scope) -> Scope:
        """The same over whole quarters of an hour."""
        if scope.until <= scope.since or scope.until - scope.since > MOST_S:
            raise invalid("to", "later than `from`, by ten years at most")
        since, until = widened(scope.since, scope.until)
        return Scope(
            tenant_id=scope.tenant_id,
            since=since,
            until=until,
            zone=scope.zone,
            bot_id=scope.bot_id,
            direction=scope.direction,
        )

    async def summary(self, scope: Scope) -> Answer[Total]:
        return await self._answer(("summary", scope), scope, load=lambda: self._figures.total(scope))

    async def series(self, scope: Scope, *, metric: Metric, interval: Interval) -> Answer[Series]:
        check_series(scope, interval)

        async def load() -> Series:
            return await self._figures.series(scope, metric=metric, interval=interval)

        return await self._answer(("series", scope, metric, interval), scope, load=load)

    async def parts(self, scope: Scope, *, dimension: Dimension) -> Answer[list[Part]]:
        check_parts(scope, dimension)
        return await self._answer(
            ("parts", scope, dimension), scope, load=lambda: self._figures.parts(scope, dimension=dimension)
        )

    async def funnel(self, who: Principal, scope: Scope) -> Answer[Funnel]:
        async def load() -> Funnel:
            ordered = None
            if not scope.bot_id and not scope.direction:
                ordered = await self._parts.business.ask(
                    who, lambda session: calls_with_order(session, since=scope.since, until=scope.until)
                )
            return Funnel(total=await self._figures.total(scope), ordered=ordered)

        return await self._answer(("funnel", scope), scope, load=load)

    async def _answer(self, key: tuple[Any, ...], scope: Scope, *, load: Callable[[], Awaitable[Any]]) -> Answer[Any]:
        fresh = self._answers.get(key)
        if fresh is None:
            fresh = self._answers[key] = self._fresh(scope, load)
        self._answers.move_to_end(key)
        while len(self._answers) > KEPT:
            self._answers.popitem(last=False)
        known = await fresh.get(patience_s=PATIENCE_S)
        if known is None:
            raise StoreUnavailable("figures could not be counted")
        return known.value

    def _fresh(self, scope: Scope, load: Callable[[], Awaitable[Any]]) -> Fresh[Answer[Any]]:
        async def loaded() -> Answer[Any]:
            standing = await self._standing(scope.tenant_id)
            return Answer(scope=scope, standing=standing, value=await load())

        parts = self._parts
        return Fresh(loaded, name="analytics", keep_s=lambda _: KEEP_S, clock=parts.clock, supervisor=parts.supervisor)

    async def _standing(self, tenant_id: str) -> Standing:
        """Taken before the figures are, so that it never promises too much."""
        at = self._parts.clock.wall()
        waiting = await self._parts.store.waiting(tenant_id)
        live = await self._parts.store.live(tenant_id)
        as_of = at if waiting.since is None else min(at, waiting.since)
        return Standing(at=at, as_of=as_of, waiting=waiting.calls, live=live)
