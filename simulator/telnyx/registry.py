"""Which legs and recordings the carrier remembers, and for how long."""

from collections import deque

from simulator.telnyx.calls import Leg
from simulator.telnyx.recording import Recording


class Registry:
    """Legs by their handles. Ended ones are forgotten, oldest first, when they are more than `keep_calls`."""

    def __init__(self, *, keep_calls: int, keep_audio: int) -> None:
        self._keep_calls = keep_calls
        self._keep_audio = keep_audio
        self._legs: dict[str, Leg] = {}
        self._by_control_id: dict[str, Leg] = {}
        self._ended: deque[Leg] = deque()
        self._taped: deque[Leg] = deque()
        self.recordings: dict[str, Recording] = {}
        self.dialled: dict[str, Leg] = {}
        """`command_id` of a dial → the leg it made."""

    def add(self, leg: Leg) -> None:
        self._legs[leg.id] = leg
        self._by_control_id[leg.call_control_id] = leg

    def find(self, name: str) -> Leg | None:
        """By `call_control_id` or `call_leg_id`."""
        return self._by_control_id.get(name) or self._legs.get(name)

    def all(self) -> list[Leg]:
        """Oldest first."""
        return list(self._legs.values())

    def ended(self, leg: Leg) -> None:
        """Its place in the queue of those to be forgotten."""
        self._ended.append(leg)
        self._taped.append(leg)
        if len(self._taped) > self._keep_audio:
            self._taped.popleft().tape.erase()
        if len(self._ended) > self._keep_calls:
            self._forget(self._ended.popleft())

    def forget_all(self) -> None:
        for kept in (self._legs, self._by_control_id, self.recordings, self.dialled, self._ended, self._taped):
            kept.clear()

    def _forget(self, leg: Leg) -> None:
        self._legs.pop(leg.id, None)
        self._by_control_id.pop(leg.call_control_id, None)
        for recording in leg.recordings:
            self.recordings.pop(recording.id, None)
        self.dialled = {command: dialled for command, dialled in self.dialled.items() if dialled is not leg}
