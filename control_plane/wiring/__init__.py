"""The assembly: the only place that knows adapters by name."""

from typing import Any
from urllib.parse import urlsplit

from control_plane.adapters.store.migrate import migrate
from control_plane.services.business import Business
from control_plane.services.calls.desk import CallDesk
from control_plane.services.gateway import Access, Gateway
from control_plane.services.media.door import MediaDoor
from control_plane.settings import Settings
from control_plane.settings_check import Severity, faults
from control_plane.wiring.alerts import alert_service
from control_plane.wiring.analytics import analytics
from control_plane.wiring.bots import make_bots
from control_plane.wiring.contacts import contact_services
from control_plane.wiring.doctor import make_doctor
from control_plane.wiring.long_work import background, housekeeping
from control_plane.wiring.outbound import endpoints
from control_plane.wiring.parts import Parts
from control_plane.wiring.people import people_service
from control_plane.wiring.services import desk_parts, door_parts, webhook_intake
from control_plane.wiring.staff import invitations, key_ring, staff
from control_plane.wiring.views import callback_store, views


def build_gateway(settings: Settings, **overrides: Any) -> Gateway:
    """The gateway of these settings; `overrides` replace parts by name (see `Parts`), for tests and tools.

    Opens no connection and starts nothing.
    """
    parts = Parts(settings, overrides)
    bots = make_bots(parts)
    desk = CallDesk(desk_parts(parts, bots.book))
    watched = views(parts)
    people = people_service(parts, overrides)
    contacts = contact_services(parts)
    housekeeping(parts, people, imports=contacts.imports)
    return Gateway(
        desk=desk,
        door=MediaDoor(door_parts(parts, desk)),
        intakes={parts.carrier.name: webhook_intake(parts, desk)},
        codecs={parts.carrier.name: parts.carrier.codec},
        nodes=parts.nodes,
        calls=parts.calls,
        callbacks=callback_store(parts),
        views=watched,
        blobs=parts.blobs,
        local_blob=parts.local_blob,
        store_answers=parts.store_answers,
        bus=parts.bus,
        business=Business(parts.tenants),
        people=people,
        invitations=invitations(parts),
        key_ring=key_ring(parts, people),
        staff=staff(parts, people),
        endpoints=endpoints(parts),
        bots=bots,
        contacts=contacts,
        durable=parts.durable,
        analytics=analytics(parts),
        alerts=alert_service(parts, overrides),
        cache=parts.cache,
        doctor=make_doctor(parts),
        clock=parts.clock,
        metrics=parts.metrics,
        supervisor=parts.supervisor,
        tracing=parts.tracing,
        access=_access(settings),
        migrate=lambda: migrate(parts.database),
        language=bots.language,
        closers=parts.closers(),
        background={**background(parts), "provider errors": watched.providers.watch},
        missing=tuple(str(fault) for fault in faults(settings) if fault.severity is Severity.MISSING),
    )


def _access(settings: Settings) -> Access:
    public = urlsplit(settings.webhook_base_url)
    return Access(
        token=settings.auth_token.get_secret_value(),
        public=f"{public.scheme}://{public.netloc}",
    )
