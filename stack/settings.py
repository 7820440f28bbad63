"""Which settings the runner itself needs: the one place in `stack` that reads environment and `.env`.

The processes read all of theirs by themselves, from the same places.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from dotenv import dotenv_values


class Settings:
    """Values by name, out of environment, `<NAME>_FILE`, `SECRETS_DIR` and `.env`; an empty one counts as not set."""

    def __init__(self, given: Mapping[str, str], written: Mapping[str, str | None]) -> None:
        self._given = given
        self._written = written

    @classmethod
    def load(cls, folder: Path, given: Mapping[str, str] | None = None) -> Self:
        """`folder` is where the processes will run, and where they look for `.env`."""
        file = folder / ".env"
        written = dotenv_values(file, interpolate=False) if file.is_file() else {}
        return cls(os.environ if given is None else given, written)

    @property
    def environment(self) -> dict[str, str]:
        """What the processes inherit."""
        return dict(self._given)

    def get(self, name: str, default: str = "") -> str:
        places = (
            self._given.get(name),
            self._file(self._plain(f"{name}_FILE")),
            self._mounted(name),
            self._written.get(name),
        )
        return next((text.strip() for text in places if text and text.strip()), default)

    def _plain(self, name: str) -> str:
        return self._given.get(name) or self._written.get(name) or ""

    def _mounted(self, name: str) -> str:
        folder = self._plain("SECRETS_DIR")
        return (self._file(f"{folder}/{name}") or self._file(f"{folder}/{name.lower()}")) if folder else ""

    @staticmethod
    def _file(path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8") if path else ""
        except (OSError, UnicodeDecodeError):
            return ""
