"""Counted facts: added to by the count, read by whoever asks."""

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    any_,
    bindparam,
    func,
    literal,
    or_,
    select,
)

from control_plane.adapters.store.analytics_tables import call_facts
from control_plane.adapters.store.rows import replacing
from control_plane.core.analytics.counting import Cell, Sums
from control_plane.core.analytics.histogram import Pile, packed
from control_plane.ports.analytics import BOTH, COUNTS, LATENCIES, FactsWanted

MOST_RANGES: Final = 3

_KEY: Final = ("tenant_id", "kind", "step", "direction", "bucket", "key")
_AROUND: Final = select(call_facts).where(
    *(call_facts.c[name].in_(bindparam(name, expanding=True)) for name in _KEY[:-1])
)
"""All that may be stored already of some cells: whole steps, as cells of one step are mostly wanted together."""


def add_facts(connection: Connection, facts: Mapping[Cell, Sums], *, dialect: str) -> None:
    """Nobody else may add at the same time."""
    if not facts:
        return
    near = {name: sorted({getattr(cell, name) for cell in facts}) for name in _KEY[:-1]}
    found = connection.execute(_AROUND, near).mappings().all()
    stored = {tuple(row[name] for name in _KEY): row for row in found}
    rows = []
    for cell, sums in facts.items():
        key = tuple(getattr(cell, name) for name in _KEY)
        rows.append({**dict(zip(_KEY, key, strict=True)), **_added(sums, stored.get(key))})
    connection.execute(replacing(dialect, call_facts), rows)


def _added(sums: Sums, stored: Mapping[Any, Any] | None) -> dict[str, Any]:
    more: dict[str, Any] = {**{name: sums.counts[name] for name in COUNTS}, "seconds": sums.seconds}
    if stored is None:
        return {**more, LATENCIES: packed(sums.latencies)}
    latencies = stored[LATENCIES]
    if sums.latencies:
        latencies = packed(Pile((latencies, packed(sums.latencies))).counts())
    return {**{name: stored[name] + more[name] for name in COUNTS}, LATENCIES: latencies}


def _within(wanted: FactsWanted, *, dialect: str) -> ColumnElement[bool]:
    """Many small ranges as the list of their steps: one statement with one value, however many there are."""
    bucket = call_facts.c.bucket
    if len(wanted.ranges) > MOST_RANGES:
        steps = [step for since, until in wanted.ranges for step in range(since, until, wanted.step)]
        if dialect == "postgresql":
            return bucket == any_(literal(steps, ARRAY(BigInteger)))
        return bucket.in_(select(func.json_each(json.dumps(steps)).table_valued("value").c.value))
    return or_(*(and_(bucket >= since, bucket < until) for since, until in wanted.ranges))


def facts_of(wanted: FactsWanted, *, dialect: str) -> Select[Any]:
    """(bucket, key or direction, *columns)."""
    facts = call_facts.c
    named = facts.direction if wanted.every_direction else facts.key
    query = select(facts.bucket, named, *(facts[name] for name in wanted.columns)).where(
        facts.tenant_id == wanted.tenant_id,
        facts.kind == wanted.kind,
        facts.step == wanted.step,
        _within(wanted, dialect=dialect),
    )
    if wanted.every_direction:
        query = query.where(facts.direction.in_(("inbound", "outbound")))
    else:
        query = query.where(facts.direction == (wanted.direction or BOTH))
    return query if wanted.key is None else query.where(facts.key == wanted.key)
