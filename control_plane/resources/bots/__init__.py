"""The bots that ship with the gateway; one file and one word in the tuple adds one."""

from typing import Final

from control_plane.core.bot import Bot
from control_plane.resources.bots.maria import MARIA

BOTS: Final[tuple[Bot, ...]] = (MARIA,)
