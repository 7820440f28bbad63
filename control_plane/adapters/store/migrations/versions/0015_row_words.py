"""The index of words over rows that are searched, three letters at a time.

PostgreSQL: an index over the pieces of each row's words, every one with its tenant in front. SQLite: a table of words
that keeps no text, filled by triggers; whoever replaces a searched table makes its triggers anew.
"""

import sqlalchemy as sa
from alembic import op

from control_plane.adapters.store.migrations.row_security import GRANT, ROLE

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SEARCHED = ("api_keys", "bots", "contact_lists", "contacts", "flows", "orders", "products", "sellers", "users")

# Windows rather than substr(), which looks for its place from the beginning of the text each time.
PIECES = """
CREATE FUNCTION row_words_pieces(tenant text, words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
  SELECT array_agg(DISTINCT tenant || ' ' || piece) FROM (
    SELECT letter || lead(letter, 1) OVER row || lead(letter, 2) OVER row AS piece
    FROM unnest(string_to_array(words, NULL)) WITH ORDINALITY AS letters(letter, place)
    WINDOW row AS (ORDER BY place)
  ) AS pieces WHERE strpos(piece, ' ') = 0
$$
"""

# With the owner's rights, whom no policy concerns: it names the tenant itself, and does so twice. In the first place
# alone, the server would go by the tenant and take the words of all its rows to pieces. It reads the tables that are
# searched and nothing else, such as a view that whoever calls it made for themselves.
FOUND = """
CREATE FUNCTION row_words_found(searched text, wanted text) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp SET enable_seqscan = off AS $$
DECLARE
  tenant text := current_setting('centralita.tenant', true);
BEGIN
  IF (searched = ANY (ARRAY[{names}])) IS NOT TRUE THEN
    RAISE insufficient_privilege;
  END IF;
  RETURN QUERY EXECUTE format(
    'WITH found AS MATERIALIZED (SELECT id, tenant_id FROM %I.%I WHERE row_words_pieces(tenant_id, words) @> $1) '
    'SELECT id FROM found WHERE tenant_id = $2', current_schema(), searched
  ) USING ARRAY(SELECT tenant || ' ' || piece FROM unnest(string_to_array(wanted, ' ')) AS piece), tenant;
END $$
"""
FUNCTIONS = ("row_words_found(text, text)", "row_words_pieces(text, text)")

FILL = (
    "INSERT INTO row_words_rows (kind, id) SELECT '{table}', id FROM {table}",
    "INSERT INTO row_words (rowid, words) SELECT n, words FROM row_words_rows JOIN {table} USING (id) "
    "WHERE kind = '{table}'",
)
TRIGGERS = {
    "made": "AFTER INSERT ON {table} BEGIN {add} END",
    "changed": "AFTER UPDATE OF words ON {table} WHEN old.words IS NOT new.words BEGIN {take} {add} END",
    "gone": "AFTER DELETE ON {table} BEGIN {take} END",
}
ADD = (
    "INSERT INTO row_words_rows (kind, id) VALUES ('{table}', new.id); "
    "INSERT INTO row_words (rowid, words) SELECT n, new.words FROM row_words_rows "
    "WHERE kind = '{table}' AND id = new.id;"
)
TAKE = (
    "INSERT INTO row_words (row_words, rowid, words) SELECT 'delete', n, old.words FROM row_words_rows "
    "WHERE kind = '{table}' AND id = old.id; "
    "DELETE FROM row_words_rows WHERE kind = '{table}' AND id = old.id;"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _tables()
    else:
        _indices()


def _indices() -> None:
    bind = op.get_bind()
    schema = bind.scalar(sa.text("SELECT quote_ident(current_schema())"))
    op.execute(PIECES)
    op.execute(FOUND.format(schema=schema, names=", ".join(f"'{table}'" for table in SEARCHED)))
    op.execute("REVOKE EXECUTE ON FUNCTION row_words_found(text, text) FROM PUBLIC")
    for function in FUNCTIONS:
        op.execute(GRANT.format(rights="EXECUTE", table=f"FUNCTION {function}", role=ROLE))
    for table in SEARCHED:
        op.execute(f"CREATE INDEX ix_row_words_{table} ON {table} USING gin (row_words_pieces(tenant_id, words))")


def _tables() -> None:
    op.execute("CREATE TABLE row_words_rows (n INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL)")
    op.execute("CREATE UNIQUE INDEX uq_row_words_rows ON row_words_rows (kind, id)")
    op.execute(
        "CREATE VIRTUAL TABLE row_words USING fts5(words, content='', detail='none', columnsize=0, tokenize='trigram')"
    )
    for table in SEARCHED:
        for statement in FILL:
            op.execute(statement.format(table=table))
        for name, body in TRIGGERS.items():
            add, take = ADD.format(table=table), TAKE.format(table=table)
            op.execute(f"CREATE TRIGGER row_words_{table}_{name} " + body.format(table=table, add=add, take=take))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in SEARCHED:
            for name in TRIGGERS:
                op.execute(f"DROP TRIGGER row_words_{table}_{name}")
        op.execute("DROP TABLE row_words")
        op.execute("DROP TABLE row_words_rows")
        return
    for table in SEARCHED:
        op.execute(f"DROP INDEX ix_row_words_{table}")
    op.execute("DROP FUNCTION row_words_found")
    op.execute("DROP FUNCTION row_words_pieces")
