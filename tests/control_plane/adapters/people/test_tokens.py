"""Access tokens: ours are read, all others are not."""

import base64
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from control_plane.adapters.people.keys import ACCESS_TOKENS, derived_key
from control_plane.adapters.people.tokens import SLACK_S, JwtAccessTokens
from control_plane.ports.people import AccessClaims

SECRET = b"a secret of this installation"
NOW = 1_795_280_075.6
CLAIMS = AccessClaims(user_id="usr_1", tenant_id="ten_1", role="owner", session_id="ses_1", ops=True)
TOKENS = JwtAccessTokens(SECRET)


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def forged(header: Any, claims: Any, *, digest: str = "sha256", key: bytes | None = None) -> str:
    said = f"{part(header)}.{part(claims)}"
    key = derived_key(SECRET, ACCESS_TOKENS) if key is None else key
    signature = base64.urlsafe_b64encode(hmac.digest(key, said.encode(), digest)).rstrip(b"=").decode()
    return f"{said}.{signature}"


GOOD: dict[str, Any] = {
    "iss": "centralita",
    "sub": "usr_1",
    "ten": "ten_1",
    "rol": "owner",
    "sid": "ses_1",
    "ops": True,
    "iat": int(NOW),
    "exp": int(NOW) + 900,
}
HS256 = {"alg": "HS256", "typ": "JWT"}


def test_what_was_issued_is_read() -> None:
    token = TOKENS.issue(CLAIMS, now=NOW, ttl_s=900)
    expected = replace(CLAIMS, issued_at=1_795_280_075.0, expires_at=1_795_280_975.0)
    assert TOKENS.read(token, now=NOW) == expected
    assert TOKENS.read(token, now=NOW + 899) == expected


def test_a_token_is_what_the_sidecar_and_the_standard_expect() -> None:
    assert TOKENS.issue(CLAIMS, now=NOW, ttl_s=900).count(".") == 2
    assert TOKENS.read(forged(HS256, GOOD), now=NOW) is not None


def test_it_ends_with_some_slack_for_the_clocks() -> None:
    token = TOKENS.issue(CLAIMS, now=NOW, ttl_s=60)
    assert TOKENS.read(token, now=int(NOW) + 60 + SLACK_S - 0.1) is not None
    assert TOKENS.read(token, now=int(NOW) + 60 + SLACK_S) is None


def test_one_from_the_future_does_not_count_yet() -> None:
    token = TOKENS.issue(CLAIMS, now=NOW, ttl_s=60)
    assert TOKENS.read(token, now=int(NOW) - SLACK_S) is not None
    assert TOKENS.read(token, now=int(NOW) - SLACK_S - 0.1) is None


def test_another_installation_reads_nothing() -> None:
    assert JwtAccessTokens(b"another").read(TOKENS.issue(CLAIMS, now=NOW, ttl_s=60), now=NOW) is None


@pytest.mark.parametrize(
    "token",
    [
        *("", ".", "..", "a.b.c", "é.é.é", "x" * 5000, f"{part(HS256)}.{part(GOOD)}.", f"{part(HS256)}.{part(GOOD)}"),
        *(f"{part({'alg': alg})}.{part(GOOD)}." for alg in ("none", "None", "NONE", "")),
        forged({"alg": "none"}, GOOD),
        forged({"alg": "HS512"}, GOOD, digest="sha512"),
        forged({"alg": "HS384"}, GOOD, digest="sha384"),
        forged({"typ": "JWT"}, GOOD),
        forged({"alg": "RS256"}, GOOD),
        forged(HS256, GOOD, key=b""),
        forged(HS256, GOOD, key=SECRET),
        forged({**HS256, "crit": ["exp"]}, GOOD),
        forged([HS256], GOOD),
    ],
)
def test_other_signatures_and_algorithms_are_refused(token: str) -> None:
    assert TOKENS.read(token, now=NOW) is None


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_claim_that_is_missing_or_of_another_kind_is_refused(name: str) -> None:
    assert TOKENS.read(forged(HS256, {key: value for key, value in GOOD.items() if key != name}), now=NOW) is None
    for odd in (None, [], {}, 1.5, 7 if isinstance(GOOD[name], str) else "1"):
        assert TOKENS.read(forged(HS256, {**GOOD, name: odd}), now=NOW) is None


@pytest.mark.parametrize(
    "claims", [{**GOOD, "iss": "somebody"}, [], "x", 7, {**GOOD, "exp": 10**400}, {**GOOD, "iat": -(10**400)}]
)
def test_what_somebody_else_says_is_refused(claims: Any) -> None:
    assert TOKENS.read(forged(HS256, claims), now=NOW) is None


def test_every_changed_letter_is_noticed() -> None:
    token = TOKENS.issue(CLAIMS, now=NOW, ttl_s=60)
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert TOKENS.read(changed, now=NOW) is None, place


def test_an_empty_secret_is_none() -> None:
    with pytest.raises(ValueError, match="empty"):
        JwtAccessTokens(b"")
