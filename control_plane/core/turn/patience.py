"""The patience with a silent caller: when to ask again, when to give up."""

from typing import Final

from control_plane.core.turn.commands import Silence

WORTH_ASKING_S: Final = 0.5
"""A voice shorter than this is no sentence that was not understood."""


class Patience:
    """Counts the caller's silence, and how often the caller was asked again without a word or key in between.

    A voice without words starts the silence anew but not the count: a television next to the telephone must not keep
    a call alive. For the same reason one that was not understood is asked only once for what it said.
    """

    __slots__ = ("_asked", "_no_input_s", "_no_match_s", "_reprompts", "_since", "_unmatched", "_voice_since")

    def __init__(self, no_input_s: float, reprompts: int, *, no_match_s: float | None = None) -> None:
        self._no_input_s = no_input_s
        self._no_match_s = no_input_s if no_match_s is None else no_match_s
        self._reprompts = reprompts
        self._since: float | None = None
        self._voice_since: float | None = None
        self._unmatched = False
        self._asked = 0

    @property
    def due(self) -> float | None:
        """When the patience runs out; None while nothing is expected of the caller."""
        if self._since is None:
            return None
        return self._since + (self._no_match_s if self._unmatched else self._no_input_s)

    def start(self, now: float) -> None:
        """It is the caller's turn from now on."""
        self._since = now
        self._unmatched = False

    def voice(self, on: bool, now: float) -> None:
        """The caller's voice is on or off; words may come a moment later."""
        if self._since is None:
            return
        began, self._voice_since = self._voice_since, now if on else None
        self._since = now
        long_enough = not on and began is not None and now - began >= WORTH_ASKING_S
        self._unmatched = long_enough and self._asked == 0

    def stop(self) -> None:
        """The agent has the floor."""
        self._since = None

    def satisfied(self, now: float) -> None:
        """Words or keys came."""
        self._asked = 0
        self._unmatched = False
        self._since = now

    def run_out(self) -> Silence:
        """What to do now. The next silence begins when the agent has spoken."""
        self._since = None
        reason = Silence.NO_MATCH if self._unmatched else Silence.NO_INPUT
        self._unmatched = False
        if self._asked >= self._reprompts:
            return Silence.GIVEN_UP
        self._asked += 1
        return reason
