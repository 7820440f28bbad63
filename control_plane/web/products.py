"""The stock of products over HTTP; products themselves have generated routes."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from quart import Blueprint
from quart_schema import document_response, validate_querystring, validate_request
from sqlalchemy.orm import Session

from control_plane.core.refusals import unknown
from control_plane.resources.crud import Page, Query, Rows
from control_plane.resources.products import Product, stock
from control_plane.resources.products.resource import MOVES
from control_plane.resources.products.schemas import ProductOut, StockChangeIn, StockMoveOut
from control_plane.web.current import gateway
from control_plane.web.needs import needs, who
from control_plane.web.operation import called, fails, takes
from control_plane.web.resources import asked, told
from control_plane.web.schemas import Cursor, PageLimit

blueprint = Blueprint("stock", __name__)


class StockMoveQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")

    limit: PageLimit = 50
    cursor: Cursor = ""


class StockMovePage(BaseModel):
    """A page of the list; `next_cursor` is empty at the end."""

    items: list[StockMoveOut]
    next_cursor: str


@blueprint.post("/api/products/<row_id>/stock")
@needs("products:write")
@called("move_stock")
@fails("unknown_product", "out_of_stock", "idempotency_key_reused", "conflict")
@takes("Idempotency-Key")
@validate_request(StockChangeIn)
@document_response(ProductOut)
async def move(row_id: str, data: StockChangeIn) -> Any:
    """Pieces came or went.

    The first movement of a product that is not counted begins to count it, from none. Orders move the stock by
    themselves.
    """

    def work(session: Session) -> BaseModel:
        moved = stock.move(session, row_id, change=data.change, reason=data.reason)
        return ProductOut.model_validate(moved, from_attributes=True)

    return await gateway().business.once(who(), await asked("move stock"), work=work)


@blueprint.get("/api/products/<row_id>/moves")
@needs("products:read")
@called("list_stock_moves")
@fails("unknown_product")
@validate_querystring(StockMoveQuery)
@document_response(StockMovePage)
async def moves(row_id: str, query_args: StockMoveQuery) -> Any:
    """What came and went, the newest first."""
    wanted = Query(filters={"product_id": row_id}, limit=query_args.limit, cursor=query_args.cursor)

    def work(session: Session) -> Page:
        if session.get(Product, row_id) is None:
            raise unknown("product")
        return Rows(session, MOVES).page(wanted)

    found = await gateway().business.ask(who(), work)
    return told(StockMovePage.model_validate({"items": found.items, "next_cursor": found.next_cursor}))
