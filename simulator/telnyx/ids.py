"""Handles of legs as the carrier makes them: opaque, with characters that need quoting in a path."""

import base64
import secrets
import string
from typing import Final

_PREFIX: Final = "v3:"
_ALPHABET: Final = frozenset(string.ascii_letters + string.digits + "-_")


def call_control_id() -> str:
    return _PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(36)).decode().rstrip("=")


def is_call_control_id(text: str) -> bool:
    """Whether it has the form of one."""
    body = text.removeprefix(_PREFIX)
    return text != body and bool(body) and set(body) <= _ALPHABET
