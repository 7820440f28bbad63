"""The settings of the tenant."""

from typing import Any, Final

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import document_response, validate_request

from control_plane.core.people.principal import Principal
from control_plane.core.refusals import Refused
from control_plane.resources import tenant_settings
from control_plane.resources.tenant_settings import TenantSettings
from control_plane.resources.tenants import SettingsIn
from control_plane.web.current import gateway
from control_plane.web.needs import asked_version, needs, who
from control_plane.web.operation import area, called, fails, gives, takes
from control_plane.web.resources import partial, told

HEADING = area("Settings", "How the tenant keeps its house: name, time zone, language, currency, retention.")

CHANGES: Final = partial(SettingsIn)

blueprint = Blueprint("tenant_settings", __name__)


@blueprint.get("/api/settings")
@HEADING
@called("get_settings")
@gives("ETag")
@needs("settings:read")
@document_response(TenantSettings)
async def settings() -> Any:
    """How the tenant keeps its house.

    An empty `zone` stands for that of the installation; `effective_zone` is the one that counts.
    """
    zone = gateway().views.overview.default_zone
    found = await gateway().business.ask(who(), lambda session: tenant_settings.shown(session, default_zone=zone))
    return told(found, version=found.version)


@blueprint.patch("/api/settings")
@HEADING
@called("change_settings")
@fails("version_mismatch", "changed_meanwhile")
@takes("If-Match")
@gives("ETag")
@needs("settings:write")
@validate_request(CHANGES)
@document_response(TenantSettings)
async def change(data: BaseModel) -> Any:
    """Change settings.

    Fields that are not sent stay, also those of `retention`. `max_live_calls` is changed by whoever runs the
    installation.
    """
    return await changed(who(), data)


async def changed(asker: Principal, data: BaseModel) -> Any:
    """The settings of the asker's tenant, after the change."""
    fields = tenant_settings.sent(data)
    if not fields:
        raise Refused("invalid", "Nothing to change was sent.")
    zone, version = gateway().views.overview.default_zone, asked_version()
    found = await gateway().business.act(
        asker, lambda session: tenant_settings.change(session, fields, version=version, default_zone=zone)
    )
    if "max_live_calls" in fields:
        await gateway().bots.book.forget()
    return told(found, version=found.version)
