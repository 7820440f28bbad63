"""How a session is handed to a browser or a program."""

from typing import Final, Literal

from quart import Response, request

from control_plane.core.refusals import invalid
from control_plane.resources.people.sessions import Person
from control_plane.services.people import rights
from control_plane.services.people.parts import ACCESS_S
from control_plane.services.people.sessions import Grant
from control_plane.web.access import scheme
from control_plane.web.auth_schemas import Me, SignedIn
from control_plane.web.current import gateway
from control_plane.web.identity import COOKIE

REFRESH_COOKIE: Final = "centralita_refresh"
REFRESH_PATH: Final = "/api/auth"

Mode = Literal["cookie", "token"]


def check_mode(mode: Mode) -> None:
    """Scripts of a page never see tokens. Raises Refused."""
    if mode == "token" and "origin" in request.headers:
        raise invalid("mode", "Pages get cookies; tokens are for programs.")


def signed_in(grant: Grant, mode: Mode, *, status: int = 200) -> Response:
    """The answer to somebody who has just proved who they are."""
    told = SignedIn(user=me(grant.person), expires=grant.person.expires_at, access_expires=grant.access_expires)
    if mode == "token":
        told.access_token, told.refresh_token = grant.access_token, grant.refresh_token
    response = Response(told.model_dump_json(), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if mode == "cookie":
        session_s = int(gateway().people.parts.policy.session_s)
        _set(response, COOKIE, value=grant.access_token, max_age=ACCESS_S)
        _set(response, REFRESH_COOKIE, value=grant.refresh_token, max_age=session_s)
    return response


def signed_out() -> Response:
    response = Response("", 204)
    response.headers["Cache-Control"] = "no-store"
    for name in (COOKIE, REFRESH_COOKIE):
        _set(response, name, value="", max_age=0)
    return response


def me(person: Person) -> Me:
    return Me(
        id=person.user_id,
        name=person.name,
        email=person.email,
        role=person.role,
        tenant_id=person.tenant_id,
        tenant_name=person.tenant_name,
        permissions=sorted(rights.permissions(person)),
        language="en" if person.language == "en" else "es" if person.language else "",
        totp=person.totp,
        recovery_codes_left=person.recovery_codes_left,
    )


def _set(response: Response, name: str, *, value: str, max_age: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=REFRESH_PATH if name == REFRESH_COOKIE else "/",
        secure=scheme() == "https",
        httponly=True,
        samesite="Strict",
    )
