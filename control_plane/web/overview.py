"""How today goes, for the dashboard's first page."""

from typing import Annotated, Any

from pydantic import BaseModel, Field
from quart import Blueprint
from quart_schema import document_response, validate_querystring

from control_plane.core.day import UnknownZone
from control_plane.services.overview import Today
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.needs import needs, who
from control_plane.web.view_schemas import CallCounts, CauseOut, HourOut, OverviewOut, TurnCounts

blueprint = Blueprint("overview", __name__)


class OverviewQuery(BaseModel):
    """Whose today."""

    zone: Annotated[
        str, Field(max_length=60, description="A time zone, `America/Bogota`; empty for DEFAULT_TIME_ZONE.")
    ] = ""


@blueprint.get("/api/overview")
@needs("analytics:read")
@validate_querystring(OverviewQuery)
@document_response(OverviewOut)
async def overview(query_args: OverviewQuery) -> Any:
    """Calls that began today and answers given today, over all control planes; at most some seconds old."""
    here = gateway()
    try:
        today = await here.views.overview.today(who().tenant_id, query_args.zone)
    except UnknownZone as error:
        return problem(422, "invalid", title="The request is not valid", detail=str(error))
    return _out(today, node=here.nodes.name).model_dump()


def _out(today: Today, *, node: str) -> OverviewOut:
    report = today.report
    return OverviewOut(
        at=today.at,
        node=node,
        zone=today.zone,
        calls=CallCounts(
            live=report.live,
            today=report.calls,
            answered_today=report.answered,
            inbound_today=report.inbound,
            outbound_today=report.outbound,
        ),
        answer_rate=_share(report.answered_outbound, report.ended_outbound),
        success_rate=_share(report.succeeded, report.ended_answered),
        turns=TurnCounts(today=report.turns, p50_ms=report.latency_p50_ms, p95_ms=report.latency_p95_ms),
        barge_ins_today=report.barge_ins,
        by_hour=[
            HourOut(
                hour_start=begin,
                calls=hour.calls,
                answered=hour.answered,
                turns=hour.turns,
                p95_ms=hour.latency_p95_ms,
            )
            for begin, hour in today.hours()
        ],
        hangup_causes=[CauseOut(cause=cause, count=count) for cause, count in report.causes.items()],
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
