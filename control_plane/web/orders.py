"""What becomes of orders over HTTP; they are listed, made, changed and removed by generated routes."""

from typing import Any

from quart import Blueprint
from quart_schema import document_response, validate_request

from control_plane.resources.orders import flow
from control_plane.resources.orders.schemas import OrderAssignIn, OrderDetail, TransitionIn
from control_plane.web.current import gateway
from control_plane.web.needs import asked_version, needs, who
from control_plane.web.operation import called, fails, gives, takes
from control_plane.web.resources import asked, etag, told

blueprint = Blueprint("order_flow", __name__)


@blueprint.get("/api/orders/<row_id>")
@needs("orders:read")
@called("get_order")
@fails("unknown_order")
@gives("ETag")
@document_response(OrderDetail)
async def order(row_id: str) -> Any:
    """An order with its lines, its history and what can become of it."""
    found = await gateway().business.ask(who(), lambda session: flow.detail(session, row_id))
    return told(found, version=found.version)


@blueprint.post("/api/orders/<row_id>/transition")
@needs("orders:write")
@called("transition_order")
@fails("unknown_order", "illegal_transition", "out_of_stock", "no_seller_available", "unknown_seller")
@fails("conflict", "changed_meanwhile", "version_mismatch", "idempotency_key_reused")
@takes("If-Match", "Idempotency-Key")
@gives("ETag")
@validate_request(TransitionIn)
@document_response(OrderDetail)
async def transition(row_id: str, data: TransitionIn) -> Any:
    """Bring an order to another status.

    Placing it takes its pieces from the stock, all or none; cancelling it, or its return, gives them back. To refund
    needs the permission `sellers:write` too.
    """
    version = asked_version()
    answer = await gateway().business.once(
        who(),
        await asked("transition order"),
        work=lambda session: flow.transition(session, row_id, wanted=data, version=version),
    )
    return answer, 200, etag(answer["version"])


@blueprint.post("/api/orders/<row_id>/assign")
@needs("orders:write")
@called("assign_order")
@fails("unknown_order", "unknown_seller", "no_seller_available", "conflict", "changed_meanwhile")
@fails("idempotency_key_reused")
@takes("Idempotency-Key")
@gives("ETag")
@validate_request(OrderAssignIn)
@document_response(OrderDetail)
async def assign(row_id: str, data: OrderAssignIn) -> Any:
    """Give an order to a seller: the one that is named, or another than now whose turn it is."""
    answer = await gateway().business.once(
        who(), await asked("assign order"), work=lambda session: flow.assign(session, row_id, wanted=data)
    )
    return answer, 200, etag(answer["version"])
