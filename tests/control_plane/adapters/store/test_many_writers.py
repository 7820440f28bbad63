"""Fifty calls at once, several processes, and processes that die: every transaction as a whole, none lost."""

import asyncio
import subprocess
import sys
from pathlib import Path

from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.database import Database
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.webhooks import SqlWebhookStore
from tests.records import call_record, journal_entry, stored_command, stored_webhook

ROOT = Path(__file__).parents[4]
CALLS, EVENTS = 50, 10

RECORDER = """
import asyncio, sys
from control_plane.adapters.store.calls import SqlCallStore
from control_plane.adapters.store.engine import open_database
from control_plane.adapters.store.webhooks import SqlWebhookStore
from tests.records import call_record, journal_entry, stored_command, stored_webhook

async def life(calls, webhooks, name, events):
    await calls.create(call_record(name, machine={"seq": 1}), journal_entry(name), commands=[])
    for seq in range(2, events + 1):
        source, state = f"{name}-{seq}", call_record(name, machine={"seq": seq})
        await webhooks.add(stored_webhook(source))
        entry = journal_entry(name, seq, source_id=source)
        await calls.record(state, entry, commands=[stored_command(source, name)])
        print(name, seq, flush=True)

async def main():
    database = open_database(sys.argv[1])
    calls, webhooks = SqlCallStore(database), SqlWebhookStore(database)
    names = (f"{sys.argv[2]}-{number}" for number in range(8))
    await asyncio.gather(*(life(calls, webhooks, name, int(sys.argv[3])) for name in names))
    await database.aclose()

asyncio.run(main())
"""


def recorder(address: str, name: str, *, events: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RECORDER, address, name, str(events)],
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_fifty_calls_at_once_lose_no_event(calls: SqlCallStore, webhooks: SqlWebhookStore) -> None:
    async def life(name: str) -> None:
        await calls.create(call_record(name), journal_entry(name), commands=[])
        for seq in range(2, EVENTS + 1):
            source = f"{name}-{seq}"
            assert await webhooks.add(stored_webhook(source))
            entry = journal_entry(name, seq, source_id=source)
            assert await calls.record(
                call_record(name, machine={"seq": seq}), entry, commands=[stored_command(source, name)]
            )

    names = [f"call-{number}" for number in range(CALLS)]
    await asyncio.gather(*(life(name) for name in names))
    for name in names:
        assert [entry.seq for entry in await calls.journal(name)] == list(range(1, EVENTS + 1))
    assert len(await calls.pending_commands()) == CALLS * (EVENTS - 1)
    assert await webhooks.unworked() == []


async def test_processes_that_write_at_once_do_not_disturb_each_other(address: str, calls: SqlCallStore) -> None:
    running = [recorder(address, name, events=8) for name in ("a", "b")]
    ended = [await asyncio.to_thread(process.communicate, timeout=60) for process in running]
    assert [error for _, error in ended] == ["", ""]
    assert await calls.counts("default") == {"new": 16}
    assert len(await calls.pending_commands()) == 2 * 8 * 7


async def test_a_killed_process_leaves_only_whole_transactions(
    address: str, calls: SqlCallStore, webhooks: SqlWebhookStore
) -> None:
    process = recorder(address, "a", events=100_000)
    assert process.stdout is not None
    answered = [await asyncio.to_thread(process.stdout.readline) for _ in range(120)]
    process.kill()
    answered += (await asyncio.to_thread(process.communicate, timeout=10))[0].splitlines()
    await all_is_whole(calls, webhooks, {line.replace(" ", "-").strip() for line in answered[:-1]})


async def all_is_whole(calls: SqlCallStore, webhooks: SqlWebhookStore, answered: set[str]) -> None:
    """State, journal, commands and webhooks agree, and hold all that was answered for."""
    commands = {command.id for command in await calls.pending_commands()}
    unworked = {webhook.event_id for webhook in await webhooks.unworked()}
    sources: set[str] = set()
    for call in await calls.live():
        journal = await calls.journal(call.id)
        assert [entry.seq for entry in journal] == list(range(1, call.machine["seq"] + 1))
        sources |= {entry.source_id for entry in journal if entry.source_id}
    assert commands == sources
    assert not unworked & sources
    assert answered <= sources


async def test_an_event_is_found_by_another_process_at_once(address: str, database: Database) -> None:
    other = open_database(address)
    mine, theirs = SqlCallStore(database), SqlCallStore(other)
    for seq in range(1, 6):
        await mine.record(call_record(machine={"seq": seq}), journal_entry(seq=seq), commands=[])
        found = await theirs.get("call-1")
        assert found is not None
        assert found.machine == {"seq": seq}
    await other.aclose()
