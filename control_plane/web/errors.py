"""Every error as RFC 9457 problem+json, from one table."""

from dataclasses import dataclass
from typing import Any, Final

from quart import Quart, Response, has_request_context, request
from quart_schema import RequestSchemaValidationError
from werkzeug.exceptions import HTTPException

from control_plane.core.refusals import Refused, told
from control_plane.observability.logging import get_logger
from control_plane.ports.errors import BadSignature, MalformedMessage
from control_plane.ports.infrastructure import BadNumber
from control_plane.ports.people import Overloaded
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.alerts.desk import BadRule, UnknownChannel, UnknownRule, UnknownSilence
from control_plane.services.calls.orders import CallNotLive, NotAccepting, UnknownBot, UnknownCall
from control_plane.services.calls.session import InboxFull
from control_plane.web.json_body import BodyTooLarge, UnreadableBody

log = get_logger("web")


@dataclass(frozen=True, slots=True)
class Problem:
    """How one kind of error is told. `detail` is for people; empty: the error's own text."""

    status: int
    code: str
    title: str
    detail: str = ""
    retry_after: int | None = None


PROBLEMS: Final[dict[type[Exception], Problem]] = {
    BadNumber: Problem(422, "bad_number", "The telephone number cannot be called"),
    UnknownBot: Problem(422, "unknown_bot", "There is no such bot", "Name the id of an existing bot, or none."),
    UnknownCall: Problem(404, "unknown_call", "There is no such call", "No call has this id."),
    CallNotLive: Problem(409, "call_not_live", "The call is not in progress", "It has ended, or is not answered yet."),
    NotAccepting: Problem(503, "not_accepting", "No new calls are taken now", retry_after=10),
    InboxFull: Problem(503, "busy", "The call is overloaded", "Try again in a moment.", retry_after=1),
    StoreUnavailable: Problem(503, "store_unavailable", "The database cannot be reached", "Try again.", retry_after=2),
    BadSignature: Problem(401, "bad_signature", "The signature is not valid", "The request was not taken."),
    MalformedMessage: Problem(400, "malformed", "The message cannot be read", "The request was not taken."),
    BadRule: Problem(422, "bad_rule", "The alert rule could never work"),
    UnknownRule: Problem(404, "unknown_rule", "There is no such alert rule", "No rule has this id."),
    UnknownSilence: Problem(404, "unknown_silence", "There is no such silence", "No silence has this id."),
    UnknownChannel: Problem(404, "unknown_channel", "There is no such channel", "See /api/alerts/channels."),
    Overloaded: Problem(503, "overloaded", "Too many sign in at this moment", "Try again.", retry_after=2),
    UnreadableBody: Problem(400, "unreadable_body", "The body cannot be read"),
    BodyTooLarge: Problem(413, "body_too_large", "The body is too large"),
}


def problem(
    status: int, code: str, *, title: str, detail: str = "", retry_after: int | None = None, **more: Any
) -> tuple[dict[str, Any], int, dict[str, str]]:
    """A problem+json answer; `type` is stable and documented in docs/api.md."""
    body = {"type": f"urn:centralita:problem:{code}", "title": title, "status": status, "code": code, **more}
    if detail:
        body["detail"] = detail
    if has_request_context():
        body["instance"] = request.path
    headers = {"Content-Type": "application/problem+json"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    return body, status, headers


def install(app: Quart) -> None:
    """Register the handlers."""
    for kind in PROBLEMS:
        app.register_error_handler(kind, _known)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(RequestSchemaValidationError, _invalid)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


async def _known(error: Exception) -> Any:
    return known_problem(error)


def known_problem(error: Exception) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Of an error that is a row of the table."""
    known = PROBLEMS[type(error)]
    detail = known.detail or str(error)
    return problem(known.status, known.code, title=known.title, detail=detail, retry_after=known.retry_after)


async def _refused(refused: Refused) -> Any:
    how = told(refused)
    faults = [{"field": fault.field, "message": fault.message} for fault in refused.faults]
    body, status, headers = problem(how.status, refused.code, title=how.title, detail=refused.detail)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return {**body, "errors": faults} if faults else body, status, headers


async def _invalid(error: RequestSchemaValidationError) -> Any:
    cause = error.validation_error
    faults = []
    if hasattr(cause, "errors"):
        for fault in cause.errors(include_url=False, include_input=False, include_context=False):
            faults.append({"field": ".".join(map(str, fault["loc"])), "message": fault["msg"]})
    return problem(422, "invalid", title="The request is not valid", detail="See `errors`.", errors=faults)


async def _http(error: HTTPException) -> Any:
    if isinstance(error.response, Response):
        return error.response
    return http_problem(error)


def http_problem(error: HTTPException) -> tuple[dict[str, Any], int, dict[str, str]]:
    body, status, headers = problem(error.code or 500, error.name.lower().replace(" ", "_"), title=error.name)
    # Beside its text an HTTP error has headers that its status demands: Allow, Content-Range.
    return body, status, {**dict(error.get_headers()), **headers}


async def _fault(error: Exception) -> Any:
    return fault_problem(error)


def fault_problem(error: Exception) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Of whatever nobody foresaw."""
    log.error("request failed", exc_info=error)
    return problem(500, "internal", title="The gateway made a mistake", detail="It is in the log.")
