"""Webhooks to tenants, from parts."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from control_plane.core.durable.slots import Daily
from control_plane.core.web_address import Allowed
from control_plane.services.outbound.call_news import CallNews, CallNewsParts
from control_plane.services.outbound.delivering import DeliveryParts, delivering
from control_plane.services.outbound.dispatcher import Dispatcher
from control_plane.services.outbound.endpoints import Endpoints
from control_plane.services.outbound.pruning import KIND, pruning
from control_plane.wiring.parts import Parts

PRUNED_AT: Final = Daily(hour=3, minute=25)
"""UTC."""


def endpoints(parts: Parts) -> Endpoints:
    allowed = Allowed.parse(parts.settings.outbound_allow)
    return Endpoints(parts.tenants, allowed=allowed, seals=parts.webhook_seals)


def telling(parts: Parts) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
    """Gives the engine the kinds of work; what runs beside the services, by name."""
    delivery = DeliveryParts(
        store=parts.tenants,
        http=parts.outbound,
        clock=parts.clock,
        metrics=parts.metrics,
        seals=parts.webhook_seals,
    )
    parts.durable.register(delivering(delivery), pruning(parts.tenants, parts.clock))
    parts.durable.schedule(KIND, KIND, when=PRUNED_AT)
    news = CallNews(
        CallNewsParts(
            store=parts.tenants,
            calls=parts.calls,
            bus=parts.bus,
            clock=parts.clock,
            node=parts.settings.node_id,
        )
    )
    dispatcher = Dispatcher(parts.tenants, parts.durable, announcer=parts.announcer)
    return {"webhooks to tenants": dispatcher.run, "news of calls": news.run, "calls as they go": news.listen}
