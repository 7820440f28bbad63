"""Checks over the network: as providers, carriers and browsers see the installation, or as it sees them."""

import base64
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

from control_plane.core.doctor.findings import Finding, found
from control_plane.ports.probes import Answer, Unreachable
from control_plane.services.doctor.mark import HEADER
from control_plane.services.doctor.premises import Premises, ProviderKey

PROBLEM: Final = b"urn:centralita:problem:bad_signature"
FORGED: Final = b'{"data":{"event_type":"call.initiated","id":"doctor","payload":{}}}'
CLOCK_FAIL_S: Final = 60.0
"""The tolerance of webhook signatures is 300 s; a clock that is a minute wrong goes on going wrong."""
DAY_S: Final = 86_400.0
SOON_DAYS: Final = 21
DELAY_S: Final = 0.25
JITTER_S: Final = 0.1


async def key(premises: Premises, key: ProviderKey) -> Finding:
    if not key.present:
        return found("key.none", setting=key.setting)
    try:
        answer = await premises.probe.fetch("GET", key.url, headers=key.headers)
    except Unreachable as error:
        return found("provider.away", why=str(error))
    status = str(answer.status)
    limited = answer.status == 403 or b"missing_permission" in answer.body
    match answer.status:
        case 200:
            return found("key.ok")
        case 401 | 403 if limited:
            return found("key.limited", status=status)
        case 401:
            return found("key.refused", status=status, setting=key.setting)
        case 404:
            return found("key.subject", subject=key.subject)
    return found("provider.odd", status=status)


async def webhook(premises: Premises, headers: Mapping[str, str]) -> Finding:
    """From outside in: what is not signed must come back refused, by us."""
    content = {"content-type": "application/json", HEADER: premises.mark.make(), **headers}
    try:
        answer = await premises.probe.fetch("POST", premises.webhook_url, headers=content, body=FORGED)
    except Unreachable as error:
        return found("address.away", why=str(error))
    if answer.status == 401 and PROBLEM in answer.body:
        return found("webhook.ok")
    taken = 200 <= answer.status < 300
    return found("webhook.open" if taken else "webhook.stranger", status=str(answer.status))


async def forged_webhook(premises: Premises) -> Finding:
    """Signed in form, by nobody we know."""
    signature = base64.b64encode(bytes(64)).decode()
    stamp = str(int(premises.clock.wall()))
    return await webhook(premises, {"telnyx-timestamp": stamp, "telnyx-signature-ed25519": signature})


async def certificate(premises: Premises) -> Finding:
    if urlsplit(premises.base_url).scheme != "https":
        return found("certificate.none")
    try:
        ends = await premises.probe.certificate_ends(premises.base_url)
    except Unreachable as error:
        return found("address.away", why=str(error))
    days = int((ends - premises.clock.wall()) // DAY_S)
    if days < 0:
        return found("certificate.over")
    return found("certificate.soon" if days < SOON_DAYS else "certificate.ok", days=str(days))


async def dashboard(premises: Premises) -> Finding:
    absent = found("dashboard.absent", address=premises.dashboard_url)
    try:
        answer = await premises.probe.fetch("GET", premises.dashboard_url)
    except Unreachable:
        return absent
    page = answer.status == 200 and "text/html" in answer.headers.get("content-type", "")
    return found("dashboard.ok") if page else absent


async def sidecar(premises: Premises) -> Finding:
    try:
        answer = await premises.probe.fetch("GET", f"{premises.sidecar_url}/health")
    except Unreachable as error:
        return found("sidecar.away", why=str(error))
    return found("sidecar.ok") if answer.status in (200, 503) else found("sidecar.away", why=str(answer.status))


async def clock(premises: Premises) -> Finding:
    """Against the carrier's, else any other clock: the `Date` of an answer. One second is its resolution."""
    for key in premises.keys:
        try:
            answer = await premises.probe.fetch("GET", key.url)
        except Unreachable:
            continue
        if (theirs := _date(answer)) is None:
            continue
        off = premises.clock.wall() - theirs
        code = "clock.wrong" if abs(off) > CLOCK_FAIL_S else "clock.ok"
        return found(code, seconds=f"{abs(off):.0f}", whose=key.provider)
    return found("clock.unknown")


async def echo_call(premises: Premises) -> Finding:
    """The whole way of a call's audio, there and back."""
    try:
        result = await premises.probe.echo(premises.echo_url())
    except Unreachable as error:
        return found("echo.away", why=str(error))
    values = {
        "sent": str(result.sent),
        "returned": str(result.returned),
        "delay": f"{result.delay_s * 1000:.0f}",
        "jitter": f"{result.jitter_s * 1000:.0f}",
    }
    if result.returned == 0:
        return found("echo.silent")
    if result.returned < result.sent:
        return found("echo.partly", **values)
    slow = result.delay_s > DELAY_S or result.jitter_s > JITTER_S
    return found("echo.slow" if slow else "echo.ok", **values)


def _date(answer: Answer) -> float | None:
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return None
