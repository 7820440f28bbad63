"""What whoever runs the installation decides about its tenants: their numbers, their share of the lines."""

from dataclasses import replace
from typing import Any, Final

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import document_response, validate_request

from control_plane.core.people.principal import Principal
from control_plane.core.refusals import unknown
from control_plane.resources.numbers import NUMBERS, NumberIn, NumberOut
from control_plane.resources.tenant_settings import TenantSettings
from control_plane.web.current import gateway
from control_plane.web.needs import needs, who
from control_plane.web.operation import area, called, fails, gives, takes
from control_plane.web.resources import asked, etag
from control_plane.web.tenant_settings import CHANGES, changed

HEADING: Final = area("Tenants", "The companies of an installation, as its operator sees them.")

blueprint = Blueprint("tenants", __name__)


@blueprint.post("/api/tenants/<tenant_id>/numbers")
@needs("system:write")
@HEADING
@fails("conflict", "idempotency_key_reused", "unknown_tenant")
@takes("Idempotency-Key")
@validate_request(NumberIn)
@document_response(NumberOut, 201)
async def assign_number(tenant_id: str, data: NumberIn) -> Any:
    """Give a tenant one of the installation's numbers: calls to it are the tenant's, and its own calls come from it."""
    here, for_tenant = gateway(), await _as_tenant(tenant_id)
    answer = await here.business.create(for_tenant, NUMBERS, data=data, ask=await asked("assign number"))
    await here.bots.book.forget()
    return answer, 201, etag(answer.get("version"))


@blueprint.patch("/api/tenants/<tenant_id>/settings")
@needs("system:write")
@HEADING
@called("change_settings_of_tenant")
@fails("version_mismatch", "changed_meanwhile", "unknown_tenant")
@takes("If-Match")
@gives("ETag")
@validate_request(CHANGES)
@document_response(TenantSettings)
async def change_settings(tenant_id: str, data: BaseModel) -> Any:
    """Change settings of a tenant, `max_live_calls` among them: its share of the lines."""
    return await changed(await _as_tenant(tenant_id), data)


async def _as_tenant(tenant_id: str) -> Principal:
    """Raises Refused(`unknown_tenant`)."""
    if not await gateway().business.exists(tenant_id):
        raise unknown("tenant")
    return replace(who(), tenant_id=tenant_id)
