"""The CallStore contract, on both engines."""

import asyncio
import math
from dataclasses import replace
from types import MappingProxyType

import pytest

from control_plane.adapters.store.calls import MAX_PAGE, SqlCallStore
from control_plane.adapters.store.webhooks import SqlWebhookStore
from control_plane.core.call.state import Phase
from control_plane.ports.errors import Rejected
from control_plane.ports.stores import CallFilter, CallRecord, DuplicateKey
from tests.records import call_record, journal_entry, stored_command, stored_webhook, turn_record

FULL = call_record(
    contact_name="Íñigo 😀",
    control_id="v3:abc",
    leg_id="leg",
    session_id="session",
    answered_at=1001.123456789,
    ended_at=1002.5,
    hangup_cause="normal",
    mode="webhook",
    recording_key="recordings/call-1.wav",
    idempotency_key="key-1",
    state="ended",
    variables={"nombre": "Ñandú", "n": 1, "deep": {"list": [1, None, True]}},
    metadata={"source": "crm"},
    machine={"phase": "ended", "seen": ["a"]},
)


async def made(calls: SqlCallStore, call: CallRecord) -> CallRecord:
    await calls.create(call, journal_entry(call.id, kind="CallRequested"), commands=[])
    return call


async def test_a_created_call_comes_back_as_it_was(calls: SqlCallStore) -> None:
    entry, command = journal_entry(source_id="event-1"), stored_command()
    await calls.create(FULL, entry, commands=[command])
    assert await calls.get("call-1") == FULL
    assert await calls.by_control_id("v3:abc") == FULL
    assert await calls.journal("call-1") == [entry]
    assert await calls.pending_commands() == [command]


async def test_frozen_mappings_and_tuples_are_stored_as_json(calls: SqlCallStore) -> None:
    await made(calls, call_record(variables=MappingProxyType({"a": (1, 2)})))
    found = await calls.get("call-1")
    assert found is not None
    assert found.variables == {"a": [1, 2]}


async def test_what_is_not_there_is_none_or_empty(calls: SqlCallStore) -> None:
    await made(calls, call_record())
    assert await calls.get("other") is None
    assert await calls.by_control_id("other") is None
    assert await calls.by_control_id("") is None
    assert await calls.journal("other") == []
    assert await calls.turns("other") == []


async def test_a_used_idempotency_key_names_the_call_that_took_it(calls: SqlCallStore) -> None:
    await made(calls, call_record("first", idempotency_key="key"))
    with pytest.raises(DuplicateKey) as caught:
        await calls.create(call_record("second", idempotency_key="key"), journal_entry("second"), commands=[])
    assert caught.value.call_id == "first"
    assert await calls.get("second") is None
    assert await calls.journal("second") == []


async def test_a_used_id_is_a_duplicate_and_empty_keys_are_not(calls: SqlCallStore) -> None:
    await made(calls, call_record("one"))
    await made(calls, call_record("two"))
    with pytest.raises(DuplicateKey) as caught:
        await calls.create(call_record("one"), journal_entry("one", kind="Other"), commands=[])
    assert caught.value.call_id == "one"


async def test_a_source_event_makes_only_one_call(calls: SqlCallStore) -> None:
    await calls.create(call_record("first"), journal_entry("first", source_id="event"), commands=[])
    with pytest.raises(DuplicateKey) as caught:
        await calls.create(call_record("second"), journal_entry("second", source_id="event"), commands=[])
    assert caught.value.call_id == "first"


async def test_creating_the_very_same_again_is_no_error(calls: SqlCallStore) -> None:
    for _ in range(2):
        await calls.create(FULL, journal_entry(source_id="event"), commands=[stored_command()])
    assert len(await calls.journal("call-1")) == 1


async def test_a_command_id_in_use_keeps_the_call_from_being_made(calls: SqlCallStore) -> None:
    await calls.create(call_record("one"), journal_entry("one"), commands=[stored_command(call_id="one")])
    with pytest.raises(Rejected):
        await calls.create(call_record("two"), journal_entry("two"), commands=[stored_command(call_id="two")])
    assert await calls.get("two") is None


async def test_twenty_creations_with_one_key_make_one_call(calls: SqlCallStore) -> None:
    async def create(call_id: str) -> str:
        try:
            await calls.create(call_record(call_id, idempotency_key="key"), journal_entry(call_id), commands=[])
        except DuplicateKey as taken:
            return taken.call_id
        return call_id

    winners = await asyncio.gather(*(create(f"call-{n}") for n in range(20)))
    stored = await calls.list(CallFilter(tenant_id="default"))
    assert len(set(winners)) == 1
    assert [call.id for call in stored.items] == [winners[0]]


async def test_event_state_commands_and_webhook_are_stored_together(
    calls: SqlCallStore, webhooks: SqlWebhookStore
) -> None:
    await made(calls, call_record())
    for carrier in ("telnyx", "twilio"):
        await webhooks.add(stored_webhook("event-2", carrier=carrier))
    changed = call_record(state="talking", control_id="leg", answered_at=1003.0)
    entry = journal_entry(seq=2, source_id="event-2")
    commands = [stored_command("a", at=1.0), stored_command("b", at=2.0)]
    assert await calls.record(changed, entry, commands=commands)
    assert await calls.get("call-1") == changed
    assert [stored.seq for stored in await calls.journal("call-1")] == [1, 2]
    assert await calls.pending_commands() == commands
    assert [webhook.carrier for webhook in await webhooks.unworked()] == ["twilio"]


async def test_a_known_source_event_is_refused_and_nothing_is_stored(calls: SqlCallStore) -> None:
    await made(calls, call_record())
    assert await calls.record(call_record(state="ringing"), journal_entry(seq=2, source_id="event"), commands=[])
    repeated = journal_entry(seq=3, source_id="event")
    assert not await calls.record(call_record(state="ended"), repeated, commands=[stored_command()])
    found = await calls.get("call-1")
    assert found is not None
    assert found.state == "ringing"
    assert await calls.pending_commands() == []
    assert len(await calls.journal("call-1")) == 2


async def test_recording_the_very_same_again_is_true_and_stored_once(calls: SqlCallStore) -> None:
    await made(calls, call_record())
    entry = journal_entry(seq=2, body={"keys": ("1", "2")})
    for _ in range(2):
        assert await calls.record(call_record(state="ringing"), entry, commands=[stored_command()])
    assert len(await calls.journal("call-1")) == 2


async def test_a_second_writer_of_a_call_is_refused(calls: SqlCallStore) -> None:
    await made(calls, call_record())
    await calls.record(call_record(state="ringing"), journal_entry(seq=2, at=1.0), commands=[])
    with pytest.raises(Rejected) as caught:
        await calls.record(call_record(state="ended"), journal_entry(seq=2, at=2.0), commands=[])
    assert "+57" not in str(caught.value)
    found = await calls.get("call-1")
    assert found is not None
    assert found.state == "ringing"


async def test_recording_an_unknown_call_stores_it(calls: SqlCallStore) -> None:
    assert await calls.record(FULL, journal_entry(), commands=[])
    assert await calls.get("call-1") == FULL


async def test_a_late_event_keeps_recording_and_origin_of_the_call(calls: SqlCallStore) -> None:
    await made(calls, call_record(idempotency_key="key"))
    await calls.set_recording("call-1", "recordings/call-1.wav")
    await calls.record(call_record(state="ended", created_at=5.0), journal_entry(seq=2), commands=[])
    found = await calls.get("call-1")
    assert found == call_record(state="ended", idempotency_key="key", recording_key="recordings/call-1.wav")


async def test_settled_commands_are_pending_no_more(calls: SqlCallStore) -> None:
    await made(calls, call_record())
    commands = [stored_command(name, at=at) for name, at in (("late", 3.0), ("first", 1.0), ("next", 2.0))]
    await calls.record(call_record(), journal_entry(seq=2), commands=commands)
    assert [command.id for command in await calls.pending_commands()] == ["first", "next", "late"]
    await calls.settle_command("first")
    await calls.settle_command("next", error="rejected\x00")
    await calls.settle_command("unknown")
    assert [command.id for command in await calls.pending_commands()] == ["late"]


async def test_the_newest_leg_with_a_control_id_is_found(calls: SqlCallStore) -> None:
    await made(calls, call_record("old", control_id="leg", created_at=1.0))
    await made(calls, call_record("new", control_id="leg", created_at=2.0))
    found = await calls.by_control_id("leg")
    assert found is not None
    assert found.id == "new"


async def test_live_calls_and_counts_follow_the_state(calls: SqlCallStore) -> None:
    assert await calls.counts("default") == {}
    for number, phase in enumerate((Phase.RINGING, Phase.ENDED, Phase.ENDED, Phase.ANSWERED)):
        await made(calls, call_record(f"c{number}", state=str(phase), created_at=float(number)))
    assert [call.id for call in await calls.live()] == ["c0", "c3"]
    assert await calls.counts("default") == {"ringing": 1, "ended": 2, "answered": 1}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CallFilter(tenant_id="default"), ["c4", "c3", "c2", "c1", "c0"]),
        (CallFilter(tenant_id="default", state="ended"), ["c4", "c2", "c0"]),
        (CallFilter(tenant_id="default", direction="inbound"), ["c4", "c3"]),
        (CallFilter(tenant_id="default", live=True), ["c3", "c1"]),
        (CallFilter(tenant_id="default", live=False, direction="outbound"), ["c2", "c0"]),
        (CallFilter(tenant_id="default", state="unknown"), []),
    ],
)
async def test_filters_narrow_the_list(calls: SqlCallStore, wanted: CallFilter, found: list[str]) -> None:
    for number in range(5):
        call = call_record(f"c{number}", created_at=float(number), direction="inbound" if number > 2 else "outbound")
        await made(calls, replace(call, state="talking" if number % 2 else "ended"))
    assert [call.id for call in (await calls.list(wanted)).items] == found


PEOPLE = (
    call_record("ana", contact_name="Ana 100%", to="+573005550101", hangup_cause="busy", created_at=1.0),
    call_record("bea", contact_name="Bea_1", to="+573005550202", bot_id="otro", created_at=2.0),
    call_record("eva", direction="inbound", sender="+34911234567", to="+576015550100", created_at=3.0),
)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CallFilter(tenant_id="default", cause="busy"), ["ana"]),
        (CallFilter(tenant_id="default", bot_id="otro"), ["bea"]),
        (CallFilter(tenant_id="default", since=2.0), ["eva", "bea"]),
        (CallFilter(tenant_id="default", until=2.0), ["ana"]),
        (CallFilter(tenant_id="default", since=2.0, until=3.0), ["bea"]),
        (CallFilter(tenant_id="default", text="ANA"), ["ana"]),
        (CallFilter(tenant_id="default", text="%"), ["ana"]),
        (CallFilter(tenant_id="default", text="_"), ["bea"]),
        (CallFilter(tenant_id="default", text="/"), []),
        (CallFilter(tenant_id="default", text="(+34) 911-23"), ["eva"]),
        (CallFilter(tenant_id="default", text="300 555 0"), ["bea", "ana"]),
        (CallFilter(tenant_id="default", text="0101"), ["ana"]),
        (CallFilter(tenant_id="default", text="a1"), []),
        (CallFilter(tenant_id="default", text="' OR 1=1 --"), []),
    ],
)
async def test_calls_are_found_by_who_when_and_why(calls: SqlCallStore, wanted: CallFilter, found: list[str]) -> None:
    for call in PEOPLE:
        await made(calls, call)
    assert [call.id for call in (await calls.list(wanted)).items] == found


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
async def test_pages_show_every_call_once_though_times_are_equal(calls: SqlCallStore, limit: int) -> None:
    times = (1.1, 1.1, 1.1, 2.3, 2.3, 1 / 3, 1e9 + 0.123456)
    for number, created_at in enumerate(times):
        await made(calls, call_record(f"c{number}", created_at=created_at))
    seen: list[CallRecord] = []
    cursor = ""
    for _ in range(math.ceil(len(times) / limit)):
        page = await calls.list(CallFilter(tenant_id="default", limit=limit, cursor=cursor))
        seen += page.items
        cursor = page.next_cursor
    assert cursor == ""
    expected = sorted(zip(times, (f"c{n}" for n in range(7)), strict=True), reverse=True)
    assert [(call.created_at, call.id) for call in seen] == expected


@pytest.mark.parametrize("limit", [0, -1, MAX_PAGE + 1])
async def test_a_limit_out_of_range_is_refused(calls: SqlCallStore, limit: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        await calls.list(CallFilter(tenant_id="default", limit=limit))


async def test_a_bad_cursor_is_refused(calls: SqlCallStore) -> None:
    with pytest.raises(ValueError, match="cursor"):
        await calls.list(CallFilter(tenant_id="default", cursor="1; DROP TABLE calls"))


async def test_turns_come_back_in_order_and_can_be_replaced(calls: SqlCallStore) -> None:
    await made(calls, call_record())
    tools = ({"name": "transfer", "arguments": {"to": "ventas"}},)
    reply = turn_record(index=1, speaker="agent", timing={"endpointing": 200.0, "brain": 312.5}, tools=tools)
    await calls.save_turn(reply)
    await calls.save_turn(turn_record(index=0))
    cut = replace(reply, heard="ho", interrupted=True, ended_at=1003.5)
    await calls.save_turn(cut)
    assert await calls.turns("call-1") == [turn_record(index=0), cut]


async def test_a_turn_of_an_unknown_call_is_refused(calls: SqlCallStore) -> None:
    with pytest.raises(Rejected):
        await calls.save_turn(turn_record("unknown"))


async def test_the_last_number_in_the_journal_is_zero_before_the_first_event(calls: SqlCallStore) -> None:
    assert await calls.last_seq("call-1") == 0
    await made(calls, call_record())
    await calls.record(call_record(), journal_entry(seq=2), commands=[])
    assert await calls.last_seq("call-1") == 2
