"""Who is let in."""

import base64
import hmac
import json
from typing import Any

import pytest

from control_plane.adapters.people.tokens import JwtAccessTokens
from control_plane.ports.people import AccessClaims
from metrics_sidecar.access import Access, Caller, decide, is_session, joined

TOKEN = "secret"
KEY = bytes.fromhex("af2a666ddaef18db97b289795f9f54841a760a3de3f256c9e1ef55f1460b88fd")
EXPIRES = 2_000_000_000
HEADER = {"alg": "HS256", "typ": "JWT"}
CLAIMS = {"iss": "centralita", "sub": "usr_1", "ops": True, "iat": EXPIRES - 900, "exp": EXPIRES}
NOW = float(EXPIRES - 800)


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def signed(claims: Any, *, header: Any = HEADER, key: bytes = KEY, digest: str = "sha256") -> str:
    said = f"{part(header)}.{part(claims)}"
    return f"{said}.{base64.urlsafe_b64encode(hmac.digest(key, said.encode(), digest)).rstrip(b'=').decode()}"


SESSION = signed(CLAIMS)
COOKIE = {"cookie": f"a=b; centralita_session={SESSION}"}


def asked(*, method: str = "GET", address: str = "10.1.1.1", **headers: str) -> Caller:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Caller(method=method, scheme="http", address=address, headers={"host": "gateway.example", **named})


def decided(caller: Caller, *, token: str = TOKEN, now: float = NOW, trust: bool = True) -> Access:
    return decide(caller, token, now=now, trust_loopback=trust)


@pytest.mark.parametrize("ops", [True, False])
def test_a_token_of_the_control_plane_opens_operations_when_it_says_so(ops: bool) -> None:
    claims = AccessClaims(user_id="usr_1", tenant_id="ten_1", role="owner", session_id="ses_1", ops=ops)
    issued = JwtAccessTokens(TOKEN.encode()).issue(claims, now=NOW, ttl_s=60)
    assert is_session(issued, TOKEN, now=NOW) is ops
    assert not is_session(issued, "another", now=NOW)


def test_both_programs_agree_on_the_key_and_on_who_is_let_in() -> None:
    assert is_session(SESSION, TOKEN, now=NOW)
    full = {**CLAIMS, "ten": "ten_1", "rol": "owner", "sid": "ses_1"}
    assert JwtAccessTokens(TOKEN.encode()).read(signed(full), now=NOW) is not None


@pytest.mark.parametrize(
    "value",
    [
        *("", ".", "..", "...", "v1.2000000000.842a", SESSION[:-1], SESSION + "A", SESSION + "=", f" {SESSION}"),
        *(f"{part({'alg': alg})}.{part(CLAIMS)}." for alg in ("none", "None", "")),
        signed(CLAIMS, header={"alg": "none"}),
        signed(CLAIMS, header={"alg": "HS512"}, digest="sha512"),
        signed(CLAIMS, header={"alg": "HS512"}),
        signed(CLAIMS, header=["HS256"]),
        signed(CLAIMS, key=TOKEN.encode()),
        signed(CLAIMS, key=b""),
        *("é.é.é", "x" * 5000, SESSION.replace(".", "..", 1), SESSION.rpartition(".")[0] + "."),
    ],
)
def test_what_was_not_signed_by_the_control_plane_is_no_session(value: str) -> None:
    assert not is_session(value, TOKEN, now=NOW)


@pytest.mark.parametrize(
    "claims",
    [
        *({**CLAIMS, "iss": "somebody"}, {**CLAIMS, "ops": False}, {**CLAIMS, "ops": 1}, {**CLAIMS, "ops": "true"}),
        *({**CLAIMS, "exp": "x"}, {**CLAIMS, "exp": None}, {**CLAIMS, "iat": EXPIRES}, [], "x"),
        *({key: value for key, value in CLAIMS.items() if key != name} for name in ("iss", "ops", "iat", "exp")),
    ],
)
def test_what_says_something_else_is_no_session(claims: Any) -> None:
    assert not is_session(signed(claims), TOKEN, now=NOW)


def test_what_cannot_be_read_is_no_session() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 1000).decode()
    for said in (f"{deep}.{part(CLAIMS)}", f"{part(HEADER)}.{deep}", f"a.{part(CLAIMS)}", f"{part(HEADER)}./w"):
        signature = base64.urlsafe_b64encode(hmac.digest(KEY, said.encode(), "sha256")).rstrip(b"=").decode()
        assert not is_session(f"{said}.{signature}", TOKEN, now=NOW)


def test_a_session_ends_with_some_slack_for_the_clocks() -> None:
    assert is_session(SESSION, TOKEN, now=EXPIRES + 4.9)
    assert not is_session(SESSION, TOKEN, now=EXPIRES + 5)
    assert not is_session(SESSION, TOKEN, now=0)


def test_without_a_token_no_cookie_and_no_bearer_is_valid() -> None:
    empty = hmac.digest(hmac.digest(bytes(32), b"", "sha256"), b"centralita access tokens v1\x01", "sha256")
    assert not is_session(signed(CLAIMS, key=empty), "", now=NOW)
    assert decided(asked(authorization="Bearer "), token="") is Access.UNKNOWN


def test_token_and_session_are_let_in_from_anywhere() -> None:
    assert decided(asked(authorization="bearer secret")) is Access.GRANTED
    assert decided(asked(**COOKIE)) is Access.GRANTED
    assert decided(asked(authorization="Bearer secres")) is Access.UNKNOWN
    assert decided(asked(authorization="Basic secret")) is Access.UNKNOWN


def test_a_session_changes_things_only_from_our_own_pages() -> None:
    assert decided(asked(method="POST", **COOKIE)) is Access.FOREIGN
    assert decided(asked(method="POST", origin="http://evil.example", **COOKIE)) is Access.FOREIGN
    assert decided(asked(method="POST", origin="http://gateway.example", **COOKIE)) is Access.GRANTED
    secure = asked(method="POST", origin="https://gateway.example", x_forwarded_proto="https", **COOKIE)
    assert decided(secure) is Access.GRANTED


def test_a_direct_connection_over_loopback_is_trusted_where_that_is_asked_for() -> None:
    local = asked(address="127.0.0.1", host="127.0.0.1:3009")
    assert decided(local) is Access.GRANTED
    assert decided(local, trust=False) is Access.UNKNOWN


@pytest.mark.parametrize(
    "headers",
    [
        {"x_forwarded_for": "1.2.3.4"},
        {"x_real_ip": "1.2.3.4"},
        {"forwarded": "for=1.2.3.4"},
        {"origin": "http://evil.example"},
        {"host": "evil.example"},
        {"host": "[broken"},
    ],
)
def test_who_speaks_for_others_is_not_this_machine(headers: dict[str, str]) -> None:
    assert decided(asked(address="127.0.0.1", **{"host": "127.0.0.1:3009", **headers})) is Access.UNKNOWN


def test_repeated_headers_are_seen_together() -> None:
    assert joined([(b"Cookie", b"a=b"), (b"cookie", b"c=d"), (b"X-A", b"1")]) == {"cookie": "a=b; c=d", "x-a": "1"}
