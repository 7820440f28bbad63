"""Who may use a route, and how often."""

from math import ceil
from typing import Any, Final

from quart import Quart, Response, current_app, g, request

from control_plane.core.people.principal import Principal
from control_plane.core.refusals import Refused
from control_plane.ports.limits import Limit, Verdict
from control_plane.services.calls.orders import UnknownCall
from control_plane.services.people.parts import TooManyKeys
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.identity import Asker, address, from_this_machine, identify, is_operators
from control_plane.web.needs import SIGNED_IN

OPEN: Final = ("/health", "/api/health", "/webhook/", "/blobs/", "/stream/", "/openapi.json", "/docs")
"""Prefixes that answer everybody: strangers learn from health whether calls are taken, and what the API is like; the
others have proofs of their own."""

AUTH: Final = "/api/auth/"
OPEN_AUTH: Final = frozenset(
    AUTH + name
    for name in (
        *("session", "setup", "register", "login", "refresh", "logout"),
        *("link", "accept-invitation", "forgot-password", "reset-password"),
    )
)
"""What strangers do to be strangers no more, and leaving."""

RIGHTS: Final = ("/api/users", "/api/keys", "/api/settings")
"""Below these it is changed who may do what."""

READING: Final = ("GET", "HEAD")
"""Methods that change nothing."""


def install(app: Quart) -> None:
    app.before_request(_check)
    app.register_error_handler(TooManyKeys, _too_many_keys)
    app.after_request(_tell_quota)
    app.after_request(_look_again)


def is_open(path: str) -> bool:
    """Whether it answers everybody."""
    return path == "/" or path in OPEN_AUTH or path.startswith(OPEN)


def authorised() -> bool:
    """Whether this request may learn how the installation does. Looks into no database."""
    return is_operators()


def asker() -> Asker:
    """Who asks. Only in handlers that strangers do not reach."""
    found: Asker = g.asker
    return found


def scheme() -> str:
    """How the browser reached us, the proxies included: the last of them may not know of the TLS of the first."""
    if gateway().access.public == f"https://{request.host}":
        return "https"
    told = request.headers.get("x-forwarded-proto", "")
    return told if told in ("http", "https") else request.scheme


def from_own_page() -> bool:
    """Whether a page that we served sends this."""
    return request.headers.get("origin") == f"{scheme()}://{request.host}"


async def _check() -> Any:
    path = request.path
    if path.startswith("/api/") and not path.isprintable():
        return problem(400, "unreadable_path", title="The path cannot be read")  # no id has such letters, nor databases
    if path.startswith(AUTH) and (refused := await _check_sign_in()):
        return refused
    if is_open(path):
        return None
    found = await identify()
    if found is None:
        return await _stranger()
    g.asker, g.who = found, found.principal
    if found.by_cookie and request.method not in READING and not from_own_page():
        return foreign_page()
    if found.quota and (refused := await _count(found.quota, gateway().people.parts.policy.requests)):
        return refused
    _check_permission(g.who)
    await _check_call(g.who)
    return None


async def _check_sign_in() -> Any:
    """Other pages sign nobody in or out, and nobody tries passwords by the thousand."""
    if request.method in READING:
        return None
    if "origin" in request.headers and not from_own_page():
        return foreign_page()
    if from_this_machine() and "origin" not in request.headers:
        return None
    return await _count(f"auth:{address()}", gateway().people.parts.policy.sign_ins)


async def _stranger() -> Any:
    if refused := await _count(f"stranger:{address()}", gateway().people.parts.policy.requests):
        return refused
    detail = "Sign in, or send an API key, an access token or AUTH_TOKEN as `Authorization: Bearer …`."
    body, status, headers = problem(401, "unauthorized", title="Who asks is not known", detail=detail)
    return body, status, {**headers, "WWW-Authenticate": "Bearer"}


async def _count(key: str, limit: Limit) -> Any:
    """The refusal when it was asked too often; the answer tells the quota in any case."""
    verdict = await gateway().people.parts.limiter.hit(key, limit)
    g.quota = (limit, verdict)
    return None if verdict.allowed else _too_many(verdict)


async def _too_many_keys(tried: TooManyKeys) -> Any:
    g.quota = (tried.limit, tried.verdict)
    return _too_many(tried.verdict)


def _too_many(verdict: Verdict) -> Any:
    return problem(
        429,
        "too_many_requests",
        title="Too many requests",
        detail="Wait as long as Retry-After says.",
        retry_after=ceil(verdict.retry_after_s),
    )


async def _tell_quota(response: Response) -> Response:
    """Of the last quota that the request was counted under."""
    counted: tuple[Limit, Verdict] | None = g.get("quota")
    if counted is not None:
        limit, verdict = counted
        response.headers["RateLimit-Policy"] = f'"default";q={round(limit.rate * 60)};w=60'
        wait = f";t={ceil(verdict.retry_after_s)}" if verdict.retry_after_s else ""
        response.headers["RateLimit"] = f'"default";r={verdict.remaining}{wait}'
    return response


async def _look_again(response: Response) -> Response:
    """What was just changed holds in this process from now on. Here, so that no route can forget it."""
    if request.method not in READING and request.path.startswith(RIGHTS) and response.status_code < 400:
        await gateway().people.forget()
    return response


def _check_permission(who: Principal) -> None:
    """A route says what it needs (`web/needs.py`); one that says nothing is for nobody."""
    if request.endpoint is None:
        return  # there is no such route: whoever is known is told so
    needed = getattr(current_app.view_functions[request.endpoint], "__needs__", "")
    if needed != SIGNED_IN and not who.may(needed):
        raise Refused("not_allowed", f"It needs the permission {needed}.")


async def _check_call(who: Principal) -> None:
    """The calls of others do not exist. Here, so that no route can forget it. Raises UnknownCall."""
    call_id = (request.view_args or {}).get("call_id")
    if call_id is not None and (await gateway().desk.get(call_id)).tenant_id != who.tenant_id:
        raise UnknownCall(call_id)


def foreign_page() -> Any:
    """A browser adds its cookies also to what the page of somebody else sends."""
    detail = "With a session cookie, Origin has to be this server."
    return problem(403, "foreign_origin", title="Another site sent this", detail=detail)
