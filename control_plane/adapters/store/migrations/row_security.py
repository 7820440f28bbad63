"""The second wall between tenants: PostgreSQL itself filters the rows of a tenant's transactions.

These transactions run as a role that owns nothing (`adapters/store/tenancy.py`), so that the policies hold for it
whoever the gateway logs in as; all others run as the owner, whom no policy concerns. SQLite has no such thing.

Where the gateway's user may not create the role, the policies lie ready: an administrator creates it (`CREATE ROLE
centralita_tenant NOLOGIN; GRANT centralita_tenant TO <user>`), and `grant` makes up for the rest.
"""

from alembic import op

ROLE = "centralita_tenant"

MAKE_ROLE = f"""
DO $$ BEGIN
  CREATE ROLE {ROLE} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
END $$
"""

JOIN_ROLE = f"""
DO $$ BEGIN
  EXECUTE format('GRANT {ROLE} TO %I', current_user);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO {ROLE}', current_schema());
EXCEPTION WHEN undefined_object OR insufficient_privilege THEN NULL;
END $$
"""

GRANT = """
DO $$ BEGIN
  GRANT {rights} ON {table} TO {role};
EXCEPTION WHEN undefined_object THEN NULL;
END $$
"""


def make_role() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(MAKE_ROLE)
        op.execute(JOIN_ROLE)


def protect(*tables: str, rights: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """Only the tenant named in the transaction is seen, and may be written. `tables` have a column `tenant_id`."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_tenant ON {table} "
            "USING (tenant_id = current_setting('centralita.tenant', true)) "
            "WITH CHECK (tenant_id = current_setting('centralita.tenant', true))"
        )
        op.execute(GRANT.format(rights=rights, table=table, role=ROLE))


def expose(*tables: str) -> None:
    """Let tenants' transactions read what has no tenant, and is meant for all of them."""
    if op.get_bind().dialect.name == "postgresql":
        for table in tables:
            op.execute(GRANT.format(rights="SELECT", table=table, role=ROLE))


def unprotect(*tables: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in tables:
            op.execute(f"DROP POLICY of_tenant ON {table}")
            op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
