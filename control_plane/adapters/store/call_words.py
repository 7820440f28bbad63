"""The index of words over calls that have ended: what was said, and with whom. SQLite's FTS5, or PostgreSQL's tsvector.

The folding into words is ours (`core/words.py`), so that both find the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    TextClause,
    any_,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
)

from control_plane.adapters.store.analytics_tables import call_sums

TABLE: Final = "call_words"
"""And with names that begin so: what FTS5 keeps. No tables of the program's metadata."""

SAID: Final = "said"
WHO: Final = "who"
"""Names and numbers, with their endings: what begins one of these is part of a name or number."""

_INSERT: Final[Mapping[str, TextClause]] = {
    "sqlite": text("INSERT INTO call_words (rowid, tenant, said, who) VALUES (:n, :tenant, :said, :who)"),
    "postgresql": text(
        "INSERT INTO call_words (n, tenant_id, said, who) VALUES (:n, :tenant_id, "
        "array_to_tsvector(:said_words), array_to_tsvector(:who_words))"
    ),
}

words: Final = table(TABLE, *map(column, ("n", "tenant_id", SAID, WHO)))
_ROWID: Final[ColumnElement[Any]] = literal_column("call_words.rowid")


RECENT: Final = 2_000
"""So many of a tenant's newest calls are looked through before the index of words is asked."""
RECENT_BESIDE: Final = 500
"""The same with SQLite, which has its words in no order of tenants, and goes for those of each call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """One way to find the calls with certain words: a table, a condition over it, and its column with their numbers."""

    source: FromClause
    where: tuple[ColumnElement[bool], ...]
    number: ColumnElement[Any]
    values: Mapping[str, Any]


def add_words(connection: Connection, rows: Sequence[Mapping[str, Any]], *, dialect: str) -> None:
    """Rows with `n`, `tenant_id`, and the words `said` and `who` as lists."""
    connection.execute(_INSERT[dialect], [_row(row, dialect=dialect) for row in rows])


def _row(row: Mapping[str, Any], *, dialect: str) -> dict[str, Any]:
    said, who = list(row[SAID]), list(row[WHO])
    if dialect == "postgresql":
        return {"n": row["n"], "tenant_id": row["tenant_id"], "said_words": said, "who_words": who}
    return {"n": row["n"], "tenant": _tenant_word(row["tenant_id"]), SAID: " ".join(said), WHO: " ".join(who)}


def ways(
    tenant_id: str, wanted: Mapping[str, Sequence[str]], *, before: int | None, dialect: str
) -> Sequence[Matching]:
    """The tenant's calls in which each of these folded words begins a word of its column (SAID, WHO); one at least.

    A way that finds less than was asked for may have overlooked some, but for the last.
    """
    if dialect == "postgresql":
        return _recent(tenant_id, wanted, before=before), _indexed(tenant_id, wanted)
    return _recent_beside(tenant_id, wanted, before=before), _matched(tenant_id, wanted)


def _recent_beside(tenant_id: str, wanted: Mapping[str, Sequence[str]], *, before: int | None) -> Matching:
    """The index would gather every call with a word that begins so, before it gave the newest of them."""
    mine = select(call_sums.c.n).where(call_sums.c.tenant_id == tenant_id)
    if before is not None:
        mine = mine.where(call_sums.c.n < before)
    recent = mine.order_by(call_sums.c.n.desc()).limit(RECENT_BESIDE).cte("recent")

    def begins(where: str, word: str) -> ColumnElement[bool]:
        # Not a join: SQLite would go through the words of all calls, and look for each among the recent ones.
        those = select(words.c[where]).where(recent.c.n == _ROWID).correlate(recent).scalar_subquery()
        return func.instr(literal(" ").concat(those), f" {word}") > 0

    matches = tuple(begins(where, word) for where, found in wanted.items() for word in found)
    return Matching(source=recent, where=matches, number=recent.c.n, values={})


def _matched(tenant_id: str, wanted: Mapping[str, Sequence[str]]) -> Matching:
    # The tenant is a word of the index too: whatever others have said is passed over within it.
    terms = [f'tenant : "{_tenant_word(tenant_id)}"']
    terms += [f'{where} : "{word}"*' for where, found in wanted.items() for word in found]
    return Matching(
        source=words,
        where=(text("call_words MATCH :all_words"),),  # type: ignore[arg-type]
        number=_ROWID,
        values={"all_words": " AND ".join(terms)},
    )


def _recent(tenant_id: str, wanted: Mapping[str, Sequence[str]], *, before: int | None) -> Matching:
    """Common words are found among the newest calls. The server would guess how common they are, and guess wrong."""
    mine = select(words).where(words.c.tenant_id == tenant_id).order_by(words.c.n.desc()).limit(RECENT)
    if before is not None:
        mine = mine.where(words.c.n < before)
    recent = mine.cte("recent").prefix_with("MATERIALIZED")
    matches = tuple(_matches(recent.c[where], where) for where in wanted)
    return Matching(source=recent, where=matches, number=recent.c.n, values=_queries(wanted))


def _indexed(tenant_id: str, wanted: Mapping[str, Sequence[str]]) -> Matching:
    """Rare ones by the index. As a list that is made first: joined to it, the server would guess that they are many,
    and read all calls in order."""
    found = select(words.c.n).where(
        words.c.tenant_id == tenant_id, *(_matches(words.c[where], where) for where in wanted)
    )
    hits = func.array(found.scalar_subquery(), type_=ARRAY(BigInteger))
    return Matching(
        source=call_sums, where=(call_sums.c.n == any_(hits),), number=call_sums.c.n, values=_queries(wanted)
    )


def _matches(column: ColumnElement[Any], where: str) -> ColumnElement[bool]:
    return column.op("@@")(text(f"CAST(:{where}_words AS tsquery)"))


def _queries(wanted: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {f"{where}_words": " & ".join(f"'{word}':*" for word in found) for where, found in wanted.items()}


def _tenant_word(tenant_id: str) -> str:
    """One word, whatever letters the id has."""
    return f"t{tenant_id.encode().hex()}"
