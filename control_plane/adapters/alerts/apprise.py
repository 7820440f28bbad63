"""Telling people through apprise, which knows over a hundred services."""

import asyncio
import logging
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from control_plane.adapters.alerts.channels import addresses
from control_plane.core.alert.rule import Severity
from control_plane.ports.alerts import Channel, Notice
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Timeout, Unavailable

TALKATIVE: Final = ("apprise", "urllib3", "requests", "requests_oauthlib")
"""Their lines hold addresses, and with them keys."""

MOODS: Final = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure"}

REASONS: Final[tuple[tuple[re.Pattern[str], type[ProviderError], str], ...]] = (
    (re.compile(r"\b429\b|[Rr]ate.?limit"), RateLimited, "the service takes no more messages for now (429)"),
    (re.compile(r"\b40[134]\b|[Uu]nauthori[sz]ed|[Ii]nvalid.+[Tt]oken"), Unavailable, "the service refused the key"),
    (re.compile(r"\b5\d\d\b"), Unavailable, "the service has a fault of its own (5xx)"),
    (re.compile(r"[Cc]onnection error|[Cc]onnect"), Unavailable, "no connection to the service"),
)
"""What the library's own lines mean. They are never shown, as they may hold addresses."""


class AppriseNotifier:
    """The Notifier port. The library is loaded with the first message, in a thread: that takes a second and some 25 MB.

    Sending blocks only threads of the library's own pool. What still runs there when the patience is over may yet
    arrive.
    """

    def __init__(self, text: str) -> None:
        self._addresses = {each.channel.name: each for each in addresses(text)}

    @property
    def channels(self) -> Sequence[Channel]:
        return [each.channel for each in self._addresses.values()]

    async def send(self, channel: str, notice: Notice, *, timeout_s: float) -> None:
        known = self._addresses.get(channel)
        if known is None:
            raise Misconfigured(channel, "there is no such channel in ALERT_CHANNELS")
        try:
            async with asyncio.timeout(timeout_s):
                service = await asyncio.to_thread(_service, known.address)
                if service is None:
                    raise Misconfigured(channel, "its address in ALERT_CHANNELS is not one that apprise can read")
                result = await _notify(service, notice, timeout_s=timeout_s)
        except TimeoutError:
            raise Timeout(channel, f"no answer within {timeout_s:g} s") from None
        if not result:
            raise _fault(channel, result)


def _service(address: str) -> Any:
    """A service with nothing sent yet; None for an address that cannot be read. Slow the first time."""
    # Before the library is imported: it says what it loads.
    for name in TALKATIVE:
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    from apprise import Apprise

    return Apprise.instantiate(address) if address else None


async def _notify(service: Any, notice: Notice, *, timeout_s: float) -> Any:
    from apprise import Apprise, NotifyFormat

    sender = Apprise()
    sender.add(service)
    mood = "success" if notice.resolved else MOODS[notice.severity]
    return await sender.async_notify(
        title=notice.title,
        body=notice.body,
        notify_type=mood,
        body_format=NotifyFormat.TEXT,
        timeout=timeout_s,
        log_level=logging.WARNING,
    )


def _fault(channel: str, result: Any) -> ProviderError:
    lines = list(_lines(result))
    if getattr(result.status, "name", "") == "TIMEOUT":
        return Timeout(channel, "no answer in time")
    for pattern, kind, text in REASONS:
        if any(pattern.search(line) for line in lines):
            return kind(channel, text)
    return Unavailable(channel, "the service did not take the message")


def _lines(result: Any) -> Iterable[str]:
    """Whatever was said of the tries."""
    for service in result:
        for attempt in service:
            yield from (str(getattr(entry, "message", "")) for entry in attempt)
