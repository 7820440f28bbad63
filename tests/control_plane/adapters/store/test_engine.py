"""Which database an address means."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from control_plane.adapters.store.engine import is_pooled, open_database, postgres_url


@pytest.mark.parametrize(
    "form", ["{0}/deep/er/a.db", "sqlite:///{0}/deep/er/a.db", "sqlite+aiosqlite:///{0}/deep/er/a.db"]
)
async def test_every_form_of_a_path_makes_its_folder(form: str, tmp_path: Path) -> None:
    database = open_database(form.format(tmp_path))
    assert database.dialect == "sqlite"
    assert (tmp_path / "deep" / "er").is_dir()
    await database.aclose()


async def test_a_relative_path_is_below_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    database = open_database("sqlite:///var/a.db")
    assert (tmp_path / "var").is_dir()
    await database.aclose()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg"])
async def test_every_postgres_scheme_goes_through_psycopg(scheme: str) -> None:
    database = open_database(f"{scheme}://user:secret@localhost/gateway")
    assert database.dialect == "postgresql"
    await database.aclose()


@pytest.mark.parametrize(
    ("address", "pooled"),
    [
        ("postgresql://u:p@db.abc.supabase.co:5432/postgres?sslmode=require", False),
        ("postgresql://u.abc:p@aws-0-us-east-1.pooler.supabase.com:6543/postgres", True),
        ("postgresql://u:p@localhost:6432/gateway", True),
        ("postgresql://u:p@localhost/gateway?pgbouncer=true&connection_limit=1", True),
        ("postgresql://u:p@localhost/gateway", False),
    ],
)
def test_transaction_poolers_are_recognised(address: str, pooled: bool) -> None:
    assert is_pooled(make_url(address)) is pooled


def test_options_of_other_clients_are_left_out_and_ours_stay() -> None:
    url = postgres_url(make_url("postgresql://u:p@h/d?pgbouncer=true&connection_limit=1&sslmode=require"))
    assert url.render_as_string(hide_password=False) == "postgresql+psycopg://u:p@h/d?sslmode=require"


@pytest.mark.parametrize(
    "address",
    ["", "sqlite://", ":memory:", "sqlite:///:memory:", "mysql://u:hunter2@h/d", "postgresql://u:hunter2@h:x/d"],
)
def test_what_cannot_be_used_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL") as refused:
        open_database(address)
    assert "hunter2" not in str(refused.value)
