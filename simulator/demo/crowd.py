"""What is known of many calls while they run."""

from collections import Counter
from typing import Final

from simulator.demo.feed import Event
from simulator.demo.scene import PHASES
from simulator.stages import percentiles

WAITING: Final = "waiting"
FAILED: Final = "failed"
COLUMNS: Final = (WAITING, *PHASES, FAILED)


class Crowd:
    """Counts of calls by state, and the gateway's own timing of all their turns."""

    def __init__(self, size: int, *, began_at: float) -> None:
        self.size = size
        self.began_at = began_at
        self._phases: dict[str, str] = {}
        self._failed = 0
        self._totals: list[float] = []
        self._shares: list[float] = []
        self.turns = 0
        self.barge_ins = 0

    @property
    def ended(self) -> int:
        """How many calls are over, or were never made."""
        return sum(phase == "ended" for phase in self._phases.values()) + self._failed

    def apply(self, event: Event) -> None:
        """Something happened in one of the calls."""
        if event.topic == "call.state":
            self._phases[event.call_id] = event.body["phase"]
        elif event.topic == "call.turn" and "total" in event.body["timing"]:
            self.turns += 1
            self.barge_ins += bool(event.body["interrupted"])
            self._totals.append(event.body["timing"]["total"])
            self._shares.append(event.body["timing"].get("gateway", 0.0))

    def refused(self) -> None:
        """A call could not even be started."""
        self._failed += 1

    def by_state(self) -> dict[str, int]:
        """Calls by state, in the order of a call's life; states that no call is in are left out."""
        counts = Counter(self._phases.values())
        counts[FAILED] = self._failed
        counts[WAITING] = self.size - len(self._phases) - self._failed
        known = [*COLUMNS, *sorted(set(counts) - set(COLUMNS))]
        return {state: counts[state] for state in known if counts[state] > 0}

    def latency_ms(self) -> dict[str, float | None]:
        """By the gateway's stopwatch: from the end of speech to the first frame sent."""
        return percentiles(self._totals)

    def share_ms(self) -> dict[str, float | None]:
        return percentiles(self._shares)
