"""Is the process alive, is it ready for calls, what does it measure."""

import asyncio
from typing import Any, Final

from quart import Blueprint, Response, request
from quart_schema import document_response

from control_plane.services.gateway import VERSION, Gateway
from control_plane.web.access import authorised
from control_plane.web.current import gateway
from control_plane.web.needs import needs
from control_plane.web.view_schemas import HealthOut, MetricsText, ReadyOut

PATIENCE_S: Final = 1.5
"""Longer than the database is waited for."""
BELIEVED_S: Final = 10.0
"""What was known of the database longer ago says nothing."""

blueprint = Blueprint("health", __name__)


@blueprint.get("/")
async def service() -> dict[str, Any]:
    """What this is and where to go on."""
    return {
        "service": "centralita",
        "version": VERSION,
        "health": "/health",
        "ready": "/health/ready",
        "metrics": "/metrics",
        "calls": "/api/calls",
        "openapi": "/openapi.json",
    }


@blueprint.get("/health")
@blueprint.get("/health/live")
@document_response(HealthOut)
async def alive() -> dict[str, Any]:
    """Liveness: the process answers. Not to be restarted, whatever `ready` says."""
    return {"status": "ok", **_facts()}


@blueprint.get("/api/health")
@blueprint.get("/health/ready")
@document_response(ReadyOut)
@document_response(ReadyOut, 503)
async def ready() -> tuple[dict[str, Any], int]:
    """Readiness: may new calls be sent here. 503 while starting, draining or full, without database or worker."""
    why_not = reasons(gateway(), database_answers=await _database_answers(gateway()))
    return {"status": "not ready" if why_not else "ready", "reasons": why_not, **_facts()}, 503 if why_not else 200


@blueprint.get("/metrics")
@needs("system:read")
@document_response(MetricsText)
async def metrics() -> Response:
    """For Prometheus; OpenMetrics when it is asked for by `Accept`."""
    here = gateway()
    here.measure()
    # In a thread: the text of a thousand series takes longer to write than a frame of audio lasts.
    accept = request.headers.get("accept", "")
    text, content_type = await asyncio.to_thread(here.metrics.exposition, accept)
    return Response(text, content_type=content_type)


def _facts() -> dict[str, Any]:
    """Figures are for those who may use the API; anybody learns only whether the gateway takes calls."""
    here = gateway()
    known = {"ready": here.ready and not here.desk.draining, "draining": here.desk.draining}
    if not authorised():
        return known
    return {
        **known,
        "live_calls": here.desk.roster.live_calls,
        "uptime_s": round(here.clock.wall() - here.started_at, 1),
        "missing": list(here.missing),
    }


async def _database_answers(here: Gateway) -> bool:
    """Asked once for all who want to know at the same time: strangers may."""
    known = await here.views.database_answers.get(patience_s=PATIENCE_S)
    return known is not None and known.value and here.clock.steady() - known.since <= BELIEVED_S


def reasons(here: Gateway, *, database_answers: bool) -> list[str]:
    """Why no calls may be sent here."""
    checks = (
        (not here.ready and not here.desk.draining, "starting"),
        (here.desk.draining, "draining"),
        (here.desk.full, "at the limit of calls"),
        (not database_answers, "database does not answer"),
        (any(worker.done() for worker in here.workers), "webhook worker has ended"),
    )
    return [reason for holds, reason in checks if holds]
