"""Signing in with a browser: the token is exchanged for a cookie that scripts cannot read."""

import hmac
from math import ceil
from typing import Annotated, Any, Final, cast

from pydantic import BaseModel, SecretStr, StringConstraints
from quart import Blueprint, Response, current_app, request
from quart.blueprints import BlueprintSetupState
from quart_schema import document_response, validate_request, validate_response

from control_plane.observability.logging import get_logger
from control_plane.web import cookie
from control_plane.web.access import foreign_page, from_own_page, scheme, session_expiry
from control_plane.web.attempts import Attempts, address_of
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.view_schemas import Nothing, SessionState

KEY: Final = "centralita.attempts"

log = get_logger("web")

blueprint = Blueprint("session", __name__)


class LoginIn(BaseModel):
    """What to sign in with."""

    token: Annotated[SecretStr, StringConstraints(max_length=1000)]


@blueprint.record_once
def _remember_attempts(state: BlueprintSetupState) -> None:
    state.app.extensions[KEY] = Attempts()


@blueprint.post("/api/auth/login")
@validate_request(LoginIn)
@document_response(Nothing, 204)
async def login(data: LoginIn) -> Any:
    """Sign in with AUTH_TOKEN; the answer sets the cookie."""
    if "origin" in request.headers and not from_own_page():
        return foreign_page()
    here, attempts = gateway(), cast(Attempts, current_app.extensions[KEY])
    address = address_of(request.remote_addr or "", request.headers.get("x-real-ip", ""))
    now = here.clock.steady()
    if wait_s := attempts.wait_s(address, now):
        detail = "Too many wrong tokens came from this address."
        return problem(429, "too_many_attempts", title="Try later", detail=detail, retry_after=ceil(wait_s))
    if not _is_token(data.token.get_secret_value(), here.access.token):
        attempts.failed(address, now)
        log.warning("sign-in refused")
        return problem(401, "wrong_token", title="The token is not right")
    attempts.succeeded(address)
    expires = int(here.clock.wall() + here.access.session_s)
    response = Response("", 204)
    _set(response, cookie.sealed(expires, here.access.token), max_age=int(here.access.session_s))
    return response


@blueprint.post("/api/auth/logout")
@document_response(Nothing, 204)
async def logout() -> Any:
    """Forget the cookie in this browser. One that was copied stays good until it expires or AUTH_TOKEN is changed."""
    if "origin" in request.headers and not from_own_page():
        return foreign_page()
    response = Response("", 204)
    _set(response, "", max_age=0)
    return response


@blueprint.get("/api/auth/session")
@validate_response(SessionState)
async def session() -> SessionState:
    """Whether this browser is signed in."""
    expires = session_expiry()
    return SessionState(signed_in=expires is not None, expires=expires)


def _is_token(given: str, expected: str) -> bool:
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _set(response: Response, value: str, *, max_age: int) -> None:
    secure = scheme() == "https"
    response.set_cookie(cookie.NAME, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="Strict")
    response.headers["Cache-Control"] = "no-store"
