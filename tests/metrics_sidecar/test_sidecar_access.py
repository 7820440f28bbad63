"""Who is let in."""

import hmac

import pytest

from metrics_sidecar.access import Access, Caller, decide, is_session, joined

TOKEN = "secret"
EXPIRES = 2_000_000_000
SIGNATURE = hmac.new(b"secret", b"centralita session v1.2000000000", "sha256").hexdigest()
SESSION = f"v1.{EXPIRES}.{SIGNATURE}"
COOKIE = {"cookie": f"a=b; centralita_session={SESSION}"}


def asked(*, method: str = "GET", address: str = "10.1.1.1", **headers: str) -> Caller:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Caller(method=method, scheme="http", address=address, headers={"host": "gateway.example", **named})


def decided(caller: Caller, *, token: str = TOKEN, now: float = 0.0, trust: bool = True) -> Access:
    return decide(caller, token, now=now, trust_loopback=trust)


def test_the_signature_is_the_agreed_one() -> None:
    assert SIGNATURE == "842a1394c1de69ccf5b7f23904661e3981ce8f60684cb0fcd25423a56da31889"
    assert is_session(SESSION, TOKEN, now=EXPIRES - 1)


@pytest.mark.parametrize(
    "value",
    [
        *("", "v1", "v1..", "v1.1.é", SESSION[:-1], SESSION + "0", SESSION.replace("v1", "v2")),
        *(SESSION.replace("2000", "2001", 1), f"v1. {EXPIRES}.{SIGNATURE}", f"v1.²{EXPIRES}.{SIGNATURE}"),
        f"v1.{'9' * 5000}.{SIGNATURE}",
    ],
)
def test_what_was_not_signed_is_no_session(value: str) -> None:
    assert not is_session(value, TOKEN, now=0)


def test_a_session_ends() -> None:
    assert not is_session(SESSION, TOKEN, now=EXPIRES)


def test_without_a_token_no_cookie_and_no_bearer_is_valid() -> None:
    empty = hmac.new(b"", b"centralita session v1.2000000000", "sha256").hexdigest()
    assert not is_session(f"v1.{EXPIRES}.{empty}", "", now=0)
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
