"""What a conversation needs of whatever makes the bot audible."""

from typing import Protocol

from control_plane.core.turn.timing import TurnTiming


class MouthLost(Exception):
    """This mouth cannot speak any more in this call; another one may. The text is safe to log."""


class Mouth(Protocol):
    """Speaks one reply at a time."""

    async def begin(self, timing: TurnTiming) -> None:
        """A reply begins; the moments of its way to the caller are marked in `timing`. Raises MouthLost."""
        ...

    async def say(self, clause: str, *, keep: bool = False) -> None:
        """Give the next clause; does not wait until it is heard. `keep`: worth caching. Raises MouthLost."""
        ...

    async def finish(self) -> None:
        """No more clauses: returns when the caller has heard all, or when a safety time is over. Raises MouthLost."""
        ...

    def pause(self) -> float:
        """Fall silent at once, keep the rest; seconds that are left unheard (inf while clauses may still come)."""
        ...

    def resume(self) -> None:
        """Speak the unheard rest."""
        ...

    def drop(self) -> str:
        """Fall silent for good and answer what was heard of the reply. May be called when nothing is being said."""
        ...
