"""Callers whom nobody answered: told by the sidecar, listed, called back."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from quart import Blueprint
from quart_schema import document_response, validate_querystring, validate_request, validate_response

from control_plane.ports.callbacks import Callback, CallbackFilter
from control_plane.resources.fields import printable
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.needs import needs
from control_plane.web.operation import fails
from control_plane.web.schemas import Cursor, PageLimit, Short

BATCH: Final = 200

blueprint = Blueprint("callbacks", __name__)

Identity = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(printable)]


class CallbackIn(BaseModel):
    """One unanswered call. `id` is the same when it is told again."""

    model_config = ConfigDict(populate_by_name=True)

    id: Identity
    at: Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
    sender: Short = Field(default="", alias="from")
    to: Short = ""
    call_sid: Short = ""
    carrier: Short = ""


class CallbacksIn(BaseModel):
    """A batch of unanswered calls."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"items": [{"id": "call-17", "at": 1795280075.6, "from": "+573001234567", "to": "+576015550100"}]}
            ]
        }
    )

    items: Annotated[list[CallbackIn], Field(max_length=BATCH)]


class CallbacksStored(BaseModel):
    """What is kept now, and need not be told again."""

    stored: list[str]


class CallbackOut(BaseModel):
    """A caller who is to be called back, or was. Times in unix seconds."""

    id: str
    at: float
    sender: str = Field(serialization_alias="from")
    to: str
    call_sid: str
    carrier: str
    done_at: float | None

    @classmethod
    def of(cls, callback: Callback) -> "CallbackOut":
        return cls(
            id=callback.id,
            at=callback.at,
            sender=callback.sender,
            to=callback.to,
            call_sid=callback.call_sid,
            carrier=callback.carrier,
            done_at=callback.done_at,
        )


class CallbackList(BaseModel):
    """One page, newest first."""

    items: list[CallbackOut]
    next_cursor: str


class CallbackQuery(BaseModel):
    """Which to list."""

    open: Annotated[bool | None, Field(description="`true`: still to be called back; `false`: done; without: all.")] = (
        None
    )
    limit: PageLimit = 50
    cursor: Cursor = ""


@blueprint.post("/api/callbacks")
@needs("system:write")
@validate_request(CallbacksIn)
@validate_response(CallbacksStored)
async def add(data: CallbacksIn) -> CallbacksStored:
    """Keep unanswered calls; those that are known already stay as they are."""
    await gateway().callbacks.add([Callback(**item.model_dump()) for item in data.items])
    return CallbacksStored(stored=[item.id for item in data.items])


@blueprint.get("/api/callbacks")
@needs("system:read")
@validate_querystring(CallbackQuery)
@document_response(CallbackList)
async def callbacks(query_args: CallbackQuery) -> Any:
    """Who called and was not answered, newest first."""
    wanted = CallbackFilter(open=query_args.open, limit=query_args.limit, cursor=query_args.cursor)
    try:
        page = await gateway().callbacks.list(wanted)
    except ValueError as error:
        return problem(422, "invalid", title="The request is not valid", detail=str(error))
    found = CallbackList(items=[CallbackOut.of(item) for item in page.items], next_cursor=page.next_cursor)
    return found.model_dump(by_alias=True)


@blueprint.post("/api/callbacks/<callback_id>/done")
@needs("system:write")
@fails("unknown_callback")
@document_response(CallbackOut)
async def done(callback_id: str) -> Any:
    """The caller was called back; repeated, it keeps the first time."""
    here = gateway()
    callback = await here.callbacks.finish(callback_id, at=here.clock.wall())
    if callback is None:
        return problem(404, "unknown_callback", title="There is no such caller")
    return CallbackOut.of(callback).model_dump(by_alias=True)
