"""What a call opens with: the greeting, the word to a caller outside opening hours, the message for a machine."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from control_plane.core.bot import Bot
from control_plane.core.call.causes import CLOSED, MESSAGE_LEFT
from control_plane.core.call.events import HangupRequested
from control_plane.core.day import UnknownZone
from control_plane.core.greeting import greeting, render
from control_plane.core.opening_hours import is_open
from control_plane.observability.logging import get_logger
from control_plane.ports.infrastructure import Clock
from control_plane.ports.stores import CallRecord

log = get_logger("talk")

NOBODY_THERE: Final = HangupRequested(reason=CLOSED)
LEFT: Final = HangupRequested(reason=MESSAGE_LEFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The first sentences of a conversation."""

    text: str
    then: HangupRequested | None = None
    """The end, when the text was heard: nobody is listened to meanwhile. None: the conversation goes on."""


class Opener:
    """Knows how a call of this bot opens. `zone_of` names the time zone of the person at the other end."""

    def __init__(self, record: CallRecord, bot: Bot, *, clock: Clock, zone_of: Callable[[CallRecord], str]) -> None:
        self._call = record
        self._bot = bot
        self._clock = clock
        self._zone_of = zone_of

    @cached_property
    def closed(self) -> bool:
        """Whether somebody rang outside the hours. By when it was, so that every process finds the same."""
        hours = self._bot.hours
        if self._call.direction != "inbound":
            return False
        try:
            return not is_open(hours, self._call.created_at, zone=hours.zone)
        except UnknownZone:
            log.error("the bot's hours have no time zone, it takes the call", zone=hours.zone)
            return False

    @property
    def listens(self) -> bool:
        """Whether what the other end says will ever matter."""
        return not self.closed

    @property
    def ready(self) -> tuple[str, ...]:
        """What is worth having at hand before the call is answered."""
        phrases = self._bot.phrases
        opening = self.opening(resumed=False)
        if opening.then is not None:
            return (opening.text,)
        return (opening.text, *phrases.fillers, phrases.provider_failure, phrases.resumed)

    def opening(self, *, resumed: bool) -> Opening:
        """`resumed`: after something was said before."""
        if self.closed:
            return Opening(text=render(self._bot.hours.closed_message, self._variables), then=NOBODY_THERE)
        return Opening(text=self._bot.phrases.resumed if resumed else self._greeting())

    def message(self) -> Opening:
        """For an answering machine that records."""
        return Opening(text=render(self._bot.answering_machine.message, self._variables), then=LEFT)

    def _greeting(self) -> str:
        zone = ZoneInfo(self._zone_of(self._call))
        hour = datetime.fromtimestamp(self._clock.wall(), UTC).astimezone(zone).hour
        return greeting(self._bot, hour, variables=self._variables)

    @property
    def _variables(self) -> dict[str, str]:
        call = self._call
        name = {"nombre": call.contact_name, "name": call.contact_name}
        return {**name, **{key: str(value) for key, value in call.variables.items()}}
