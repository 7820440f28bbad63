"""Checks of what the process itself holds: settings, database, files, cache, disk."""

import secrets
from collections.abc import Mapping
from typing import Final

from control_plane.core.doctor.findings import Finding, found
from control_plane.ports.probes import Unreachable
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.doctor.premises import Premises

PROBE_KEY: Final = "doctor/probe.txt"
"""Always the same file, so that nothing piles up."""
SLOW_WRITE_S: Final = 0.25
GIGABYTE: Final = 1e9
LOW_GB: Final = 5.0
FULL_GB: Final = 0.5


async def settings(premises: Premises) -> Finding:
    if premises.missing:
        return _named("settings.missing", premises.missing)
    return _named("settings.odd", premises.odd) if premises.odd else found("settings.complete")


async def database(premises: Premises) -> Finding:
    began = premises.clock.steady()
    try:
        stored, newest = await premises.revisions()
    except StoreUnavailable as error:
        return found("database.away", why=str(error))
    took = premises.clock.steady() - began
    if stored != newest:
        return found("database.behind", revision=stored or "0", newest=newest)
    if took > SLOW_WRITE_S:
        return found("database.slow", ms=_ms(took))
    return found("database.ok", ms=_ms(took), revision=stored)


async def storage(premises: Premises) -> Finding:
    """Stored, read back, and fetched over the link that a carrier would get: only we can have signed it."""
    content = secrets.token_hex(16).encode()
    try:
        await premises.blobs.put(PROBE_KEY, content, content_type="text/plain")
        if await premises.blobs.get(PROBE_KEY) != content:
            return found("storage.failed", why="something else was read back")
        link = await premises.blobs.url(PROBE_KEY, expires_s=60)
    except Exception as error:
        # A border: stores of files fail in every way of their libraries.
        return found("storage.failed", why=type(error).__name__)
    try:
        answer = await premises.probe.fetch("GET", link)
    except Unreachable as error:
        return found("storage.link", why=str(error))
    if answer.status != 200:
        return found("storage.link", why=str(answer.status))
    return found("storage.ok") if answer.body == content else found("storage.link", why="something else came")


async def redis(premises: Premises) -> Finding:
    if premises.ping_redis is None:
        return found("redis.none")
    try:
        return found("redis.ok", ms=_ms(await premises.ping_redis()))
    except Unreachable:
        return found("redis.away")


async def disk(premises: Premises) -> Finding:
    free = premises.free_bytes() / GIGABYTE
    code = "disk.full" if free < FULL_GB else "disk.low" if free < LOW_GB else "disk.ok"
    return found(code, free=f"{free:.1f}")


def _named(code: str, settings: Mapping[str, str]) -> Finding:
    remedies = "; ".join(f"{name}: {remedy}" for name, remedy in settings.items())
    return found(code, names=", ".join(settings), remedy=remedies)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}" if seconds >= 0.01 else f"{seconds * 1000:.1f}"
