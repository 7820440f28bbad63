"""The directory of nodes, on SQLite and PostgreSQL."""

import pytest

from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.nodes import SqlNodeStore
from control_plane.ports.nodes import Node
from tests.records import call_record, journal_entry, stored_command

NODE = Node(id="a", instance="first", beat=0, address="http://127.0.0.1:3008")
SUCCESSOR = Node(id="a", instance="second", beat=0, address="http://127.0.0.1:3008")


@pytest.fixture
def nodes(database: Database) -> SqlNodeStore:
    return SqlNodeStore(database)


async def test_a_beat_moves_the_count(nodes: SqlNodeStore) -> None:
    await nodes.enter(NODE)
    assert await nodes.beat(NODE)
    [row] = await nodes.all()
    assert row == Node(id="a", instance="first", beat=1, address=NODE.address)


async def test_a_successor_takes_the_place_of_an_earlier_process(nodes: SqlNodeStore) -> None:
    await nodes.enter(NODE)
    await nodes.enter(SUCCESSOR)
    assert not await nodes.beat(NODE)
    await nodes.leave(NODE)
    assert await nodes.all() == [SUCCESSOR]
    await nodes.leave(SUCCESSOR)
    assert await nodes.all() == []


async def test_a_call_is_adopted_once(nodes: SqlNodeStore, calls: SqlCallStore) -> None:
    await calls.create(call_record(node="gone"), journal_entry(), commands=[])
    assert await nodes.adopt("call-1", owner="gone", heir="a", seen=None)
    assert not await nodes.adopt("call-1", owner="gone", heir="b", seen=None)
    found = await calls.get("call-1")
    assert found is not None
    assert found.node == "a"


async def test_a_call_is_not_taken_from_a_node_that_is_listed(nodes: SqlNodeStore, calls: SqlCallStore) -> None:
    await calls.create(call_record(node="a"), journal_entry(), commands=[])
    await nodes.enter(NODE)
    assert not await nodes.adopt("call-1", owner="a", heir="b", seen=None)
    await nodes.beat(NODE)
    assert not await nodes.adopt("call-1", owner="a", heir="b", seen=NODE)
    [standing_still] = await nodes.all()
    await nodes.enter(SUCCESSOR)
    assert not await nodes.adopt("call-1", owner="a", heir="b", seen=standing_still)
    assert await nodes.adopt("call-1", owner="a", heir="b", seen=SUCCESSOR)


async def test_a_node_learns_that_a_call_is_not_its_own_any_more(nodes: SqlNodeStore, calls: SqlCallStore) -> None:
    await calls.create(call_record(node="a"), journal_entry(), commands=[])
    await nodes.enter(NODE)
    assert await nodes.adopt("call-1", owner="a", heir="a", seen=None)
    assert await nodes.adopt("call-1", owner="a", heir="b", seen=NODE)
    assert not await nodes.adopt("call-1", owner="a", heir="a", seen=None)


async def test_later_events_of_a_call_do_not_give_it_back(nodes: SqlNodeStore, calls: SqlCallStore) -> None:
    await calls.create(call_record(node="a"), journal_entry(), commands=[])
    await nodes.adopt("call-1", owner="a", heir="b", seen=None)
    await calls.record(call_record(node="a", state="talking"), journal_entry(seq=2), commands=[])
    found = await calls.get("call-1")
    assert found is not None
    assert (found.state, found.node) == ("talking", "b")


async def test_orphans_are_live_calls_and_those_with_commands_pending(nodes: SqlNodeStore, calls: SqlCallStore) -> None:
    await calls.create(call_record("live", node="gone"), journal_entry("live"), commands=[])
    await calls.create(call_record("ended", node="gone", state="ended"), journal_entry("ended"), commands=[])
    await calls.create(
        call_record("untidy", node="gone", state="ended"),
        journal_entry("untidy"),
        commands=[stored_command("one", "untidy"), stored_command("two", "untidy")],
    )
    await calls.create(call_record("elsewhere", node="b"), journal_entry("elsewhere"), commands=[])
    await calls.create(call_record("of nobody", node=""), journal_entry("of nobody"), commands=[])
    assert set(await nodes.orphans(["a", "b"])) == {"live", "untidy", "of nobody"}
    assert set(await nodes.orphans([])) == {"live", "untidy", "of nobody", "elsewhere"}
