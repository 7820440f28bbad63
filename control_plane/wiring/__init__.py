"""The assembly: the only place that knows adapters by name."""

from typing import Any
from urllib.parse import urlsplit

from control_plane.adapters.store.migrate import migrate
from control_plane.services.business import Business
from control_plane.services.calls.desk import CallDesk
from control_plane.services.gateway import Access, Gateway
from control_plane.services.media.door import MediaDoor
from control_plane.services.webhooks.intake import IntakeParts, WebhookIntake
from control_plane.services.webhooks.routing import NoticeRouter
from control_plane.settings import Settings
from control_plane.settings_check import Severity, faults
from control_plane.wiring.alerts import alert_service
from control_plane.wiring.doctor import make_doctor
from control_plane.wiring.parts import Parts
from control_plane.wiring.services import bot_language, desk_parts, door_parts, router_parts
from control_plane.wiring.views import callback_store, views


def build_gateway(settings: Settings, **overrides: Any) -> Gateway:
    """The gateway of these settings; `overrides` replace parts by name (see `Parts`), for tests and tools.

    Opens no connection and starts nothing.
    """
    parts = Parts(settings, overrides)
    desk = CallDesk(desk_parts(parts))
    carrier = parts.carrier
    router = NoticeRouter(router_parts(parts, desk))
    door = MediaDoor(door_parts(parts, desk))
    intake = WebhookIntake(
        IntakeParts(
            carrier=carrier.name,
            reader=carrier.reader,
            store=parts.webhooks,
            route=router.route,
            clock=parts.clock,
            metrics=parts.metrics,
            alone=lambda: parts.nodes.alone,
        )
    )
    watched = views(parts)
    return Gateway(
        desk=desk,
        door=door,
        intakes={carrier.name: intake},
        codecs={carrier.name: carrier.codec},
        nodes=parts.nodes,
        calls=parts.calls,
        callbacks=callback_store(parts),
        views=watched,
        blobs=parts.blobs,
        local_blob=parts.local_blob,
        store_answers=parts.store_answers,
        bus=parts.bus,
        business=Business(parts.tenants),
        alerts=alert_service(parts, overrides),
        cache=parts.cache,
        doctor=make_doctor(parts),
        clock=parts.clock,
        metrics=parts.metrics,
        supervisor=parts.supervisor,
        tracing=parts.tracing,
        access=_access(settings),
        migrate=lambda: migrate(parts.database),
        language=bot_language,
        closers=parts.closers(),
        background={**parts.background(), "provider errors": watched.providers.watch},
        missing=tuple(str(fault) for fault in faults(settings) if fault.severity is Severity.MISSING),
    )


def _access(settings: Settings) -> Access:
    public = urlsplit(settings.webhook_base_url)
    return Access(
        token=settings.auth_token.get_secret_value(),
        session_s=settings.session_hours * 3600.0,
        public=f"{public.scheme}://{public.netloc}",
    )
