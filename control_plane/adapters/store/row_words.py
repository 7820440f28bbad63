"""The index of words over rows of the business API: three letters at a time, in either database.

The engines keep it by themselves, whoever writes a row. What it finds in PostgreSQL is the tenant's alone; SQLite's
knows no tenants, and is asked for ids of rows only, which the query around it picks the tenant's from.
"""

from typing import Any, Final

from sqlalchemy.ext.compiler import compiles

from control_plane.ports.searching import MayContain

TABLES: Final = "row_words"
INDICES: Final = "ix_row_words_"
"""What belongs to it begins so. No part of the program's metadata."""

_ON_FILE: Final = """({row_id} IN (
  SELECT row_words_rows.id FROM row_words CROSS JOIN row_words_rows ON n = row_words.rowid
  WHERE row_words MATCH '"' || replace(replace({pieces}, '"', '""'), ' ', '" AND "') || '"' AND kind = {table}
))"""


# As a list of ids that is made first: the server would guess how many there are, and guess wrong. The search is a
# function with the owner's rights, as no index of pieces may be read behind a policy: its operators are not known to
# keep to themselves what they saw.
@compiles(MayContain, "postgresql")
def _by_function(element: Any, compiler: Any, **options: Any) -> str:
    row_id, table, pieces = (compiler.process(each, **options) for each in element.clauses)
    return f"({row_id} = ANY (ARRAY(SELECT row_words_found({table}, {pieces}))))"


@compiles(MayContain, "sqlite")
def _by_table(element: Any, compiler: Any, **options: Any) -> str:
    row_id, table, pieces = (compiler.process(each, **options) for each in element.clauses)
    return _ON_FILE.format(row_id=row_id, table=table, pieces=pieces)
