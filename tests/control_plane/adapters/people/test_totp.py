"""Codes by the clock, and on paper."""

import re
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pyotp
import pytest

from control_plane.adapters.people.secrets import HashedSecrets
from control_plane.adapters.people.totp import TotpCodes

CODES = TotpCodes(HashedSecrets(b"a secret of this installation"))
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOW = 1_795_280_085.0
STEP = int(NOW) // 30


def code_at(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


@pytest.mark.parametrize(("now", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_the_examples_of_the_standard_hold(now: int, code: str) -> None:
    assert CODES.verify(RFC_SECRET, code, now=float(now), last_step=0) == now // 30


@pytest.mark.parametrize(("offset", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_early_or_late_is_fine(offset: int, good: bool) -> None:
    secret = CODES.new_secret()
    found = CODES.verify(secret, code_at(secret, STEP + offset), now=NOW, last_step=0)
    assert found == (STEP + offset if good else None)


def test_a_code_works_once_and_none_before_it() -> None:
    secret = CODES.new_secret()
    used = CODES.verify(secret, code_at(secret, STEP), now=NOW, last_step=0)
    assert used == STEP
    assert CODES.verify(secret, code_at(secret, STEP), now=NOW, last_step=used) is None
    assert CODES.verify(secret, code_at(secret, STEP - 1), now=NOW, last_step=used) is None
    assert CODES.verify(secret, code_at(secret, STEP + 1), now=NOW + 30, last_step=used) == STEP + 1


def test_blanks_do_not_matter() -> None:
    code = code_at(RFC_SECRET, STEP)
    assert CODES.verify(RFC_SECRET, f" {code[:3]} {code[3:]} ", now=NOW, last_step=0) == STEP


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\ud800", "-12345", "1" * 5000])
def test_what_is_no_code_is_none(code: str) -> None:
    assert CODES.verify(RFC_SECRET, code, now=NOW, last_step=0) is None


def test_secrets_are_as_long_as_the_hash() -> None:
    assert re.fullmatch(r"[A-Z2-7]{32}", CODES.new_secret())
    assert CODES.new_secret() != CODES.new_secret()


def test_programs_get_an_address_with_everything_in_it() -> None:
    uri = CODES.uri(RFC_SECRET, account="ana@example.com", issuer="Centralita")
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parse_qs(parts.query) == {"secret": [RFC_SECRET], "issuer": ["Centralita"]}


def test_the_picture_refers_to_nothing_outside() -> None:
    svg = CODES.qr_svg(CODES.uri(RFC_SECRET, account="ana@example.com", issuer="Centralita"))
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox")
    assert "href" not in svg
    assert "url(" not in svg


def test_recovery_codes_are_known_however_they_are_written() -> None:
    codes = CODES.new_recovery_codes()
    assert len({code.token for code in codes}) == 8
    for code, hashed in codes:
        assert re.fullmatch(r"[0-9a-z]{5}-[0-9a-z]{5}", code)
        assert CODES.recovery_hash(f"  {code.upper().replace('-', ' ')} ") == hashed
        assert CODES.recovery_hash(code[:-1]) != hashed
