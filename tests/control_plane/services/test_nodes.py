"""Who is taken for alive, and what happens to a node whose name is taken."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.nodes import SqlNodeStore
from control_plane.ports.nodes import Node
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.nodes import BEAT_S, LEASE_S, Nodes
from tests.virtual_time import LoopClock

VIRTUAL_TIME = True


class Directory(SqlNodeStore):
    """The real one, which can be made to be away."""

    away = False
    hangs_s = 0.0

    async def beat(self, node: Node) -> bool:
        await asyncio.sleep(self.hangs_s)
        if self.away:
            raise StoreUnavailable("the database is away")
        return await super().beat(node)


@pytest.fixture
async def directory(database_url: str) -> AsyncIterator[Directory]:
    database = open_database(database_url)
    yield Directory(database)
    await database.aclose()


class Runner:
    """A node that beats until it is stopped, and counts what it is asked for."""

    def __init__(self, name: str, directory: Directory) -> None:
        self.nodes = Nodes(name, address=f"http://{name}", store=directory, clock=LoopClock())
        self.released = self.recovered = 0

    async def start(self) -> None:
        await self.nodes.enter()
        self.task = asyncio.create_task(self.nodes.run(self))

    async def recover(self) -> int:
        self.recovered += 1
        return 0

    async def adopt(self) -> int:
        return 0

    async def release(self) -> None:
        self.released += 1

    async def kill(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_a_node_that_beats_is_alive_and_known_by_its_address(directory: Directory) -> None:
    one, other = Runner("a", directory), Runner("b", directory)
    await one.start()
    await other.start()
    await asyncio.sleep(3 * LEASE_S)
    assert one.nodes.elsewhere("b")
    assert one.nodes.address("b") == "http://b"
    assert not one.nodes.alone
    await one.kill()
    await other.kill()


async def test_a_node_whose_beat_stands_still_is_gone(directory: Directory) -> None:
    one, other = Runner("a", directory), Runner("b", directory)
    await one.start()
    await other.start()
    await asyncio.sleep(BEAT_S + 1)
    await other.kill()
    await asyncio.sleep(LEASE_S - BEAT_S)
    assert one.nodes.elsewhere("b")
    await asyncio.sleep(3 * BEAT_S)
    assert not one.nodes.elsewhere("b")
    assert one.nodes.alone
    assert [node.id for node in await directory.all()] == ["a"]
    await one.kill()


async def test_a_node_that_leaves_is_gone_at_once(directory: Directory) -> None:
    one, other = Runner("a", directory), Runner("b", directory)
    await one.start()
    await other.start()
    await asyncio.sleep(BEAT_S + 1)
    await other.kill()
    await other.nodes.leave()
    await asyncio.sleep(BEAT_S)
    assert not one.nodes.elsewhere("b")
    await one.kill()


async def test_nobody_is_declared_dead_while_the_directory_is_away(directory: Directory) -> None:
    one, other = Runner("a", directory), Runner("b", directory)
    await one.start()
    await other.start()
    await asyncio.sleep(BEAT_S + 1)
    directory.away = True
    await asyncio.sleep(3 * LEASE_S)
    assert one.nodes.elsewhere("b")
    directory.away = False
    await asyncio.sleep(BEAT_S)
    assert one.nodes.elsewhere("b")
    assert other.nodes.elsewhere("a")
    await one.kill()
    await other.kill()


async def test_a_node_whose_name_is_taken_lets_go_of_its_calls_and_ends(directory: Directory) -> None:
    one, successor = Runner("a", directory), Runner("a", directory)
    await one.start()
    await successor.start()
    await asyncio.sleep(BEAT_S + 1)
    assert one.released == 1
    assert one.nodes.superseded.is_set()
    assert one.task.done()
    assert not successor.nodes.superseded.is_set()
    await successor.kill()


async def test_a_node_that_was_taken_for_dead_begins_again_without_its_calls(directory: Directory) -> None:
    one = Runner("a", directory)
    await one.start()
    [row] = await directory.all()
    await directory.leave(row)
    await asyncio.sleep(BEAT_S + 1)
    assert (one.released, one.recovered) == (1, 1)
    assert [node.id for node in await directory.all()] == ["a"]
    await asyncio.sleep(2 * BEAT_S)
    assert one.released == 1
    await one.kill()


async def test_a_node_that_did_not_look_for_long_declares_nobody_dead(directory: Directory) -> None:
    one, other = Runner("a", directory), Runner("b", directory)
    await one.start()
    await other.start()
    await asyncio.sleep(BEAT_S + 1)
    directory.hangs_s = 2 * LEASE_S  # all wait, nobody is told that something is wrong
    await asyncio.sleep(LEASE_S + BEAT_S)
    assert one.nodes.elsewhere("b")
    directory.hangs_s = 0.0
    await asyncio.sleep(2 * LEASE_S)
    assert one.nodes.elsewhere("b")
    assert other.nodes.elsewhere("a")
    await one.kill()
    await other.kill()


async def test_a_node_that_has_just_come_is_looked_for_before_it_counts_as_gone(directory: Directory) -> None:
    one, new = Runner("a", directory), Runner("b", directory)
    await one.start()
    await new.nodes.enter()
    assert not one.nodes.elsewhere("b")
    assert await one.nodes.lives_elsewhere("b")
    assert not await one.nodes.lives_elsewhere("")
    assert not await one.nodes.lives_elsewhere("nobody")
    await one.kill()


async def test_what_belongs_to_nobody_is_shared_out_without_overlap(directory: Directory) -> None:
    runners = [Runner(name, directory) for name in "abc"]
    for each in runners:
        await each.start()
    await asyncio.sleep(BEAT_S + 1)
    calls = [f"call-{number}" for number in range(10)]
    shares = [list(each.nodes.share(calls)) for each in runners]
    assert sorted(call_id for share in shares for call_id in share) == sorted(calls)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert list(runners[0].nodes.share(calls)) == calls, "what nobody took is for everybody"
    for each in runners:
        await each.kill()


async def test_a_fault_in_taking_over_does_not_stop_the_beat(directory: Directory) -> None:
    class Faulty(Runner):
        async def adopt(self) -> int:
            raise RuntimeError("a fault of ours")

    node = Faulty("a", directory)
    await node.start()
    await asyncio.sleep(3 * BEAT_S + 1)
    [row] = await directory.all()
    assert row.beat == 3
    await node.kill()
