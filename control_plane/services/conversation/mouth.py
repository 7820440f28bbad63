"""What a conversation needs of whatever makes the bot audible."""

from typing import Protocol

from control_plane.core.turn.timing import TurnTiming


class MouthLost(Exception):
    """This mouth cannot speak any more in this call; another one may. The text is safe to log."""


class Mouth(Protocol):
    """Speaks one reply at a time."""

    @property
    def can_hold(self) -> bool:
        """Whether it can make a reply ready without anybody hearing it."""
        ...

    async def begin(self, timing: TurnTiming, *, held: bool = False) -> None:
        """A reply begins; the moments of its way to the caller are marked in `timing`. Raises MouthLost.

        `held`: it is made ready, and nothing of it is audible before `release`.
        """
        ...

    def release(self) -> None:
        """A reply that was held may be heard."""
        ...

    @property
    def audible_until(self) -> float | None:
        """When the caller will have heard what there is of the reply so far, in steady seconds; past: since then there
        is silence. None: nothing of it has been audible yet, or it is paused. inf: nobody can tell."""
        ...

    async def say(self, clause: str, *, keep: bool = False) -> None:
        """Give the next clause; does not wait until it is heard. `keep`: worth caching. Raises MouthLost."""
        ...

    async def interject(self, text: str) -> bool:
        """Say a word in between, at once and whole, if it is at hand; it is no part of the reply. False: it is not."""
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
