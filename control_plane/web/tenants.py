"""What whoever runs the installation decides about its tenants: which numbers they have."""

from dataclasses import replace
from typing import Any

from quart import Blueprint
from quart_schema import document_response, validate_request

from control_plane.core.refusals import unknown
from control_plane.resources.numbers import NUMBERS, NumberIn, NumberOut
from control_plane.web.current import gateway
from control_plane.web.needs import needs, who
from control_plane.web.operation import area, fails, takes
from control_plane.web.resources import asked, etag

blueprint = Blueprint("tenants", __name__)


@blueprint.post("/api/tenants/<tenant_id>/numbers")
@needs("system:write")
@area("Tenants", "The companies of an installation, as its operator sees them.")
@fails("conflict", "idempotency_key_reused", "unknown_tenant")
@takes("Idempotency-Key")
@validate_request(NumberIn)
@document_response(NumberOut, 201)
async def assign_number(tenant_id: str, data: NumberIn) -> Any:
    """Give a tenant one of the installation's numbers: calls to it are the tenant's, and its own calls come from it."""
    here = gateway()
    if not await here.business.exists(tenant_id):
        raise unknown("tenant")
    for_tenant = replace(who(), tenant_id=tenant_id)
    answer = await here.business.create(for_tenant, NUMBERS, data=data, ask=await asked("assign number"))
    await here.bots.book.forget()
    return answer, 201, etag(answer.get("version"))
