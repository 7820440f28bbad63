"""How often somebody may ask."""

from typing import Protocol

from control_plane.core.rate.gcra import Limit, Verdict

__all__ = ["Limit", "Limiter", "Verdict"]


class Limiter(Protocol):
    async def hit(self, key: str, limit: Limit) -> Verdict:
        """Count one request of `key` (`login:203.0.113.7`, `api:<key prefix>`) and say whether it may go on.

        A refused one is not counted. The same key always comes with the same limit. Never fails: without its shared
        memory each process counts for itself.
        """
        ...
