"""What stands in ALERT_CHANNELS."""

import re
from dataclasses import dataclass, field

from control_plane.ports.alerts import Channel

_NAMED = re.compile(r"(?:(?P<name>[a-z0-9][a-z0-9-]{0,31})=)?(?P<address>(?P<kind>[A-Za-z][A-Za-z0-9+.-]*)://\S+)")
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A channel with its address, which holds secrets."""

    channel: Channel
    address: str = field(repr=False)


def addresses(text: str) -> tuple[Address, ...]:
    """Addresses separated by white space, each with `name=` in front or named like its kind.

    Names that are taken get a number. A word that is no address is a channel of the kind `unreadable`, so that people
    see that there is a fault.
    """
    found: list[Address] = []
    for word in text.split():
        match = _NAMED.fullmatch(word)
        kind = match["kind"].lower() if match else UNREADABLE
        name = _free((match and match["name"]) or kind, {each.channel.name for each in found})
        found.append(Address(channel=Channel(name=name, kind=kind), address=match["address"] if match else ""))
    return tuple(found)


def _free(name: str, taken: set[str]) -> str:
    number, wanted = 1, name
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
