"""The work of sellers over HTTP; sellers themselves have generated routes."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from quart import Blueprint
from quart_schema import document_response, validate_querystring, validate_request
from sqlalchemy.orm import Session

from control_plane.resources.fields import Moment
from control_plane.resources.sellers import work
from control_plane.resources.sellers.schemas import (
    AssignIn,
    AssignmentOut,
    ReleaseIn,
    SellerLoad,
    SellerOut,
    SellerStats,
    SellerStatusIn,
)
from control_plane.web.current import gateway
from control_plane.web.needs import asked_version, needs, who
from control_plane.web.operation import called, fails, gives, takes
from control_plane.web.resources import asked, told
from control_plane.web.view_schemas import Nothing

LATEST = 32_503_679_999.0
"""The end of the year 2999."""

blueprint = Blueprint("seller_work", __name__)


class SellerStatsQuery(BaseModel):
    """Of which time."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Annotated[Moment, Field(alias="from", description="Then or later: unix seconds.")] = 0.0
    until: Annotated[Moment, Field(alias="to", description="Before: unix seconds.")] = LATEST


@blueprint.post("/api/sellers/assign")
@needs("sellers:read")
@called("assign_seller")
@fails("no_seller_available", "unknown_order", "conflict", "changed_meanwhile", "idempotency_key_reused")
@takes("Idempotency-Key")
@validate_request(AssignIn)
@document_response(AssignmentOut)
async def assign(data: AssignIn) -> Any:
    """Give an order, a call or a contact to the seller whose turn it is.

    Turns go round among those who are there, have a hand free and can do what is asked. Who has it already keeps it,
    unless `again`. Needs the permission to write what is given away: `orders:write`, `calls:write`, `contacts:write`.
    """
    return await gateway().business.once(
        who(), await asked("assign seller"), work=lambda session: work.assign(session, data)
    )


@blueprint.post("/api/sellers/release")
@needs("sellers:read")
@called("release_seller")
@fails("unknown_assignment", "unknown_order", "changed_meanwhile")
@validate_request(ReleaseIn)
@document_response(Nothing, 204)
async def release(data: ReleaseIn) -> Any:
    """A call or contact is dealt with: its seller has a hand free again. Orders do this by themselves."""
    await gateway().business.act(who(), lambda session: work.release(session, data.target))
    return "", 204


@blueprint.get("/api/sellers/<row_id>/load")
@needs("sellers:read")
@called("get_seller_load")
@fails("unknown_seller")
@document_response(SellerLoad)
async def load(row_id: str) -> Any:
    """What a seller has on their hands now, and whether they would be given more."""
    return told(await gateway().business.ask(who(), lambda session: work.load(session, row_id)))


@blueprint.get("/api/sellers/<row_id>/stats")
@needs("sellers:read")
@called("get_seller_stats")
@fails("unknown_seller")
@validate_querystring(SellerStatsQuery)
@document_response(SellerStats)
async def stats(row_id: str, query_args: SellerStatsQuery) -> Any:
    """Orders, sums by currency and assignments of a seller between two moments."""
    since, until = query_args.since, query_args.until
    return told(
        await gateway().business.ask(who(), lambda session: work.stats(session, row_id, since=since, until=until))
    )


@blueprint.post("/api/sellers/<row_id>/status")
@needs("sellers:read")
@called("set_seller_status")
@fails("unknown_seller", "version_mismatch", "changed_meanwhile")
@takes("If-Match")
@gives("ETag")
@validate_request(SellerStatusIn)
@document_response(SellerOut)
async def set_status(row_id: str, data: SellerStatusIn) -> Any:
    """Say whether a seller is there: the seller, or who may write sellers."""
    version = asked_version()

    def change(session: Session) -> SellerOut:
        changed = work.set_status(session, row_id, status=data.status, version=version)
        return SellerOut.model_validate(changed, from_attributes=True)

    found = await gateway().business.act(who(), change)
    return told(found, version=found.version)
