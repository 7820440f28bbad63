"""Which keys name a blob."""

import re
from typing import Final

MAX_KEY_LENGTH: Final = 512

_KEY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


def checked(key: str) -> str:
    """The key, if it is a relative path of plain names that do not begin with a dot. Raises ValueError."""
    if len(key) > MAX_KEY_LENGTH or not _KEY.fullmatch(key):
        raise ValueError("blob key: only letters, digits, '.', '_', '-' and '/' between names")
    return key
