"""How the keys of signing in come from the one secret of an installation."""

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ACCESS_TOKENS: Final = b"centralita access tokens v1"
"""The metrics sidecar derives the same key, from AUTH_TOKEN."""
STORED_SECRETS: Final = b"centralita stored secrets v1"
ONE_TIME_CODES: Final = b"centralita one-time codes v1"
OUTBOUND_WEBHOOKS: Final = b"centralita outbound webhooks v1"


def derived_key(secret: bytes, purpose: bytes) -> bytes:
    """32 bytes; keys of different purposes say nothing about each other or the secret (HKDF-SHA256, no salt)."""
    if not secret:
        raise ValueError("an empty secret protects nothing")
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)
