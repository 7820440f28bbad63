"""The bots of one gateway, from parts."""

from control_plane.ports.errors import Misconfigured
from control_plane.resources.bots import BOTS
from control_plane.services.bots.book import BotBook
from control_plane.services.bots.casting import ShippedBots
from control_plane.services.bots.chat import BotChat
from control_plane.services.bots.service import Bots
from control_plane.wiring.parts import Parts


def make_bots(parts: Parts) -> Bots:
    """Raises Misconfigured for a default bot that does not ship."""
    bots = {bot.id: bot for bot in BOTS}
    default = parts.settings.default_bot
    if default not in bots:
        raise Misconfigured("settings", f"DEFAULT_BOT is none of: {', '.join(bots)}")
    shipped = ShippedBots(bots, default=default)
    zone = parts.settings.default_time_zone
    book = BotBook(parts.tenants, parts.cache, shipped=shipped, default_bot=default, zone=zone)
    chat = BotChat(parts.brain, transfer_number=parts.settings.transfer_number, clock=parts.clock)
    return Bots(parts.tenants, book=book, chat=chat, shipped=BOTS, clock=parts.clock, supervisor=parts.supervisor)
