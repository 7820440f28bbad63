"""Signing in and out."""

from math import ceil
from typing import Any

from quart import Blueprint, Response, request
from quart_schema import document_response, validate_request, validate_response

from control_plane.core.refusals import Refused
from control_plane.services.people.arrivals import Guest, Newcomer
from control_plane.services.people.parts import Locked
from control_plane.services.people.sign_in import Credentials
from control_plane.web.auth_answer import REFRESH_COOKIE, check_mode, me, signed_in, signed_out
from control_plane.web.auth_schemas import (
    AcceptIn,
    LinkIn,
    LinkOut,
    LoginIn,
    RefreshIn,
    RegisterIn,
    SessionState,
    SetupIn,
    SignedIn,
)
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.identity import client, identify
from control_plane.web.operation import fails, gives
from control_plane.web.view_schemas import Nothing

blueprint = Blueprint("auth", __name__)


@blueprint.app_errorhandler(Locked)
async def _locked(locked: Locked) -> Any:
    detail = "Too many wrong passwords came for this account. A link for a new one unlocks it."
    return problem(429, "too_many_attempts", title="Try later", detail=detail, retry_after=ceil(locked.wait_s))


@blueprint.get("/api/auth/session")
@validate_response(SessionState)
async def session() -> SessionState:
    """Whether somebody is signed in here. Answers everybody."""
    people, asker = gateway().people, await identify()
    person = asker.person if asker is not None else None
    registration = "open" if people.parts.policy.registration_open else "closed"
    needed = person is None and await people.arrivals.setup_needed()
    state = SessionState(signed_in=person is not None, setup_needed=needed, registration=registration)
    if person is not None:
        state.user, state.expires = me(person), person.expires_at
    elif shown := request.cookies.get(REFRESH_COOKIE, ""):
        state.refreshable = await people.sessions.carried_by(shown)
    return state


@blueprint.post("/api/auth/setup")
@fails("foreign_origin", "bad_link", "setup_done", "weak_password", "overloaded")
@gives("Set-Cookie")
@validate_request(SetupIn)
@document_response(SignedIn, 201)
async def setup(data: SetupIn) -> Response:
    """Make the first account of an installation, its owner's, and sign in."""
    check_mode(data.mode)
    token = data.token.get_secret_value()
    grant = await gateway().people.arrivals.set_up(token, _newcomer(data), client=client())
    return signed_in(grant, data.mode, status=201)


@blueprint.post("/api/auth/register")
@fails("foreign_origin", "registration_closed", "email_taken", "weak_password", "overloaded")
@gives("Set-Cookie")
@validate_request(RegisterIn)
@document_response(SignedIn, 201)
async def register(data: RegisterIn) -> Response:
    """Found a company, become its owner and sign in. Where REGISTRATION is open."""
    check_mode(data.mode)
    here = gateway()
    grant = await here.people.arrivals.register(_newcomer(data), client())
    await here.bots.seed_tenant(grant.person.tenant_id)
    return signed_in(grant, data.mode, status=201)


@blueprint.post("/api/auth/link")
@fails("foreign_origin", "bad_link")
@validate_request(LinkIn)
@validate_response(LinkOut)
async def link(data: LinkIn) -> LinkOut:
    """What a link is for, as long as it is good: the page it leads to asks this first."""
    told = await gateway().people.arrivals.told(data.token.get_secret_value())
    return LinkOut.model_validate(told, from_attributes=True)


@blueprint.post("/api/auth/accept-invitation")
@fails("foreign_origin", "bad_link", "weak_password", "overloaded")
@gives("Set-Cookie")
@validate_request(AcceptIn)
@document_response(SignedIn, 201)
async def accept_invitation(data: AcceptIn) -> Response:
    """Choose a password with the link of an invitation, and sign in."""
    check_mode(data.mode)
    guest = Guest(name=data.name, password=data.password.get_secret_value(), language=data.language)
    grant = await gateway().people.arrivals.accept(data.token.get_secret_value(), guest, client=client())
    return signed_in(grant, data.mode, status=201)


@blueprint.post("/api/auth/login")
@fails("foreign_origin", "wrong_credentials", "totp_needed", "wrong_code", "user_disabled")
@fails("too_many_attempts", "overloaded")
@gives("Set-Cookie")
@validate_request(LoginIn)
@document_response(SignedIn)
async def login(data: LoginIn) -> Response:
    """Sign in with a password, and a code where the account asks for one."""
    check_mode(data.mode)
    shown = Credentials(email=data.email, password=data.password.get_secret_value(), code=data.code)
    return signed_in(await gateway().people.sign_ins.sign_in(shown, client()), data.mode)


@blueprint.post("/api/auth/refresh")
@fails("foreign_origin", "session_ended")
@gives("Set-Cookie")
@validate_request(RefreshIn)
@document_response(SignedIn)
async def refresh(data: RefreshIn) -> Any:
    """Exchange a refresh token for new tokens. Each is good once: one that is used again ends the session.

    For ten seconds the same browser gets the same tokens again, as two pages may have asked at once.
    """
    check_mode(data.mode)
    # Of a page only the cookie counts, of a program only the body: a page cannot turn the one into the other.
    in_body = data.refresh_token.get_secret_value() if data.refresh_token else ""
    token = in_body if data.mode == "token" else request.cookies.get(REFRESH_COOKIE, "")
    if not token:
        raise Refused("session_ended", "There is no refresh token: sign in.")
    return signed_in(await gateway().people.sessions.refresh(token, client()), data.mode)


@blueprint.post("/api/auth/logout")
@fails("foreign_origin")
@document_response(Nothing, 204)
async def logout() -> Response:
    """Sign out: the session ends, also where it was copied to."""
    sessions, asker = gateway().people.sessions, await identify()
    if asker is not None and asker.person is not None:
        await sessions.end(asker.person, client())
    elif shown := request.cookies.get(REFRESH_COOKIE, ""):
        await sessions.end_by_token(shown, client())
    return signed_out()


def _newcomer(data: RegisterIn) -> Newcomer:
    return Newcomer(
        company=data.company,
        name=data.name,
        email=data.email,
        password=data.password.get_secret_value(),
        language=data.language,
    )
