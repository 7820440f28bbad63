"""What `gateway seed-demo` prints while it fills a tenant with believable data."""

import sys

from control_plane.core.refusals import Refused
from control_plane.services.showcase.fill import Showcase

BAR = 30


async def seed_demo(showcase: Showcase, *, calls: int) -> int:
    """1 when the tenant is not empty."""
    try:
        made = await showcase.fill(calls=calls)
    except Refused as refused:
        print(f"Nothing was done. {refused.detail}", file=sys.stderr)
        return 1
    told = ", ".join(f"{count} {name}" for name, count in made.items())
    print(f"Made: {told}. Open the dashboard to look around.")
    return 0


def progress(what: str, done: int, *, total: int) -> None:
    """A bar on a terminal; nothing in a log."""
    if not sys.stderr.isatty():
        return
    filled = BAR * done // max(1, total)
    end = "\n" if done == total else ""
    print(f"\r{what:<9} [{'█' * filled}{'·' * (BAR - filled)}] {done}/{total}", end=end, file=sys.stderr, flush=True)
