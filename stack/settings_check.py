"""Settings that the runner gives the processes itself, so that these never see what was written there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from stack.failures import StackFailed
from stack.options import CONTROL_PORT, SIDECAR_PORT
from stack.plan import MAIN
from stack.settings import Settings

DRAIN_S: Final = 30
_LONGEST_DRAIN_S: Final = 3600
_PORTS: Final = (1, 65535)
_CHOSEN: Final = 0
"""In place of a port: any that suits."""
_NODE: Final = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the settings say, or the defaults."""

    control_port: int
    stream_port: int
    webhook_port: int
    sidecar_port: int
    drain_s: int
    node: str
    trusted_proxies: tuple[str, ...]


def read(settings: Settings) -> Written:
    """Raises StackFailed that names every setting that cannot be used."""
    faults: list[str] = []

    def number(name: str, default: int, *, least: int, most: int) -> int:
        text = settings.get(name, str(default))
        if text.isascii() and text.isdecimal() and least <= int(text) <= most:
            return int(text)
        faults.append(f"{name} is {text!r}: it has to be a whole number from {least} to {most}.")
        return default

    def matching(name: str, text: str, *, fits: Callable[[str], object], what: str) -> str:
        if not fits(text):
            faults.append(f"{name} is {text!r}: it has to be {what}.")
        return text

    least, most = _PORTS
    port_name = "API_PORT" if settings.get("API_PORT") else "PORT"
    found = Written(
        control_port=number(port_name, CONTROL_PORT, least=least, most=most),
        stream_port=number("STREAM_PORT", _CHOSEN, least=_CHOSEN, most=most),
        webhook_port=number("WEBHOOK_PORT", _CHOSEN, least=_CHOSEN, most=most),
        sidecar_port=number("METRICS_PORT", SIDECAR_PORT, least=least, most=most),
        drain_s=number("DRAIN_SECONDS", DRAIN_S, least=0, most=_LONGEST_DRAIN_S),
        node=matching("NODE_ID", settings.get("NODE_ID", MAIN), fits=_NODE.fullmatch, what="1 to 32 of a-z, 0-9 and -"),
        trusted_proxies=tuple(
            matching("TRUSTED_PROXIES", each, fits=_is_network, what="addresses and networks, separated by spaces")
            for each in settings.get("TRUSTED_PROXIES").split()
        ),
    )
    if faults:
        raise StackFailed("\n".join(("Settings that cannot be used:", *(f"  - {fault}" for fault in faults))))
    return found


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
