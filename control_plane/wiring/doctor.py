"""What the doctor is given, from parts and settings."""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import Connection, text

from control_plane.adapters.probes.network import NetworkProbe
from control_plane.adapters.store.migrate import NEWEST, stored_revision
from control_plane.services.doctor.checks import checks
from control_plane.services.doctor.doctor import Doctor
from control_plane.services.doctor.mark import Mark
from control_plane.services.doctor.premises import Premises, ProviderKey
from control_plane.settings import Settings
from control_plane.settings_check import Severity, faults, is_public
from control_plane.wiring.parts import Parts
from control_plane.wiring.services import tickets


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A doctor with parts of his own, for a process that serves nothing. `close` them at the end."""

    doctor: Doctor
    close: Callable[[], Awaitable[None]]


def open_practice(settings: Settings, *, url: str = "", call: bool = True) -> Practice:
    """`url` is looked at instead of WEBHOOK_BASE_URL and WS_STREAM_URL. Opens no connection."""
    if url:
        base = url.rstrip("/")
        stream = f"{base.replace('http', 'ws', 1)}/stream/media"
        settings = settings.model_copy(update={"webhook_base_url": base, "ws_stream_url": stream})
    parts = Parts(settings, {})

    async def close() -> None:
        for part in parts.closers():
            await part()

    return Practice(doctor=make_doctor(parts, call=call), close=close)


def make_doctor(parts: Parts, *, call: bool = True) -> Doctor:
    seen = premises(parts)
    return Doctor(checks(seen, call=call), clock=parts.clock, supervisor=parts.supervisor, mark=seen.mark)


def premises(parts: Parts) -> Premises:
    settings = parts.settings
    base = settings.webhook_base_url
    site = urlsplit(base)
    found = faults(settings)
    return Premises(
        probe=NetworkProbe(parts.clock, lenient_host="" if is_public(base) else site.hostname or ""),
        clock=parts.clock,
        base_url=base,
        mark=Mark(parts.secret, parts.clock),
        webhook_url=f"{base}/webhook/{settings.carrier}",
        echo_url=lambda: tickets(parts).issue_echo().url,
        dashboard_url=urlunsplit((site.scheme, site.netloc, "/", "", "")),
        sidecar_url=settings.sidecar_url,
        keys=_keys(settings),
        missing={fault.name: fault.remedy for fault in found if fault.severity is Severity.MISSING},
        odd={fault.name: fault.remedy for fault in found if fault.severity is Severity.WARNING},
        blobs=parts.blobs,
        revisions=lambda: _revisions(parts),
        ping_redis=parts.redis.link.ping if parts.redis is not None else None,
        free_bytes=lambda: _free_bytes(settings.data_dir),
    )


def _keys(settings: Settings) -> tuple[ProviderKey, ...]:
    telnyx, claude = settings.telnyx_api_key.get_secret_value(), settings.claude_api_key.get_secret_value()
    deepgram = settings.deepgram_api_key.get_secret_value()
    elevenlabs = settings.elevenlabs_api_key.get_secret_value()
    return (
        ProviderKey(
            provider="telnyx",
            setting="TELNYX_API_KEY",
            url=f"{settings.telnyx_base_url}/call_control_applications/{settings.telnyx_connection_id}",
            headers={"authorization": f"Bearer {telnyx}"},
            subject="TELNYX_CONNECTION_ID",
            present=bool(telnyx),
        ),
        ProviderKey(
            provider="deepgram",
            setting="DEEPGRAM_API_KEY",
            url=f"{_http(settings.deepgram_base_url)}/v1/projects",
            headers={"authorization": f"Token {deepgram}"},
            subject="DEEPGRAM_BASE_URL",
            present=bool(deepgram),
        ),
        ProviderKey(
            provider="anthropic",
            setting="ANTHROPIC_API_KEY",
            url=f"{settings.anthropic_base_url}/v1/models/{settings.anthropic_model}",
            headers={"x-api-key": claude, "anthropic-version": "2023-06-01"},
            subject="ANTHROPIC_MODEL",
            present=bool(claude),
        ),
        ProviderKey(
            provider="elevenlabs",
            setting="ELEVENLABS_API_KEY",
            url=f"{_http(settings.elevenlabs_base_url)}/v1/voices/{settings.elevenlabs_default_voice}",
            headers={"xi-api-key": elevenlabs},
            subject="ELEVENLABS_DEFAULT_VOICE",
            present=bool(elevenlabs),
        ),
    )


def _http(base_url: str) -> str:
    """Providers with sockets may be given as ws:// or wss://."""
    return f"http{base_url[2:]}" if base_url.startswith("ws") else base_url


async def _revisions(parts: Parts) -> tuple[str, str]:
    stored = await parts.database.read(stored_revision)
    if stored:
        await parts.database.write(_write_nothing)
    return stored, NEWEST


def _write_nothing(connection: Connection) -> None:
    """A write like any other, after which everything is as before."""
    connection.execute(text("UPDATE alembic_version SET version_num = version_num"))


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(next(place for place in (folder, *folder.absolute().parents) if place.exists())).free
