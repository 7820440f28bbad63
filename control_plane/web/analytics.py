"""How calls went over days and months: figures, series, funnel, and by what they differ."""

from typing import Any, Final

from quart import Blueprint
from quart_schema import document_response, validate_querystring

from control_plane.core.day import Day
from control_plane.core.refusals import invalid
from control_plane.services.analytics.question import Scope
from control_plane.services.analytics.service import Analytics
from control_plane.web import analytics_out as out
from control_plane.web.analytics_schemas import (
    AnalyticsQuery,
    FunnelOut,
    PartsOut,
    PartsQuery,
    SeriesOut,
    SeriesQuery,
    SummaryOut,
)
from control_plane.web.current import gateway
from control_plane.web.moments import moment
from control_plane.web.needs import needs, who
from control_plane.web.operation import called, fails

DAYS: Final = 30
DAY_S: Final = 86_400

blueprint = Blueprint("analytics", __name__)


@blueprint.get("/api/analytics/summary")
@needs("analytics:read")
@called("analytics_summary")
@fails("store_unavailable")
@validate_querystring(AnalyticsQuery)
@document_response(SummaryOut)
async def summary(query_args: AnalyticsQuery) -> Any:
    """All figures of a span: calls, what became of them, how fast the bot was."""
    return out.summary(await _analytics().summary(await _scope(query_args)))


@blueprint.get("/api/analytics/series")
@needs("analytics:read")
@called("analytics_series")
@fails("store_unavailable")
@validate_querystring(SeriesQuery)
@document_response(SeriesOut)
async def series(query_args: SeriesQuery) -> Any:
    """One metric hour by hour, day by day, week by week or month by month; at most 1,000 points."""
    scope = await _scope(query_args)
    return out.series(await _analytics().series(scope, metric=query_args.metric, interval=query_args.interval))


@blueprint.get("/api/analytics/funnel")
@needs("analytics:read")
@called("analytics_funnel")
@fails("store_unavailable")
@validate_querystring(AnalyticsQuery)
@document_response(FunnelOut)
async def funnel(query_args: AnalyticsQuery) -> Any:
    """How many calls were answered, led to a conversation, succeeded, brought an order."""
    return out.funnel(await _analytics().funnel(who(), await _scope(query_args)))


@blueprint.get("/api/analytics/by")
@needs("analytics:read")
@called("analytics_by")
@fails("store_unavailable")
@validate_querystring(PartsQuery)
@document_response(PartsOut)
async def by(query_args: PartsQuery) -> Any:
    """The figures by bot, hour of the day, weekday, hangup cause, direction, seller or campaign."""
    scope = await _scope(query_args)
    return out.parts(await _analytics().parts(scope, dimension=query_args.dimension), dimension=query_args.dimension)


def _analytics() -> Analytics:
    return gateway().analytics


async def _scope(asked: AnalyticsQuery) -> Scope:
    """Raises Refused."""
    zone = await _analytics().zone_of(who(), asked.zone)
    now = gateway().clock.wall()
    try:
        since, until = moment("from", asked.since, zone=zone)[0], moment("to", asked.until, zone=zone)[1]
    except ValueError as error:
        field, _, message = str(error).partition(": ")
        raise invalid(field, message) from None
    if until is None:
        until = Day.of(now, zone).until
    if since is None:
        since = Day.of(until - 1 - DAYS * DAY_S, zone).since
    return _analytics().scope(
        Scope(
            tenant_id=who().tenant_id,
            since=int(since),
            until=-int(-until // 1),
            zone=zone,
            bot_id=asked.bot_id,
            direction=asked.direction,
        )
    )
