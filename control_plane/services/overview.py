"""How the day goes: the figures of today in any time zone, counted at most every other second."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from control_plane.core.day import Day
from control_plane.ports.infrastructure import Clock
from control_plane.ports.reports import DayReport, HourReport, ReportStore
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.fresh import Fresh, KeepS, Known
from control_plane.services.supervisor import Supervisor

TTL_S: Final = 2.0
TOTAL_TTL_S: Final = 60.0
REST: Final = 20
"""What took long to count is kept for so many times as long: however many look, they take 5 % of the time at most."""
PATIENCE_S: Final = 8.0
DAYS_LIMIT: Final = 200
"""So many tenants' days, by time zone, are kept in mind; the one that was not asked for the longest goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """A report of the day that `at` is in."""

    at: float
    zone: str
    day: Day
    report: DayReport

    def hours(self) -> list[tuple[float, HourReport]]:
        """(beginning, figures) of every hour of the day until `at`."""
        found = {hour.hour: hour for hour in self.report.hours}
        return [(begin, found.get(n, HourReport(hour=n))) for n, begin in enumerate(self.day.hours(self.at))]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewParts:
    """What the overview is made from."""

    store: ReportStore
    clock: Clock
    supervisor: Supervisor
    default_zone: str


class Overview:
    """Asks the store on behalf of everybody who looks."""

    def __init__(self, parts: OverviewParts) -> None:
        self._parts = parts
        self._days: OrderedDict[tuple[str | None, str], Fresh[Today]] = OrderedDict()
        self._messages = self._fresh_messages()
        self.default_zone = parts.default_zone

    async def today(self, tenant_id: str, zone: str = "") -> Today:
        """Of a tenant, in `zone`, or the default one; a little old when the database is slow.

        Raises UnknownZone, StoreUnavailable when it never answered."""
        known = await self.last_known(tenant_id, zone, patience_s=PATIENCE_S)
        if known is None:
            raise StoreUnavailable("figures of today could not be counted")
        return known.value

    async def last_known(self, tenant_id: str | None, zone: str = "", *, patience_s: float) -> Known[Today] | None:
        """The same, or of all tenants (None), within this time, however old. Raises UnknownZone."""
        return await self._fresh(tenant_id, zone or self.default_zone).get(patience_s=patience_s)

    async def messages(self, *, patience_s: float) -> Known[int] | None:
        """Things said in all calls that are kept, at most a minute old as long as the database answers."""
        return await self._messages.get(patience_s=patience_s)

    def _fresh(self, tenant_id: str | None, zone: str) -> Fresh[Today]:
        which = (tenant_id, zone)
        if which not in self._days:
            Day.of(self._parts.clock.wall(), zone)
            self._days[which] = self._fresh_day(tenant_id, zone)
        self._days.move_to_end(which)
        while len(self._days) > DAYS_LIMIT:
            self._days.popitem(last=False)
        return self._days[which]

    def _fresh_day(self, tenant_id: str | None, zone: str) -> Fresh[Today]:
        async def load() -> Today:
            at = self._parts.clock.wall()
            day = Day.of(at, zone)
            report = await self._parts.store.day(tenant_id, since=day.since, until=day.until)
            return Today(at=at, zone=zone, day=day, report=report)

        return Fresh(
            load, name="today", keep_s=_rest(TTL_S), clock=self._parts.clock, supervisor=self._parts.supervisor
        )

    def _fresh_messages(self) -> Fresh[int]:
        async def load() -> int:
            return await self._parts.store.messages()

        keep_s = _rest(TOTAL_TTL_S)
        return Fresh(load, name="messages", keep_s=keep_s, clock=self._parts.clock, supervisor=self._parts.supervisor)


def _rest(ttl_s: float) -> KeepS:
    return lambda took_s: max(ttl_s, took_s * REST)
