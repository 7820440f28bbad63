"""Webhooks to tenants: where to, what was told, how that went."""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from quart import Blueprint, Response
from quart_schema import document_response, validate_querystring, validate_request, validate_response

from control_plane.core.refusals import Refused
from control_plane.resources.crud import Query
from control_plane.resources.outbound import deliveries
from control_plane.resources.outbound.endpoints import WEBHOOKS
from control_plane.resources.outbound.kinds import kinds
from control_plane.resources.outbound.schemas import (
    DeliveryDetail,
    DeliveryOut,
    DeliveryPage,
    EventKindList,
    EventKindOut,
    WebhookIn,
    WebhookMade,
    WebhookOut,
    WebhookPage,
    WebhookSecretIn,
)
from control_plane.web.current import gateway
from control_plane.web.needs import asked_version, needs, who
from control_plane.web.operation import area, called, fails, gives, takes
from control_plane.web.resources import partial, told
from control_plane.web.schemas import Cursor, PageLimit
from control_plane.web.view_schemas import Nothing

HEADING = area("Webhooks", "The tenant's own systems are told of what happens: docs/webhooks.md.")

CHANGES: Final = partial(WebhookIn)

blueprint = Blueprint("outbound", __name__)


class WebhookQuery(BaseModel):
    """Which webhooks."""

    model_config = ConfigDict(extra="forbid")

    active: Annotated[bool | None, Field(description="Only those that are switched on, or off.")] = None
    limit: PageLimit = 50
    cursor: Cursor = ""


class DeliveryQuery(BaseModel):
    """Which deliveries."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[deliveries.State | Literal[""], Field(description="Empty: all.")] = ""
    limit: PageLimit = 50
    cursor: Cursor = ""


@blueprint.get("/api/webhooks")
@HEADING
@called("list_webhooks")
@needs("webhooks:read")
@validate_querystring(WebhookQuery)
@document_response(WebhookPage)
async def listed(query_args: WebhookQuery) -> Any:
    """Page by page, the newest first."""
    query = Query(filters={"active": query_args.active}, limit=query_args.limit, cursor=query_args.cursor)
    page = await gateway().business.page(who(), WEBHOOKS, query=query)
    return told(WebhookPage.model_validate({"items": page.items, "next_cursor": page.next_cursor}))


@blueprint.get("/api/webhooks/events")
@HEADING
@called("list_webhook_events")
@needs("webhooks:read")
@validate_response(EventKindList)
async def events() -> EventKindList:
    """What there is to be told of, each with the body of an example."""
    return EventKindList(
        items=[
            EventKindOut(
                kind=each.kind,
                about=each.about,
                example={
                    "id": "019a3c5e-8f3a-7b21-8c44-5a0d9e6f1b27",
                    "kind": each.kind,
                    "at": 1_795_280_075.6,
                    "data": dict(each.example),
                },
            )
            for each in kinds()
        ]
    )


@blueprint.post("/api/webhooks")
@HEADING
@called("create_webhook")
@fails("limit_reached")
@gives("ETag", "Location")
@needs("webhooks:write")
@validate_request(WebhookIn)
@document_response(WebhookMade, 201)
async def create(data: WebhookIn) -> Any:
    """Tell an address of events.

    `secret` in the answer signs every message; it is told this once.
    """
    made = await gateway().endpoints.create(who(), data)
    answer = _secret(made, status=201)
    answer.headers["Location"] = f"/api/webhooks/{made.id}"
    return answer


@blueprint.get("/api/webhooks/<row_id>")
@HEADING
@called("get_webhook")
@fails("unknown_webhook")
@gives("ETag")
@needs("webhooks:read")
@document_response(WebhookOut)
async def get(row_id: str) -> Any:
    """One webhook."""
    found, version = await gateway().business.get(who(), WEBHOOKS, row_id=row_id)
    return told(found, version=version)


@blueprint.patch("/api/webhooks/<row_id>")
@HEADING
@called("change_webhook")
@fails("unknown_webhook", "version_mismatch", "changed_meanwhile")
@takes("If-Match")
@gives("ETag")
@needs("webhooks:write")
@validate_request(CHANGES)
@document_response(WebhookOut)
async def change(row_id: str, data: BaseModel) -> Any:
    """Change some fields of a webhook; those that are not sent stay.

    Switched on again, it starts with a clean slate.
    """
    fields = data.model_dump(exclude_unset=True)
    if not fields:
        raise Refused("invalid", "Nothing to change was sent.")
    found = await gateway().endpoints.change(who(), row_id, fields=fields, version=asked_version())
    return told(found, version=found.version)


@blueprint.delete("/api/webhooks/<row_id>")
@HEADING
@called("delete_webhook")
@fails("unknown_webhook", "version_mismatch", "changed_meanwhile")
@takes("If-Match")
@needs("webhooks:write")
@document_response(Nothing, 204)
async def delete(row_id: str) -> Any:
    """Remove a webhook with all its deliveries."""
    await gateway().business.delete(who(), WEBHOOKS, row_id=row_id, version=asked_version())
    return "", 204


@blueprint.post("/api/webhooks/<row_id>/secret")
@HEADING
@called("rotate_webhook_secret")
@fails("unknown_webhook", "version_mismatch", "changed_meanwhile")
@takes("If-Match")
@gives("ETag")
@needs("webhooks:write")
@validate_request(WebhookSecretIn)
@document_response(WebhookMade)
async def rotate(row_id: str, data: WebhookSecretIn) -> Any:
    """Replace the secret.

    For `overlap_s` messages carry a signature by the old secret too, so that receivers can change over in peace.
    """
    made = await gateway().endpoints.replace_secret(who(), row_id, overlap_s=data.overlap_s, version=asked_version())
    return _secret(made)


@blueprint.post("/api/webhooks/<row_id>/test")
@HEADING
@called("test_webhook")
@fails("unknown_webhook")
@needs("webhooks:write")
@document_response(DeliveryOut, 202)
async def test(row_id: str) -> Any:
    """Send a test.

    An event `webhook.test`, also to a webhook that is switched off. What came of it is told by `/api/deliveries/<id>`.
    """
    sent = await gateway().business.act(who(), lambda session: deliveries.test(session, row_id))
    return told(sent, status=202)


@blueprint.get("/api/webhooks/<row_id>/deliveries")
@HEADING
@called("list_deliveries")
@fails("unknown_webhook")
@needs("webhooks:read")
@validate_querystring(DeliveryQuery)
@document_response(DeliveryPage)
async def sent(row_id: str, query_args: DeliveryQuery) -> Any:
    """What a webhook was told, the newest first. Kept for 30 days."""
    items, cursor = await gateway().business.ask(
        who(),
        lambda session: deliveries.page(
            session, row_id, state=query_args.state, limit=query_args.limit, cursor=query_args.cursor
        ),
    )
    return told(DeliveryPage(items=items, next_cursor=cursor))


@blueprint.get("/api/deliveries/<row_id>")
@HEADING
@called("get_delivery")
@fails("unknown_delivery")
@needs("webhooks:read")
@document_response(DeliveryDetail)
async def delivery(row_id: str) -> Any:
    """One delivery with what is sent and every attempt."""
    return told(await gateway().business.ask(who(), lambda session: deliveries.one(session, row_id)))


@blueprint.post("/api/deliveries/<row_id>/resend")
@HEADING
@called("resend_delivery")
@fails("unknown_delivery", "delivery_pending")
@needs("webhooks:write")
@document_response(DeliveryOut, 202)
async def resend(row_id: str) -> Any:
    """Send the same event again, as a new delivery. Receivers know it by its id."""
    again = await gateway().business.act(who(), lambda session: deliveries.resend(session, row_id))
    return told(again, status=202)


def _secret(made: WebhookMade, *, status: int = 200) -> Response:
    """Nobody on the way keeps it."""
    answer = told(made, version=made.version, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
