"""How codes by the clock are made and checked, and codes on paper."""

import hmac
import io
import re
import secrets
from typing import Final

import pyotp
import segno

from control_plane.ports.people import NewToken, Secrets

STEP_S: Final = 30
WINDOW: Final = (-1, 0, 1)
RECOVERY_CODES: Final = 8
LETTERS: Final = "23456789abcdefghjkmnpqrstvwxyz"
"""None that is taken for another on paper. Ten of them are 49 bits, behind a keyed hash and a rate limit."""
_CODE: Final = re.compile(r"[0-9]{6}", re.ASCII)


class TotpCodes:
    """The OneTimeCodes port: SHA-1, six digits, 30 seconds, which is what all authenticator programs understand."""

    def __init__(self, hashes: Secrets) -> None:
        self._hashes = hashes

    def new_secret(self) -> str:
        return pyotp.random_base32()

    def uri(self, secret: str, *, account: str, issuer: str) -> str:
        return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)

    def qr_svg(self, uri: str) -> str:
        picture = io.BytesIO()
        code = segno.make(uri, error="m", micro=False)
        code.save(picture, kind="svg", xmldecl=False, omitsize=True, light="#fff", svgclass=None, lineclass=None)
        return picture.getvalue().decode().strip()

    def verify(self, secret: str, code: str, *, now: float, last_step: int) -> int | None:
        given = "".join(code.split())
        if not _CODE.fullmatch(given):
            return None
        maker = pyotp.TOTP(secret)
        current = int(now) // STEP_S
        steps = [current + offset for offset in WINDOW if current + offset > last_step]
        right = [step for step in steps if hmac.compare_digest(maker.generate_otp(step), given)]
        return right[0] if right else None

    def new_recovery_codes(self) -> tuple[NewToken, ...]:
        return tuple(self._new_code() for _ in range(RECOVERY_CODES))

    def recovery_hash(self, code: str) -> str:
        letters = "".join(letter for letter in code.lower() if letter.isalnum())
        return self._hashes.hash_of(f"recovery {letters}")

    def _new_code(self) -> NewToken:
        halves = ("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(2))
        code = "-".join(halves)
        return NewToken(code, self.recovery_hash(code))
