"""What signing in takes and answers."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from control_plane.resources.fields import Email, Line, Name, printable

Password = Annotated[SecretStr, Field(max_length=1000)]
Token = Annotated[SecretStr, Field(max_length=200)]
Mode = Annotated[
    Literal["cookie", "token"],
    Field(description="`cookie` for pages, `token` for programs, which get their tokens in the answer."),
]
PageLanguage = Literal["", "es", "en"]
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)]


def _asked(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class LoginIn(BaseModel):
    """What to sign in with. `code` when `totp_needed` was answered: of the authenticator, or one on paper."""

    model_config = _asked({"email": "ana@clinica.example", "password": "tres gatos verdes 7"})

    email: Annotated[
        str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254), AfterValidator(printable)
    ]
    password: Password
    code: Code = ""
    mode: Mode = "cookie"


class RegisterIn(BaseModel):
    """A company and its first owner."""

    model_config = _asked(
        {
            "company": "Clínica San Martín",
            "name": "Ana Ruiz",
            "email": "ana@clinica.example",
            "password": "tres gatos verdes 7",
        }
    )

    company: Name
    name: Name
    email: Email
    password: Password
    language: PageLanguage = ""
    mode: Mode = "cookie"


class SetupIn(RegisterIn):
    """The same, with the token of the link that the gateway showed at its start."""

    model_config = _asked(
        {
            "token": "f3Jk…",
            "company": "Clínica San Martín",
            "name": "Ana Ruiz",
            "email": "ana@clinica.example",
            "password": "tres gatos verdes 7",
        }
    )

    token: Token


class LinkIn(BaseModel):
    """The token of a link: what stands after the #."""

    model_config = _asked({"token": "f3Jk…"})

    token: Token


class LinkOut(BaseModel):
    """What the link is for, and for whom."""

    kind: Literal["setup", "invite", "reset"]
    company: str
    email: str
    name: str


class AcceptIn(BaseModel):
    """How an invited user comes in. An empty name is the one of the invitation."""

    model_config = _asked({"token": "f3Jk…", "name": "Ana Ruiz", "password": "tres gatos verdes 7"})

    token: Token
    name: Line = ""
    password: Password
    language: PageLanguage = ""
    mode: Mode = "cookie"


class RefreshIn(BaseModel):
    """Nothing for pages, whose cookie is enough; the refresh token of programs."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{}, {"mode": "token", "refresh_token": "f3Jk…"}]}
    )

    mode: Mode = "cookie"
    refresh_token: Token | None = None


class PasswordIn(BaseModel):
    """A new password, and the one that was good until now."""

    model_config = _asked({"old_password": "tres gatos verdes 7", "new_password": "cuatro perros azules 8"})

    old_password: Password
    new_password: Password


class ForgotPasswordIn(BaseModel):
    """Whose password."""

    model_config = _asked({"email": "ana@clinica.example"})

    email: Email


class ResetPasswordIn(BaseModel):
    """A new password, with the token of the link that was mailed."""

    model_config = _asked({"token": "f3Jk…", "password": "cuatro perros azules 8"})

    token: Token
    password: Password


class ConfirmPasswordIn(BaseModel):
    """That it is still the same person."""

    model_config = _asked({"password": "tres gatos verdes 7"})

    password: Password


class TotpCodeIn(BaseModel):
    """What the authenticator shows."""

    model_config = _asked({"code": "123456"})

    code: Code


class MeIn(BaseModel):
    """What somebody may change about themselves."""

    model_config = _asked({"name": "Ana Ruiz", "language": "es"})

    name: Name | None = None
    language: PageLanguage | None = None


class Me(BaseModel):
    """Somebody who is signed in."""

    id: str
    name: str
    email: str
    role: str
    tenant_id: str
    tenant_name: str
    permissions: list[str]
    language: PageLanguage
    """Of pages and letters; empty: the company's."""
    totp: bool
    """Whether codes of an authenticator are asked for."""
    recovery_codes_left: int


class SignedIn(BaseModel):
    """A session has begun, or goes on."""

    user: Me
    expires: float
    """Of the session, unless it is used before."""
    access_expires: float
    """Then it is time to refresh."""
    access_token: str | None = None
    """With `mode` `token` only, as the next one."""
    refresh_token: str | None = None


class SessionState(BaseModel):
    """Whether somebody is signed in here, and what they could do to be."""

    signed_in: bool
    expires: float | None = None
    """Of the session, unless it is used before."""
    refreshable: bool = False
    """The access token has run out; a refresh brings it back."""
    setup_needed: bool = False
    """Nobody has an account yet: the gateway showed a link at its start."""
    registration: Literal["open", "closed"] = "closed"
    user: Me | None = None


class TotpBegun(BaseModel):
    """What an authenticator needs: shown once."""

    secret: str
    uri: str
    qr_svg: str


class RecoveryCodes(BaseModel):
    """Each is good once, in place of a code of the authenticator: shown once."""

    recovery_codes: list[str]
