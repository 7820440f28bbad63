"""A limiter for tests that ask more often than people do."""

from control_plane.ports.limits import Limit, Verdict


class NoLimits:
    """A limiter that lets everybody ask as often as they like: so many requests come from one address here."""

    async def hit(self, key: str, limit: Limit) -> Verdict:
        return Verdict(allowed=True, remaining=limit.burst)

    async def aclose(self) -> None:
        """It holds nothing."""
