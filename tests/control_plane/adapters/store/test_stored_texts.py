"""Whatever was said or sent can be stored, and comes back as nearly the same as the engines allow."""

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table

from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.rows import Record, row_of
from control_plane.adapters.store.tables import call_commands, call_events, call_turns, calls, webhooks
from control_plane.ports.stores import CallRecord
from control_plane.ports.tables import Base
from tests.records import call_record, journal_entry, stored_command, stored_webhook, turn_record

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
_numbers = itertools.count(1)


def storable(words: str) -> str:
    return words.replace("\x00", "").encode("utf-8", "replace").decode()


def test_every_record_has_the_columns_of_its_table() -> None:
    pairs: list[tuple[Table, Record, set[str]]] = [
        (calls, call_record(), {"counted"}),
        (call_events, journal_entry(), set()),
        (call_commands, stored_command(), set()),
        (call_turns, turn_record(), {"answer_ms", "tenant_id"}),
        (webhooks, stored_webhook(), {"worked"}),
    ]
    others = {"callbacks", "call_facts", "call_sums", "call_notes", "call_ears"}
    of_calls = {name for name in Base.metadata.tables if name.startswith("call")} - others
    assert {table.name for table, _, _ in pairs} == of_calls | {"webhooks"}
    for table, record, more in pairs:
        assert set(row_of(record)) | more == {column.name for column in table.c}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(words=ANY_TEXT, body=st.dictionaries(ANY_TEXT, ANY_JSON, max_size=4), at=st.floats(0, 1e11))
def test_any_words_and_any_json_are_stored(address: str, words: str, body: dict[str, Any], at: float) -> None:
    import asyncio

    from control_plane.adapters.store.engine import open_database

    async def there_and_back() -> None:
        database = open_database(address)
        store, name = SqlCallStore(database), f"call-{next(_numbers)}"
        call = call_record(name, contact_name=words, variables=body, created_at=at)
        await store.create(call, journal_entry(name, body=body, at=at), commands=[])
        await store.save_turn(turn_record(name, text=words, heard=words, started_at=at))
        found = await store.get(name)
        assert isinstance(found, CallRecord)
        assert (found.contact_name, found.variables, found.created_at) == (storable(words), body, at)
        assert (await store.journal(name))[0].body == body
        assert (await store.turns(name))[0].text == storable(words)
        await database.aclose()

    asyncio.run(there_and_back())
