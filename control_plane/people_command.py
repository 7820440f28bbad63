"""What `gateway reset-owner` prints: a way in for an owner who has none."""

import sys

from control_plane.core.refusals import Refused
from control_plane.services.people.people import People


async def reset_owner(people: People, email: str) -> int:
    """The link is the only line on the standard output; 1 when there is no such owner."""
    try:
        if await people.arrivals.setup_needed():
            _say("Nobody has an account yet. Make the first one here, within 24 hours:")
            link = await people.arrivals.setup_link()
        else:
            link, owner = await people.arrivals.owner_link(email)
            _say(f"{owner} can choose a new password here, within 24 hours. No code is asked for any more.")
    except Refused as refused:
        _say(refused.detail)
        return 1
    print(link)
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)
