"""How access tokens are written and read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from control_plane.adapters.people.keys import ACCESS_TOKENS, derived_key
from control_plane.ports.people import AccessClaims

ISSUER: Final = "centralita"
ALGORITHM: Final = "HS256"
SLACK_S: Final = 5.0
"""How far the clocks of our machines may be apart."""
LONGEST: Final = 2048
"""Characters; what is longer is not even taken apart."""
END_OF_TIME: Final = 10**12
"""Unix seconds; numbers beyond are no times."""

TEXTS: Final[Mapping[str, str]] = {"sub": "user_id", "ten": "tenant_id", "rol": "role", "sid": "session_id"}
"""Claim to field. Further claims: `iss`, `iat`, `exp`, `ops`."""


class JwtAccessTokens:
    """The AccessTokens port: JSON web tokens signed with a key of ours. One algorithm; the token has no say in it."""

    def __init__(self, secret: bytes) -> None:
        self._key = OctKey.import_key(derived_key(secret, ACCESS_TOKENS))

    def issue(self, claims: AccessClaims, *, now: float, ttl_s: int) -> str:
        content: dict[str, Any] = {claim: getattr(claims, field) for claim, field in TEXTS.items()}
        content |= {"iss": ISSUER, "ops": claims.ops, "iat": int(now), "exp": int(now) + ttl_s}
        return jwt.encode({"alg": ALGORITHM, "typ": "JWT"}, content, self._key, algorithms=[ALGORITHM])

    def read(self, token: str, *, now: float) -> AccessClaims | None:
        if len(token) > LONGEST or not token.isascii():
            return None
        try:
            content = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError):
            return None
        claims = _claims(content)
        if claims is None or claims.issued_at > now + SLACK_S or claims.expires_at + SLACK_S <= now:
            return None
        return claims


def _claims(content: Mapping[str, Any]) -> AccessClaims | None:
    texts = {field: content[claim] for claim, field in TEXTS.items() if isinstance(content.get(claim), str)}
    match content:
        case {"iss": issuer, "ops": bool(ops), "iat": int(issued), "exp": int(expires)} if (
            issuer == ISSUER and 0 <= issued < expires < END_OF_TIME
        ):
            said = AccessClaims(**texts, ops=ops) if len(texts) == len(TEXTS) else None
            return said and replace(said, issued_at=float(issued), expires_at=float(expires))
    return None
