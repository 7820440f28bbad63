"""A clock that stands still until it is told to go on."""


class FakeClock:
    """The Clock port for tests. Both times advance together."""

    def __init__(self, *, wall: float = 1_700_000_000.0, steady: float = 1_000.0) -> None:
        self._wall = wall
        self._steady = steady

    def wall(self) -> float:
        return self._wall

    def steady(self) -> float:
        return self._steady

    def advance(self, seconds: float) -> None:
        """Raises ValueError for a step back: steady time has none."""
        if seconds < 0:
            raise ValueError("a clock does not go back")
        self._wall += seconds
        self._steady += seconds
