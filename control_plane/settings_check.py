"""What can be wrong with settings: contradictions, values of the wrong kind, what real calls still need."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from control_plane.core.web_address import Allowed

if TYPE_CHECKING:
    from control_plane.settings import Settings

E164 = re.compile(r"\+[1-9]\d{7,14}")
HTTP: Final = ("http", "https")
MAIL: Final = ("console", "file", "smtp", "smtps")
DATABASES: Final = ("sqlite", "sqlite+aiosqlite", "postgresql", "postgresql+psycopg", "postgres")


class Severity(StrEnum):
    """What a fault means for the start."""

    FATAL = "fatal"
    """The gateway does not start."""
    MISSING = "missing for real calls"
    """It starts, and calls over a real carrier will not work."""
    WARNING = "warning"
    """It starts; somebody should look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, and what to do about it. Never holds the value."""

    severity: Severity
    name: str
    """The variable, as the operator writes it."""
    text: str
    remedy: str
    field: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.text}: {self.remedy}"


class SettingsError(Exception):
    """The settings cannot be used. `faults` are all that were found, the text lists the fatal ones."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        fatal = [fault for fault in faults if fault.severity is Severity.FATAL]
        super().__init__("\n".join((f"{len(fatal)} setting(s) cannot be used:", *(f"  - {fault}" for fault in fatal))))


def faults(settings: "Settings") -> list[Fault]:
    """Everything that is wrong with the settings, fatal faults first."""
    found = [*settings.found.faults, *_odd_names(settings)]
    for rule in RULES:
        found.extend(rule(settings))
    return sorted(found, key=lambda fault: list(Severity).index(fault.severity))


def is_public(address: str) -> bool:
    """Whether a carrier on the internet could reach this https address."""
    parts = urlsplit(address)
    return parts.scheme == "https" and bool(parts.hostname) and not _is_local(parts.hostname or "")


def _is_local(host: str) -> bool:
    if host == "localhost" or ("." not in host.strip("[]") and ":" not in host):
        return True
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        return False


def _fault(severity: Severity, field: str, *, text: str, remedy: str) -> Fault:
    return Fault(severity=severity, field=field, name=field.upper(), text=text, remedy=remedy)


def _addresses(settings: "Settings") -> Iterator[Fault]:
    fields: Mapping[str, tuple[str, ...]] = {
        "webhook_base_url": HTTP,
        "ws_stream_url": ("ws", "wss"),
        "telnyx_base_url": HTTP,
        "twilio_base_url": HTTP,
        "anthropic_base_url": HTTP,
        "openai_base_url": HTTP,
        "elevenlabs_base_url": (*HTTP, "ws", "wss"),
        "deepgram_base_url": (*HTTP, "ws", "wss"),
        "aws_endpoint_url": HTTP,
        "supabase_url": HTTP,
        "otlp_endpoint": HTTP,
        "sidecar_url": HTTP,
        "node_address": HTTP,
        "redis_url": ("redis", "rediss", "unix"),
    }
    for field in sorted(fields.keys() & settings.model_fields_set):
        value, schemes = str(getattr(settings, field)), fields[field]
        if value and not _is_address(value, schemes):
            wanted = " or ".join(f"{scheme}://" for scheme in schemes)
            yield _fault(
                Severity.FATAL,
                field,
                text="is no address",
                remedy=f"write a complete address that begins with {wanted}",
            )


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  (reading it is the check)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname or parts.scheme == "unix") and " " not in value


def _database(settings: "Settings") -> Iterator[Fault]:
    if settings.database_url.partition("://")[0] not in DATABASES:
        yield _fault(
            Severity.FATAL,
            "database_url",
            text="names a database that is not supported",
            remedy="use sqlite:///path/to/file.db or postgresql://user:password@host/database",
        )
    if settings.supabase_url and "database_url" not in settings.model_fields_set:
        yield _fault(
            Severity.WARNING,
            "supabase_url",
            text="is set, but calls are kept in SQLite",
            remedy="put the project's Postgres connection string (Supabase: Connect) into DATABASE_URL",
        )


def _kinds(settings: "Settings") -> Iterator[Fault]:
    if settings.telnyx_public_key and not _is_ed25519_key(settings.telnyx_public_key):
        yield _fault(
            Severity.FATAL,
            "telnyx_public_key",
            text="is not the base64 of 32 bytes",
            remedy="copy the public key from the Telnyx portal (Keys & Credentials) as it is, without PEM lines",
        )
    for field in ("telnyx_phone_number", "twilio_phone_number", "transfer_number"):
        number = str(getattr(settings, field))
        if number and not E164.fullmatch(number):
            yield _fault(
                Severity.FATAL, field, text="is not in E.164 form", remedy="write +, country code and number, no spaces"
            )
    if not _is_time_zone(settings.default_time_zone):
        yield _fault(
            Severity.FATAL,
            "default_time_zone",
            text="is no time zone",
            remedy="use an IANA name such as America/Bogota",
        )
    if settings.carrier not in CARRIER_NEEDS:
        choice = ", ".join(CARRIER_NEEDS)
        yield _fault(Severity.FATAL, "carrier", text="is not known", remedy=f"use one of: {choice}")


def _outside(settings: "Settings") -> Iterator[Fault]:
    way = settings.mail_url.partition(":")[0]
    if way not in MAIL:
        remedy = "use console:, file:<folder>, smtp://user:password@host:587 or smtps://user:password@host"
        yield _fault(Severity.FATAL, "mail_url", text="names no way of sending mail", remedy=remedy)
    try:
        Allowed.parse(settings.outbound_allow)
    except ValueError:
        remedy = "separate them by commas: 10.1.0.0/16,hooks.intranet"
        yield _fault(Severity.FATAL, "outbound_allow", text="holds what is neither network nor host", remedy=remedy)


def _is_ed25519_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _contradictions(settings: "Settings") -> Iterator[Fault]:
    if settings.stream_port == settings.api_port:
        remedy = "give the media sockets a port of their own, or write 0 and they come to API_PORT"
        yield _fault(Severity.FATAL, "stream_port", text="is the same as API_PORT", remedy=remedy)
    if settings.webhook_port and settings.webhook_port in (settings.api_port, settings.stream_port):
        yield _fault(Severity.FATAL, "webhook_port", text="is another's too", remedy="choose one of its own, or 0")
    if settings.playout_chunk_ms > settings.playout_lead_ms:
        yield _fault(
            Severity.FATAL,
            "playout_chunk_ms",
            text="is larger than PLAYOUT_LEAD_MS",
            remedy="a chunk has to fit into the lead: lower the one or raise the other",
        )
    if is_public(settings.webhook_base_url) and urlsplit(settings.ws_stream_url).scheme == "ws":
        yield _fault(
            Severity.FATAL,
            "ws_stream_url",
            text="is ws:// while WEBHOOK_BASE_URL is public",
            remedy="use wss://: carriers do not stream calls unencrypted over the internet",
        )
    if bool(settings.aws_access_key_id.get_secret_value()) != bool(settings.aws_secret_access_key.get_secret_value()):
        yield _fault(
            Severity.FATAL,
            "aws_access_key_id",
            text="and AWS_SECRET_ACCESS_KEY are not both set",
            remedy="set both, or neither to use the machine's own role",
        )
    if _is_open(settings.host) and not settings.auth_token.get_secret_value():
        yield _fault(
            Severity.WARNING,
            "auth_token",
            text="is empty while HOST is reachable from outside",
            remedy="set a long random value: without one the API serves this machine only",
        )


def _is_open(host: str) -> bool:
    if host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


CARRIER_NEEDS: Mapping[str, Mapping[str, str]] = {
    "telnyx": {
        "telnyx_api_key": "create an API key in the Telnyx portal (Keys & Credentials)",
        "telnyx_public_key": "copy the public key from the Telnyx portal: without it every webhook is refused",
        "telnyx_connection_id": "create a Voice API application in the Telnyx portal and copy its id",
        "telnyx_phone_number": "buy a number, assign it to the application, write it in E.164 form",
    },
}
"""What each carrier needs before it carries a real call: field and what to do."""

PROVIDER_NEEDS: Mapping[str, str] = {
    "claude_api_key": "create an API key at console.anthropic.com (ANTHROPIC_API_KEY works too)",
    "deepgram_api_key": "create an API key at console.deepgram.com",
    "elevenlabs_api_key": "create an API key at elevenlabs.io",
    "elevenlabs_default_voice": "copy the id of a voice of your ElevenLabs library",
}


def _missing(settings: "Settings") -> Iterator[Fault]:
    needs = {**CARRIER_NEEDS.get(settings.carrier, {}), **PROVIDER_NEEDS}
    for field, remedy in needs.items():
        if not _text(getattr(settings, field)):
            yield _fault(Severity.MISSING, field, text="is not set", remedy=remedy)
    carrier_host = urlsplit(str(getattr(settings, f"{settings.carrier}_base_url", ""))).hostname or ""
    # A carrier on this machine (the simulator) reaches a local address.
    if not is_public(settings.webhook_base_url) and not _is_local(carrier_host):
        yield _fault(
            Severity.MISSING,
            "webhook_base_url",
            text="is not a public https address",
            remedy="set the address under which the carrier reaches this gateway, e.g. https://calls.example.com",
        )


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


VENDORS: Final = ("TELNYX_", "TWILIO_", "DEEPGRAM_", "ELEVENLABS_", "CLAUDE_", "META_")
"""Prefixes under which nobody but a telephone gateway keeps its variables."""
OTHERS: Final = ("AWS_",)
"""Prefixes that belong to other programs, which read variables we do not know."""


def _odd_names(settings: "Settings") -> Iterator[Fault]:
    """Variables that look like a setting and are none."""
    known = settings.known_variables()
    for name in settings.found.unknown:
        nearest = get_close_matches(name, known, n=1, cutoff=0.85)
        if name.startswith(OTHERS) or not (nearest or name.startswith(VENDORS)):
            continue
        remedy = f"did you mean {nearest[0]}?" if nearest else "see .env.example for the names that are"
        yield Fault(severity=Severity.WARNING, name=name, text="is no setting and is ignored", remedy=remedy)


RULES: tuple[Callable[["Settings"], Iterable[Fault]], ...] = (
    *(_addresses, _database, _kinds, _outside, _contradictions, _missing),
)
