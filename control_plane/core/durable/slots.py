"""The times at which work that comes again and again is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """At all multiples of so many seconds since 1970, so that all processes mean the same times."""

    seconds: int

    def __post_init__(self) -> None:
        if self.seconds < 1:
            raise ValueError("work cannot be due more than once a second")

    def latest(self, now: float) -> int:
        """The last such time (unix seconds) that is not after `now`."""
        return int(now // self.seconds) * self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Once a day at a time by the clock on the wall of a zone. A time that a day leaves out comes an hour later."""

    hour: int
    minute: int = 0
    zone: str = "UTC"

    def __post_init__(self) -> None:
        self._on(datetime(2000, 1, 1, tzinfo=ZoneInfo(self.zone)))  # a wrong value is refused at once

    def latest(self, now: float) -> int:
        """The last such time (unix seconds) that is not after `now`."""
        today = datetime.fromtimestamp(now, ZoneInfo(self.zone))
        slot = self._on(today)
        return slot if slot <= now else self._on(today - timedelta(days=1))

    def _on(self, day: datetime) -> int:
        return int(day.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0, fold=0).timestamp())


Schedule = Every | Daily
