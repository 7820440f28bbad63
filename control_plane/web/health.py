"""Is the process alive, is it ready for calls, what does it measure."""

from typing import Any

from quart import Blueprint, Response

from control_plane.observability.metrics import CONTENT_TYPE
from control_plane.services.gateway import VERSION
from control_plane.web.access import authorised
from control_plane.web.current import gateway

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
async def alive() -> dict[str, Any]:
    """Liveness: the process answers. Not to be restarted, whatever `ready` says."""
    return {"status": "ok", **_facts()}


@blueprint.get("/api/health")
@blueprint.get("/health/ready")
async def ready() -> tuple[dict[str, Any], int]:
    """Readiness: may new calls be sent here. 503 while starting, draining or full, without database or worker."""
    reasons = await _reasons()
    return {"status": "not ready" if reasons else "ready", "reasons": reasons, **_facts()}, 503 if reasons else 200


@blueprint.get("/metrics")
async def metrics() -> Response:
    return Response(gateway().metrics.render(), content_type=CONTENT_TYPE)


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


async def _reasons() -> list[str]:
    here = gateway()
    checks = (
        (not here.ready and not here.desk.draining, "starting"),
        (here.desk.draining, "draining"),
        (here.desk.full, "at the limit of calls"),
        (not await here.store_answers(), "database does not answer"),
        (any(worker.done() for worker in here.workers), "webhook worker has ended"),
    )
    return [reason for holds, reason in checks if holds]
