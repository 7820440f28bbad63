"""How one bot takes turns: the installation's way, with what the bot wants otherwise."""

from dataclasses import replace

from control_plane.core.bot import Bot
from control_plane.core.turn.policy import TurnPolicy, with_changes


def manners(usual: TurnPolicy, bot: Bot) -> TurnPolicy:
    """The policy of the bot's conversations."""
    own = replace(usual, language=bot.language, no_input_s=bot.no_input_s, reprompts=len(bot.phrases.reprompts))
    return with_changes(own, bot.turns)
