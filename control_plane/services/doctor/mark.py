"""What shows a gateway that a webhook is the doctor's: it is refused like any forgery, but no sign of one."""

import hashlib
import hmac
from typing import Final

from control_plane.ports.infrastructure import Clock

HEADER: Final = "x-centralita-doctor"
VALID_S: Final = 60.0
"""An examination lasts less, and clocks of one installation differ less."""


class Mark:
    """Made with the secret that the processes of an installation share, by whichever of them the doctor runs in."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def make(self) -> str:
        at = str(int(self._clock.wall()))
        return f"{at}.{self._seal(at)}"

    def holds(self, text: str) -> bool:
        """Takes anything a stranger may send."""
        at, _, seal = text.partition(".")
        if not hmac.compare_digest(seal.encode(errors="replace"), self._seal(at).encode()):
            return False
        return abs(self._clock.wall() - int(at)) <= VALID_S

    def _seal(self, at: str) -> str:
        message = b"centralita doctor\0" + at.encode(errors="replace")
        return hmac.digest(self._secret, message, hashlib.sha256).hex()
