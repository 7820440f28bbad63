"""Which settings the sidecar has: the only place in it that reads the environment."""

import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values

NAMES: Final = (
    "METRICS_HOST",
    "METRICS_PORT",
    "CONTROL_PLANE_URLS",
    "NODE_PORT",
    "AUTH_TOKEN",
    "METRICS_POLL_SECONDS",
    "CALLBACK_LOG",
    "DATA_DIR",
    "LOG_LEVEL",
)
LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
MOST_CONTROL_PLANES: Final = 32
NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
"""What a process may be called: what `NODE_ID` allows."""


class SettingsError(Exception):
    """The settings cannot be used. `faults` are all that were found; no value is ever in them."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join((f"{len(faults)} setting(s) cannot be used:", *(f"  - {each}" for each in faults))))


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarSettings:
    """Where the sidecar listens, whom it watches and where it keeps the callback queue."""

    host: str = "127.0.0.1"
    port: int = 3009
    control_planes: Mapping[str, str] = field(default_factory=lambda: {"main": "http://127.0.0.1:3008"})
    """Name to address, without a slash at the end."""
    auth_token: str = field(default="", repr=False)
    poll_seconds: float = 2.0
    callback_log: Path | None = None
    data_dir: Path = Path("var")
    log_level: str = "INFO"

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, env_file: str | Path | None = ".env") -> Self:
        """Environment, then `<NAME>_FILE`, then `SECRETS_DIR`, then `.env`; empty counts as not set.

        Raises SettingsError with everything that is wrong.
        """
        faults: list[str] = []
        texts = _look_around(os.environ if environment is None else environment, env_file, faults=faults)
        settings = cls(
            host=texts.get("METRICS_HOST", "127.0.0.1"),
            port=_port(texts, "METRICS_PORT", default=3009, faults=faults),
            control_planes=_control_planes(texts, faults),
            auth_token=texts.get("AUTH_TOKEN", ""),
            poll_seconds=_seconds(texts, faults),
            callback_log=Path(texts["CALLBACK_LOG"]) if "CALLBACK_LOG" in texts else None,
            data_dir=Path(texts.get("DATA_DIR", "var")),
            log_level=_level(texts, faults),
        )
        if faults:
            raise SettingsError(faults)
        return settings


def _look_around(environment: Mapping[str, str], env_file: str | Path | None, *, faults: list[str]) -> dict[str, str]:
    written = _filled(dotenv_values(env_file, interpolate=False)) if env_file and Path(env_file).is_file() else {}
    given = _filled(environment)
    places = {**written, **given}
    mounted = dict(_mounted(places.get("SECRETS_DIR", ""), faults))
    named = dict(_named(places, faults))
    return {**written, **_filled(mounted), **_filled(named), **given}


def _filled(variables: Mapping[str, str | None]) -> dict[str, str]:
    return {name.upper(): value.strip() for name, value in variables.items() if value and value.strip()}


def _named(places: Mapping[str, str], faults: list[str]) -> Iterator[tuple[str, str]]:
    for name in NAMES:
        if path := places.get(f"{name}_FILE"):
            yield name, _text(Path(path), f"{name}_FILE names a file that cannot be read", faults=faults)


def _mounted(directory: str, faults: list[str]) -> Iterator[tuple[str, str]]:
    """Files named like the variable, in either case, as container platforms mount them."""
    if not directory:
        return
    if not Path(directory).is_dir():
        faults.append("SECRETS_DIR names no directory")
        return
    for path in sorted(Path(directory).iterdir()):
        if path.name.upper() in NAMES and path.is_file():
            yield path.name, _text(path, f"SECRETS_DIR holds a file {path.name} that cannot be read", faults=faults)


def _text(path: Path, fault: str, *, faults: list[str]) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        faults.append(fault)
        return ""


def _port(texts: Mapping[str, str], name: str, *, default: int, faults: list[str]) -> int:
    text = texts.get(name, str(default))
    if re.fullmatch(r"[0-9]{1,5}", text) and 1 <= int(text) <= 65535:
        return int(text)
    faults.append(f"{name} is no port: write a number from 1 to 65535")
    return default


def _seconds(texts: Mapping[str, str], faults: list[str]) -> float:
    try:
        seconds = float(texts.get("METRICS_POLL_SECONDS", "2"))
    except ValueError:
        seconds = math.nan
    if 0.2 <= seconds <= 60:
        return seconds
    faults.append("METRICS_POLL_SECONDS cannot be used: write seconds from 0.2 to 60")
    return 2.0


def _level(texts: Mapping[str, str], faults: list[str]) -> str:
    level = texts.get("LOG_LEVEL", "INFO").upper()
    if level not in LEVELS:
        faults.append(f"LOG_LEVEL is not known: use one of {', '.join(LEVELS)}")
        return "INFO"
    return level


def _control_planes(texts: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    if "CONTROL_PLANE_URLS" not in texts:
        return {"main": f"http://127.0.0.1:{_port(texts, 'NODE_PORT', default=3008, faults=faults)}"}
    entries = [entry.strip() for entry in texts["CONTROL_PLANE_URLS"].split(",") if entry.strip()]
    found: dict[str, str] = {}
    for number, entry in enumerate(entries, start=1):
        name, address = _entry(entry, alone=len(entries) == 1, number=number)
        if not NAME.fullmatch(name) or name in found or not _is_address(address):
            faults.append(
                f"CONTROL_PLANE_URLS, entry {number}, cannot be used: write name=http://host:port, "
                "each name once, lower-case letters, digits and hyphens"
            )
            continue
        found[name] = address.rstrip("/")
    if not 1 <= len(entries) <= MOST_CONTROL_PLANES:
        faults.append(f"CONTROL_PLANE_URLS names {len(entries)} control planes: name 1 to {MOST_CONTROL_PLANES}")
    return found


def _entry(entry: str, *, alone: bool, number: int) -> tuple[str, str]:
    """An entry without a name is called `main` when it is the only one, else `node-<number>`."""
    name, equals, address = entry.partition("=")
    if equals and "://" not in name:
        return name.strip(), address.strip()
    return ("main" if alone else f"node-{number}"), entry


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  (reading it is the check)
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain and parts.path in ("", "/")
