"""How secrets are sealed that the database keeps."""

import base64
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from control_plane.adapters.people.keys import derived_key
from control_plane.core.refusals import Refused

MARK: Final = "sealed:1:"
"""Before the base64 of nonce and sealed text. The number is that of the form."""
NONCE: Final = 12
"""Bytes of chance before each text."""
LOST: Final = "It was sealed with another secret: bring DATA_DIR/secret or STREAM_SECRET back, or make a new one."


class AesSeals:
    """The Seals port with AES-256-GCM. `purpose` (see `keys.py`) keeps what is sealed for one use from another."""

    def __init__(self, secret: bytes, purpose: bytes) -> None:
        self._cipher = AESGCM(derived_key(secret, purpose))

    def seal(self, text: str, *, about: str) -> str:
        nonce = os.urandom(NONCE)
        sealed = self._cipher.encrypt(nonce, text.encode(), about.encode())
        return MARK + base64.urlsafe_b64encode(nonce + sealed).decode()

    def is_sealed(self, kept: str) -> bool:
        return kept.startswith(MARK)

    def open(self, kept: str, *, about: str) -> str:
        if not self.is_sealed(kept):
            return kept
        try:
            raw = base64.urlsafe_b64decode(kept.removeprefix(MARK))
            return self._cipher.decrypt(raw[:NONCE], raw[NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise Refused("secret_lost", LOST) from None

    def shut(self, kept: str, *, about: str) -> str:
        return kept if not kept or self.is_sealed(kept) else self.seal(kept, about=about)
