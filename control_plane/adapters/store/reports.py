"""Figures over calls and turns, counted by the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
)

from control_plane.adapters.store.database import Database
from control_plane.adapters.store.day_report import Sums
from control_plane.adapters.store.rows import turn_of
from control_plane.adapters.store.tables import IS_LIVE, call_turns, calls
from control_plane.core.analytics.histogram import STEP_MS
from control_plane.core.call.state import Phase
from control_plane.core.call.success import BROKEN, GOOD_CAUSES, NOBODY_TALKED, REFUSED
from control_plane.core.day import HOUR_S
from control_plane.core.quantile import of_values
from control_plane.ports.reports import DayReport, LastWords, TalkFigures
from control_plane.ports.stores import TurnRecord

BUCKET_MS: Final = STEP_MS
"""Latencies of a day are counted in the steps of analytics."""

_IS_AGENT: Final = call_turns.c.speaker == literal_column("'agent'")
_LIVE: Final = select(func.count()).select_from(calls).where(IS_LIVE)
_MESSAGES: Final = select(func.count()).select_from(call_turns)


@dataclass(frozen=True, slots=True)
class Span:
    """What is counted: whose (None: everybody's), from when (unix seconds), until before when."""

    tenant_id: str | None
    since: float
    until: float
    bot_id: str = ""
    """Empty: every bot's."""
    bounds: Sequence[float] = ()
    """Where the parts begin that it is counted by, after the first one; empty: hours."""

    def part(self, at: ColumnElement[float], dialect: str) -> ColumnElement[int]:
        """In which of its parts that is, from 0."""
        if not self.bounds:
            return _whole((at - self.since) / HOUR_S, dialect)
        return case(*((at < bound, number) for number, bound in enumerate(self.bounds)), else_=len(self.bounds))

    def calls_of_bot(self) -> tuple[ColumnElement[bool], ...]:
        return (calls.c.bot_id == self.bot_id,) if self.bot_id else ()

    def turns_of_bot(self) -> tuple[ColumnElement[bool], ...]:
        of_bot = exists().where(calls.c.id == call_turns.c.call_id, calls.c.bot_id == self.bot_id)
        return (of_bot.correlate(call_turns),) if self.bot_id else ()

    def holds(self, tenant: ColumnElement[str], at: ColumnElement[float]) -> tuple[ColumnElement[bool], ...]:
        during = (at >= self.since, at < self.until)
        return during if self.tenant_id is None else (tenant == self.tenant_id, *during)


class SqlReportStore:
    """The ReportStore port on a Database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def day(self, tenant_id: str | None, *, since: float, until: float) -> DayReport:
        return await self._report(Span(tenant_id, since, until))

    async def bot(self, tenant_id: str, bot_id: str, *, bounds: Sequence[float]) -> DayReport:
        return await self._report(Span(tenant_id, bounds[0], bounds[-1], bot_id=bot_id, bounds=bounds[1:-1]))

    async def _report(self, span: Span) -> DayReport:
        dialect = self._database.dialect
        calls_query, turns_query = calls_of(span, dialect=dialect), turns_of(span, dialect=dialect)
        live_query = _LIVE if span.tenant_id is None else _LIVE.where(calls.c.tenant_id == span.tenant_id)
        live_query = live_query.where(*span.calls_of_bot())

        def read(connection: Connection) -> DayReport:
            sums = Sums(bucket_ms=BUCKET_MS)
            sums.add_calls(connection.execute(calls_query).all())
            sums.add_turns(connection.execute(turns_query).all())
            return sums.report(live=int(connection.execute(live_query).scalar_one()))

        return await self._database.read(read)

    async def messages(self) -> int:
        return await self._database.read(lambda connection: int(connection.execute(_MESSAGES).scalar_one()))

    async def talks(self, call_ids: Sequence[str]) -> Mapping[str, TalkFigures]:
        turn = call_turns.c
        query = (
            select(turn.call_id, turn.answer_ms).where(turn.call_id.in_(call_ids)).order_by(turn.call_id, turn["index"])
        )
        rows = await self._rows(query)
        grouped = groupby(rows, key=lambda row: str(row["call_id"]))
        return {call_id: _talk([row["answer_ms"] for row in turns]) for call_id, turns in grouped}

    async def turns(self, call_ids: Sequence[str]) -> Mapping[str, Sequence[TurnRecord]]:
        turn = call_turns.c
        query = select(call_turns).where(turn.call_id.in_(call_ids)).order_by(turn.call_id, turn["index"])
        rows = await self._database.query(lambda connection: connection.execute(query).mappings().all())
        grouped = groupby(rows, key=lambda row: str(row["call_id"]))
        return {call_id: [turn_of(row) for row in said] for call_id, said in grouped}

    async def last_words(self, call_ids: Sequence[str]) -> Mapping[str, LastWords]:
        turn = call_turns.c
        newest = (
            select(turn.call_id, func.max(turn["index"]).label("newest"))
            .where(turn.call_id.in_(call_ids))
            .group_by(turn.call_id)
            .subquery()
        )
        query = select(turn.call_id, turn.speaker, turn.heard).join(
            newest, and_(turn.call_id == newest.c.call_id, turn["index"] == newest.c.newest)
        )
        rows = await self._rows(query)
        return {row["call_id"]: LastWords(speaker=row["speaker"], text=row["heard"]) for row in rows}

    async def _rows(self, query: Select[Any]) -> Sequence[RowMapping]:
        return await self._database.read(lambda connection: connection.execute(query).mappings().all())


def calls_of(span: Span, *, dialect: str) -> Select[Any]:
    """How many calls there were of every sort: by hour, direction, answered, ended, cause, succeeded."""
    answered, ended = calls.c.answered_at.is_not(None), calls.c.state == Phase.ENDED.value
    sorts = (
        select(
            span.part(calls.c.created_at, dialect).label("hour"),
            calls.c.direction,
            _flag(answered).label("answered"),
            _flag(ended).label("ended"),
            calls.c.hangup_cause,
            _flag(and_(ended, answered, *_succeeded())).label("succeeded"),
        )
        .where(*span.holds(calls.c.tenant_id, calls.c.created_at), *span.calls_of_bot())
        .subquery()
    )
    return select(*sorts.c, func.count().label("calls")).group_by(*sorts.c)


def turns_of(span: Span, *, dialect: str) -> Select[Any]:
    """How many turns there were by hour and latency (in steps; null for what was not measured)."""
    turn = call_turns.c
    sorts = (
        select(
            span.part(turn.started_at, dialect).label("hour"),
            case((_IS_AGENT, _whole(turn.answer_ms / BUCKET_MS, dialect))).label("bucket"),
            _flag(and_(_IS_AGENT, turn.interrupted)).label("cut_off"),
        )
        .where(*span.holds(turn.tenant_id, turn.started_at), *span.turns_of_bot())
        .subquery()
    )
    cut_off = func.sum(sorts.c.cut_off).label("cut_off")
    return select(sorts.c.hour, sorts.c.bucket, func.count().label("turns"), cut_off).group_by(
        sorts.c.hour, sorts.c.bucket
    )


def _succeeded() -> tuple[ColumnElement[bool], ...]:
    """The rule of core/call/success.py."""
    reason = func.coalesce(calls.c.machine["reason"].as_string(), "")
    spoke = exists().where(call_turns.c.call_id == calls.c.id, call_turns.c.speaker == "caller").correlate(calls)
    return (
        calls.c.hangup_cause.in_([cause.value for cause in GOOD_CAUSES]),
        reason.not_in((*BROKEN, *NOBODY_TALKED)),
        ~reason.contains(REFUSED, autoescape=True),
        spoke,
    )


def _whole(value: ColumnElement[Any], dialect: str) -> ColumnElement[int]:
    """The whole part of what is not negative: PostgreSQL's cast rounds, and not every SQLite has `floor`."""
    return cast(func.floor(value), BigInteger) if dialect == "postgresql" else cast(value, Integer)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _talk(latencies: Sequence[float | None]) -> TalkFigures:
    measured = [latency for latency in latencies if latency is not None]
    return TalkFigures(
        turns=len(latencies),
        latency_p95_ms=of_values(measured, 0.95),
        last_latency_ms=measured[-1] if measured else None,
    )
