"""Calls of a year for the benchmarks of the business API, made by the database itself as far as it goes.

One tenant, three bots, two directions, five causes; calls from eight in the morning until ten at night of Bogotá. The
figures of analytics are summed up from the calls; how long answers took is taken from histograms of about the right
size, as nobody looks at each answer there.
"""

import random
from collections import Counter
from itertools import pairwise
from typing import Final

from sqlalchemy import Connection, insert, text

from control_plane.adapters.store.analytics_tables import call_sums
from control_plane.adapters.store.call_words import add_words
from control_plane.core.analytics.histogram import packed, slot_of
from control_plane.core.analytics.periods import STEPS
from control_plane.core.words import endings, words
from control_plane.ports.analytics import number_of

UNTIL: Final = 1_767_243_600
"""Midnight of the first of January 2026 in Bogotá."""
DAY_S: Final = 86_400
DAYS: Final = 365
PORTION: Final = 1_000
OPEN_S: Final = 14 * 3600
BOTS: Final = ("maria", "ventas", "cobros")
SAID: Final = ("quiero una cita para manana", "cuanto cuesta la consulta", "gracias muy amable hasta luego")

SERIES: Final = {
    "postgresql": "SELECT i FROM generate_series(0, :calls - 1) AS i",
    "sqlite": "WITH RECURSIVE many(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM many WHERE i < :calls - 1) "
    "SELECT i FROM many",
}
JSON: Final = {"postgresql": "CAST('{}' AS json)", "sqlite": "'{}'"}

# 104729 is prime: it strews the calls over the days without any random function that both engines would have.
CALLS: Final = """
INSERT INTO calls (id, tenant_id, direction, carrier, sender, "to", state, bot_id, created_at, contact_name, control_id,
  leg_id, session_id, answered_at, ended_at, hangup_cause, mode, recording_key, idempotency_key, variables, metadata,
  machine, node, counted)
SELECT 'call-' || i, 'default', CASE WHEN i % 3 = 0 THEN 'inbound' ELSE 'outbound' END, 'telnyx', '+576015550100',
  '+57300' || (1000000 + i % 7919991), 'ended',
  CASE i % 4 WHEN 0 THEN 'ventas' WHEN 1 THEN 'cobros' ELSE 'maria' END, at,
  CASE i % 5 WHEN 0 THEN 'María López' WHEN 1 THEN 'Ana Gómez' WHEN 2 THEN 'Iván Ñíguez' ELSE 'Cliente' END || ' ' || i,
  '', '', '', CASE WHEN i % 10 < 7 THEN at + 8 END, at + 8 + i % 300,
  CASE WHEN i % 10 < 6 THEN 'normal' WHEN i % 10 = 6 THEN 'time_limit' WHEN i % 10 = 7 THEN 'busy'
    WHEN i % 10 = 8 THEN 'no_answer' ELSE 'failed' END,
  'stream', CASE WHEN i % 10 < 7 THEN 'recordings/call-' || i || '.wav' ELSE '' END, '', {json}, {json}, {json}, 'one',
  {true}
FROM (SELECT i, CAST({first} + (i % {days}) * 86400 + (CAST(i AS bigint) * 104729) % {open} AS double precision) AS at
  FROM ({series}) AS numbers) AS calls_of_a_year
"""
FACTS: Final = """
INSERT INTO call_facts (tenant_id, kind, step, direction, bucket, key, calls, answered, talked, succeeded, seconds,
  messages, barge_ins, latencies)
SELECT 'default', :kind, :step, way, bucket, key, made, answered, answered, answered, seconds, answered * 8,
  answered / 5, latencies
FROM ({counted}) AS counted
JOIN answer_pool ON answer_pool.size = (SELECT max(size) FROM answer_pool WHERE size <= counted.answered * 4)
"""
OF_CALLS: Final = """
SELECT {way} AS way, CAST(floor(created_at / :step) AS bigint) * :step AS bucket, {key} AS key, count(*) AS made,
  count(answered_at) AS answered, coalesce(sum(ended_at - answered_at), 0) AS seconds
FROM calls GROUP BY 1, 2, 3
"""
OF_FINER: Final = """
SELECT direction AS way, bucket / :step * :step AS bucket, key, sum(calls) AS made, sum(answered) AS answered,
  sum(seconds) AS seconds
FROM call_facts WHERE kind = :kind AND step = :finer GROUP BY 1, 2, 3
"""


def make_calls(connection: Connection, calls: int) -> None:
    """So many, all of them counted already."""
    dialect = connection.dialect.name
    statement = CALLS.format(
        json=JSON[dialect],
        true="true",
        first=UNTIL - DAYS * 86_400 + 8 * 3600,
        days=DAYS,
        open=OPEN_S,
        series=SERIES[dialect],
    )
    connection.execute(text(statement), {"calls": calls})


def make_facts(connection: Connection) -> None:
    """What the count would have left of them."""
    connection.execute(
        text(
            "CREATE TABLE answer_pool (size integer PRIMARY KEY, latencies {})".format(
                "bytea" if connection.dialect.name == "postgresql" else "blob"
            )
        )
    )
    connection.execute(text("INSERT INTO answer_pool VALUES (:size, :latencies)"), _pool())
    for kind, key in (("all", "''"), ("bot", "bot_id"), ("cause", "hangup_cause")):
        for way in ("'*'", "direction"):
            counted = OF_CALLS.format(way=way, key=key)
            connection.execute(text(FACTS.format(counted=counted)), {"kind": kind, "step": STEPS[0]})
        for finer, step in pairwise(STEPS):
            values = {"kind": kind, "step": step, "finer": finer}
            connection.execute(text(FACTS.format(counted=OF_FINER)), values)
    connection.execute(text("DROP TABLE answer_pool"))


def _pool() -> list[dict[str, object]]:
    """Histograms of 0, 1, 2, 4, … answers."""
    chance = random.Random(1)
    sizes = [0, *(1 << power for power in range(18))]
    return [
        {"size": size, "latencies": packed(Counter(slot_of(chance.lognormvariate(6.8, 0.3)) for _ in range(size)))}
        for size in sizes
    ]


TURNS: Final = """
INSERT INTO call_turns (call_id, tenant_id, "index", speaker, text, heard, started_at, ended_at, interrupted, timing,
  tools, answer_ms)
SELECT calls.id, 'default', n, CASE WHEN n % 2 = 0 THEN 'caller' ELSE 'agent' END, {said}, {said},
  created_at + 10 + n * 5, created_at + 13 + n * 5, false, {json}, {list},
  CASE WHEN n % 2 = 1 THEN 600 + n * 37 + answered_at - floor(answered_at / 500) * 500 END
FROM calls CROSS JOIN (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION
  SELECT 6 UNION SELECT 7) AS turns
WHERE answered_at IS NOT NULL
"""


def make_turns(connection: Connection) -> None:
    """Eight in every answered call."""
    said = f"CASE n % 3 WHEN 0 THEN '{SAID[0]}' WHEN 1 THEN '{SAID[1]}' ELSE '{SAID[2]}' END"
    dialect = connection.dialect.name
    connection.execute(text(TURNS.format(said=said, json=JSON[dialect], list=JSON[dialect].replace("{}", "[]"))))


def make_sums(connection: Connection) -> None:
    """What the search finds calls by."""
    dialect = connection.dialect.name
    names = text('SELECT id, created_at, contact_name, sender, "to", answered_at, ended_at FROM calls')
    said = words(*SAID)
    rows = [
        {
            "n": number_of(row.id, row.created_at),
            "tenant_id": "default",
            "call_id": row.id,
            "talk_s": 0.0 if row.answered_at is None else row.ended_at - row.answered_at,
            "latency_p95_ms": None if row.answered_at is None else 700.0 + row.ended_at % 500,
            "said": said if row.answered_at is not None else [],
            "who": endings(row.contact_name, row.sender, row.to),
        }
        for row in connection.execute(names)
    ]
    rows = list({row["n"]: row for row in rows}.values())
    for start in range(0, len(rows), PORTION):
        portion = rows[start : start + PORTION]
        connection.execute(insert(call_sums), [{name: row[name] for name in call_sums.c.keys()} for row in portion])  # noqa: SIM118
        add_words(connection, portion, dialect=dialect)


PRODUCTS: Final = """
INSERT INTO products (id, tenant_id, words, sku, name, description, category, price, currency, stock, active,
  created_at, updated_at, version)
SELECT 'product-' || i, 'default', 'sku-' || i || ' vacuna numero ' || i, 'SKU-' || i, 'Vacuna número ' || i, '',
  'cat-' || (i % 20), 450000, 'COP', 5, i % 10 != 0, 1700000000 + i, 1700000000 + i, 1
FROM ({series}) AS numbers
"""


def make_products(connection: Connection, products: int) -> None:
    connection.execute(text(PRODUCTS.format(series=SERIES[connection.dialect.name])), {"calls": products})
