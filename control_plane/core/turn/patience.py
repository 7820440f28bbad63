"""The patience with a silent caller: when to ask again, when to give up."""

from control_plane.core.turn.commands import Silence


class Patience:
    """Counts the caller's silence, and how often the caller was asked again without a word or key in between.

    A voice without words starts the silence anew but not the count: a television next to the telephone must not keep
    a call alive.
    """

    __slots__ = ("_asked", "_no_input_s", "_reprompts", "_since")

    def __init__(self, no_input_s: float, reprompts: int) -> None:
        self._no_input_s = no_input_s
        self._reprompts = reprompts
        self._since: float | None = None
        self._asked = 0

    @property
    def due(self) -> float | None:
        """When the patience runs out; None while nothing is expected of the caller."""
        return None if self._since is None else self._since + self._no_input_s

    def start(self, now: float) -> None:
        """It is the caller's turn from now on."""
        self._since = now

    def stop(self) -> None:
        """The agent has the floor."""
        self._since = None

    def satisfied(self, now: float) -> None:
        """Words or keys came."""
        self._asked = 0
        self._since = now

    def run_out(self) -> Silence:
        """What to do now. The next silence begins when the agent has spoken."""
        self._since = None
        if self._asked >= self._reprompts:
            return Silence.GIVEN_UP
        self._asked += 1
        return Silence.NO_INPUT
