"""How long the person on the line waited without hearing anything: what makes people ask whether anybody is there."""

from dataclasses import dataclass
from typing import Final

LONG_S: Final = 0.3
"""Shorter stretches are pauses of speech."""
_KEPT: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A stretch in which nobody could be heard.

    `after`: what came before it, `answer` (the call was picked up), `caller` or `bot`. What follows a stretch of the
    bot is the bot: when the caller speaks next, the silence between was the caller's own.
    """

    at: float
    ms: float
    after: str


class Silences:
    """Collects those of one call. Times are of the loop's clock."""

    def __init__(self) -> None:
        self.all: list[Silence] = []
        self.resting = False
        """The caller is silent as the script says, and waits for nothing."""
        self._since: float | None = None
        self._after = "answer"

    @property
    def max_ms(self) -> float:
        return max((silence.ms for silence in self.all), default=0.0)

    def answered(self, at: float) -> None:
        self._since, self._after = at, "answer"

    def caller_spoke(self, at: float) -> None:
        """The first voiced frame of something."""
        if self._after != "bot":
            self._note(at)
        self._since, self._after = None, "caller"

    def caller_fell_silent(self, at: float) -> None:
        """The last voiced frame, and an answer is wanted."""
        self._since, self._after = at, "caller"

    def bot_spoke(self, at: float, *, quiet_since: float | None) -> None:
        """A frame of the bot is audible again, after it had not been since `quiet_since`."""
        if self._since is None and self._after == "caller":
            return  # it speaks into the caller's words
        if quiet_since is not None and (self._since is None or quiet_since >= self._since):
            self._since, self._after = quiet_since, "bot"
        if self._after != "bot" or not self.resting:
            self._note(at)
        self._since, self._after = None, "bot"

    def ended(self, at: float) -> None:
        """The line is closed: whoever waited for an answer gets none."""
        if self._after != "bot":
            self._note(at)
        self._since = None

    def _note(self, until: float) -> None:
        if self._since is not None and until - self._since > LONG_S and len(self.all) < _KEPT:
            self.all.append(Silence(at=self._since, ms=round((until - self._since) * 1000, 1), after=self._after))
