"""What people do with their own account."""

from quart import Blueprint, Response
from quart_schema import document_response, validate_request, validate_response

from control_plane.core.refusals import Refused
from control_plane.resources.people.sessions import Person
from control_plane.services.people.people import OwnChange
from control_plane.web.access import asker
from control_plane.web.auth_answer import me, signed_out
from control_plane.web.auth_schemas import (
    ConfirmPasswordIn,
    ForgotPasswordIn,
    Me,
    MeIn,
    PasswordIn,
    RecoveryCodes,
    ResetPasswordIn,
    TotpBegun,
    TotpCodeIn,
)
from control_plane.web.current import gateway
from control_plane.web.identity import client
from control_plane.web.needs import SIGNED_IN, needs
from control_plane.web.operation import fails
from control_plane.web.view_schemas import Nothing

blueprint = Blueprint("auth_account", __name__)


def _person() -> Person:
    """Who is signed in. Raises Refused for keys and the operator."""
    person = asker().person
    if person is None:
        raise Refused("users_only", "A key or AUTH_TOKEN has no account: sign in.")
    return person


@blueprint.get("/api/auth/me")
@needs(SIGNED_IN)
@fails("users_only")
@validate_response(Me)
async def show_me() -> Me:
    """Who is signed in, and what they may do."""
    return me(_person())


@blueprint.patch("/api/auth/me")
@needs(SIGNED_IN)
@fails("users_only", "changed_meanwhile")
@validate_request(MeIn)
@validate_response(Me)
async def change_me(data: MeIn) -> Me:
    """Change one's own name or language."""
    change = OwnChange(name=data.name, language=data.language)
    return me(await gateway().people.rename(_person(), change, client=client()))


@blueprint.post("/api/auth/logout-everywhere")
@needs(SIGNED_IN)
@fails("users_only")
@document_response(Nothing, 204)
async def logout_everywhere() -> Response:
    """Sign out of all browsers and programs, this one too."""
    await gateway().people.sessions.end_everywhere(_person(), client())
    return signed_out()


@blueprint.post("/api/auth/password")
@needs(SIGNED_IN)
@fails("users_only", "wrong_password", "weak_password", "too_many_attempts", "overloaded")
@validate_request(PasswordIn)
@document_response(Nothing, 204)
async def change_password(data: PasswordIn) -> Response:
    """Choose another password; the user's other sessions end."""
    old, new = data.old_password.get_secret_value(), data.new_password.get_secret_value()
    await gateway().people.passwords.change(_person(), old=old, new=new, client=client())
    return Response("", 204)


@blueprint.post("/api/auth/forgot-password")
@fails("foreign_origin")
@validate_request(ForgotPasswordIn)
@document_response(Nothing, 202)
async def forgot_password(data: ForgotPasswordIn) -> Response:
    """Ask for a link for a new password, good for one hour. The answer is the same whether somebody has the address or
    not.
    """
    gateway().people.passwords.forgot(data.email, client())
    return Response("", 202)


@blueprint.post("/api/auth/reset-password")
@fails("foreign_origin", "bad_link", "weak_password", "overloaded")
@validate_request(ResetPasswordIn)
@document_response(Nothing, 204)
async def reset_password(data: ResetPasswordIn) -> Response:
    """Choose a new password with a link that was mailed; all sessions end."""
    token, password = data.token.get_secret_value(), data.password.get_secret_value()
    await gateway().people.passwords.reset(token, password, client=client())
    return Response("", 204)


@blueprint.post("/api/auth/totp/begin")
@needs(SIGNED_IN)
@fails("users_only", "wrong_password", "totp_on", "too_many_attempts", "overloaded")
@validate_request(ConfirmPasswordIn)
@validate_response(TotpBegun)
async def totp_begin(data: ConfirmPasswordIn) -> TotpBegun:
    """Get a secret for an authenticator. Codes are asked for once it is confirmed."""
    password = data.password.get_secret_value()
    begun = await gateway().people.codes.begin(_person(), password, client=client())
    return TotpBegun(secret=begun.secret, uri=begun.uri, qr_svg=begun.qr_svg)


@blueprint.post("/api/auth/totp/confirm")
@needs(SIGNED_IN)
@fails("users_only", "wrong_code")
@validate_request(TotpCodeIn)
@validate_response(RecoveryCodes)
async def totp_confirm(data: TotpCodeIn) -> RecoveryCodes:
    """Show that the authenticator works; from now on signing in asks for its codes. Recovery codes are told once."""
    codes = await gateway().people.codes.confirm(_person(), data.code, client=client())
    return RecoveryCodes(recovery_codes=list(codes))


@blueprint.post("/api/auth/totp/disable")
@needs(SIGNED_IN)
@fails("users_only", "wrong_password", "too_many_attempts", "overloaded")
@validate_request(ConfirmPasswordIn)
@document_response(Nothing, 204)
async def totp_disable(data: ConfirmPasswordIn) -> Response:
    """Sign in without codes from now on."""
    await gateway().people.codes.disable(_person(), data.password.get_secret_value(), client=client())
    return Response("", 204)
