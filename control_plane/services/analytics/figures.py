"""Questions about calls, answered by adding up counted facts, some at a time: none keeps the event loop for long."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from control_plane.core.analytics.periods import DAY_S, Interval, TooMany, borders, pieces, portions
from control_plane.core.refusals import invalid
from control_plane.ports import analytics as port
from control_plane.ports.analytics import COUNTS, LATENCIES, AnalyticsStore, FactsWanted
from control_plane.services.analytics.question import METRICS, Dimension, Metric, Part, Point, Scope, Series
from control_plane.services.analytics.total import Total

PORTION: Final = 1_000
"""Steps of time that are read at once."""
KEYED_PORTION: Final = 100
"""The same where each step has a row for every bot, seller, ..."""
MOST_POINTS: Final = 1_000
MOST_DAYS: Final = 1_100
"""Three years: of longer spans neither hours nor weekdays are told."""

EVERYTHING: Final = (*COUNTS, LATENCIES)

KINDS: Final[dict[Dimension, str]] = {
    "bot": port.BOT,
    "cause": port.CAUSE,
    "seller": port.SELLER,
    "campaign": port.CAMPAIGN,
}
"""Dimensions that are slices of their own: there is no bot within them."""

WHEN: Final[dict[Dimension, Callable[[datetime], str]]] = {
    "hour": lambda at: f"{at.hour:02}",
    "weekday": lambda at: str(at.isoweekday()),
}

Row = tuple[int, str, Sequence[Any]]
"""Beginning of the step, key, columns."""


def check_series(scope: Scope, interval: Interval) -> None:
    """Raises Refused for more points than anybody looks at."""
    try:
        borders((scope.since, scope.until), interval=interval, zone=scope.zone, limit=MOST_POINTS)
    except TooMany as error:
        raise invalid("interval", str(error)) from None


def check_parts(scope: Scope, dimension: Dimension) -> None:
    """Raises Refused for what is not counted like that."""
    if dimension not in WHEN:
        _slice(scope, dimension)
    elif scope.until - scope.since > MOST_DAYS * DAY_S:
        raise invalid("from", f"of at most {MOST_DAYS} days it is told by {dimension}")


class Figures:
    """Answers what was checked. All methods raise StoreUnavailable."""

    def __init__(self, store: AnalyticsStore) -> None:
        self._store = store

    async def total(self, scope: Scope) -> Total:
        total = Total(EVERYTHING)
        async for _, _, facts in self._rows(scope, stretches=[scope.since, scope.until], columns=EVERYTHING):
            total.add(facts)
        return total

    async def series(self, scope: Scope, *, metric: Metric, interval: Interval) -> Series:
        columns, value = METRICS[metric]
        stretches = borders((scope.since, scope.until), interval=interval, zone=scope.zone, limit=MOST_POINTS)
        totals = [Total(columns) for _ in stretches[1:]]
        async for at, _, facts in self._rows(scope, stretches=stretches, columns=columns):
            totals[bisect_right(stretches, at) - 1].add(facts)
        spans = zip(stretches, stretches[1:], totals, strict=False)
        points = [Point(since=since, until=until, value=value(total)) for since, until, total in spans]
        return Series(metric=metric, interval=interval, points=points)

    async def parts(self, scope: Scope, *, dimension: Dimension) -> list[Part]:
        """Those in which there was something, by key."""
        totals: defaultdict[str, Total] = defaultdict(lambda: Total(EVERYTHING))
        if dimension in WHEN:
            await self._by_time(scope, dimension, totals=totals)
        else:
            rows = self._rows(
                scope, stretches=[scope.since, scope.until], columns=EVERYTHING, of=_slice(scope, dimension)
            )
            async for _, key, facts in rows:
                totals[key].add(facts)
        return [Part(key=key, total=totals[key]) for key in sorted(totals)]

    async def _by_time(self, scope: Scope, dimension: Dimension, *, totals: defaultdict[str, Total]) -> None:
        zone, name = ZoneInfo(scope.zone), WHEN[dimension]
        span = (scope.since, scope.until)
        if dimension == "hour":
            # Also where days are those of UTC: facts of whole days do not tell the hour.
            stretches = borders(span, interval="hour", zone=scope.zone, limit=(MOST_DAYS + 1) * 25)
        else:
            stretches = borders(span, interval="day", zone=scope.zone, limit=MOST_DAYS + 1)
        async for at, _, facts in self._rows(scope, stretches=stretches, columns=EVERYTHING):
            totals[name(datetime.fromtimestamp(at, zone))].add(facts)

    async def _rows(
        self, scope: Scope, *, stretches: Sequence[int], columns: Sequence[str], of: dict[str, Any] | None = None
    ) -> AsyncIterator[Row]:
        which = _slice(scope) if of is None else of
        most = PORTION if of is None else KEYED_PORTION
        for step, ranges in pieces(stretches).items():
            for portion in portions(ranges, step=step, most=most):
                wanted = FactsWanted(
                    tenant_id=scope.tenant_id, step=step, ranges=portion, columns=tuple(columns), **which
                )
                for at, key, *facts in await self._store.facts(wanted):
                    yield at, key, facts


def _slice(scope: Scope, dimension: Dimension | None = None) -> dict[str, Any]:
    """Which facts hold these calls. Raises Refused."""
    direction = {"direction": scope.direction} if scope.direction else {}
    if dimension == "direction":
        if scope.direction:
            raise invalid("direction", "it is told by direction")
        return {**_slice(scope), "every_direction": True}
    if dimension is None:
        return {**direction, **({"kind": port.BOT, "key": scope.bot_id} if scope.bot_id else {})}
    if scope.bot_id and dimension != "bot":
        raise invalid("bot_id", f"calls are not counted by bot and {dimension} together")
    return {**direction, "kind": KINDS[dimension], "key": scope.bot_id or None}
