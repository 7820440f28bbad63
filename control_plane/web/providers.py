"""How the providers do, for people."""

from typing import cast

from quart import Blueprint
from quart_schema import validate_response

from control_plane.services.providers import ProviderState
from control_plane.web.current import gateway
from control_plane.web.needs import needs
from control_plane.web.view_schemas import BreakerName, LatencyOut, ProviderKind, ProviderOut, ProvidersOut

blueprint = Blueprint("providers", __name__)


@blueprint.get("/api/providers")
@needs("system:read")
@validate_response(ProvidersOut)
async def providers() -> ProvidersOut:
    """Carrier, recogniser, model and synthesiser: what they are and how they do, in this process."""
    here = gateway()
    return ProvidersOut(
        at=here.clock.wall(),
        node=here.nodes.name,
        errors_window_s=round(here.views.providers.window_s, 1),
        items=[_out(state) for state in here.views.providers.states()],
    )


def _out(state: ProviderState) -> ProviderOut:
    info = state.info
    return ProviderOut(
        kind=cast(ProviderKind, info.kind),
        name=info.name,
        configured=info.configured,
        model=info.model,
        voice=info.voice,
        errors=dict(state.errors),
        errors_total=state.errors_total,
        latency=[
            LatencyOut(stage=each.stage, count=each.count, p50_ms=each.p50_ms, p95_ms=each.p95_ms)
            for each in state.latency
        ],
        breaker=cast(BreakerName, info.breaker()) if info.breaker is not None else None,
    )
