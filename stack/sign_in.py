"""The token of whoever runs the installation, and the browser that is opened for them."""

import os
import secrets
import tempfile
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FILE_NAME: Final = "auth_token"
_DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY")


def kept_token(data: Path) -> str:
    """The token in `data`, made at the first start and readable by its owner only. Raises OSError."""
    path = data / FILE_NAME
    if not _text(path):
        data.mkdir(parents=True, exist_ok=True)
        _make(path)
    path.chmod(0o600)
    return _text(path)


def _text(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


def _make(path: Path) -> None:
    """Complete or absent, never half-written."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE_NAME}-")  # mode 0600
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32))
    Path(draft).replace(path)


def open_browser(url: str, environment: Mapping[str, str], *, platform: str) -> bool:
    """False where there is no screen: a browser in the terminal would only be in the way."""
    if platform == "linux" and not any(environment.get(name) for name in _DISPLAYS):
        return False
    return webbrowser.open(url)
