"""The record of a conversation: order, numbers, times, and a store that may be slow or away."""

import asyncio
from typing import Any

import pytest

from control_plane.adapters.bus.memory import MemoryBus
from control_plane.adapters.store.calls import SqlCallStore
from control_plane.core.call.events import CallRequested
from control_plane.core.dialogue import ToolUse
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.observability.metrics import Metrics
from control_plane.ports.stores import StoreUnavailable, TurnRecord
from control_plane.services.calls import journal
from control_plane.services.conversation.reply import Draft
from control_plane.services.conversation.turn_log import SETTLE_S, TurnLog, TurnLogParts
from control_plane.services.supervisor import Supervisor
from control_plane.testing.clock import FakeClock
from tests.records import call_record, journal_entry

VIRTUAL_TIME = True


class SlowStore:
    """Takes longer for each turn the earlier it comes; away while `away`."""

    def __init__(self) -> None:
        self.kept: list[TurnRecord] = []
        self.away = False
        self.hangs_s = 0.0

    async def save_turn(self, turn: TurnRecord) -> None:
        if self.away:
            raise StoreUnavailable("database: no answer in time")
        await asyncio.sleep(self.hangs_s or 0.3 - turn.index / 100)
        self.kept.append(turn)


class Logged:
    def __init__(self, store: Any, **options: Any) -> None:
        self.clock = FakeClock()
        self.metrics = Metrics(version="test")
        self.bus = MemoryBus()
        self.supervisor = Supervisor()
        parts = TurnLogParts(
            store=store, bus=self.bus, clock=self.clock, metrics=self.metrics, supervisor=self.supervisor
        )
        self.log = TurnLog("call-1", parts, tenant_id="default", **options)

    def agent(self, text: str, heard: str | None = None, timing: TurnTiming | None = None) -> None:
        draft = Draft(text=text)
        self.log.agent(
            draft, text if heard is None else heard, timing=timing or TurnTiming(), began_at=self.clock.wall()
        )


async def test_turns_are_numbered_and_stored_in_the_order_in_which_they_came() -> None:
    store = SlowStore()
    it = Logged(store)
    it.agent("Buenos días.")
    it.log.caller("¿Abren hoy?")
    it.agent("Sí.")
    await it.log.settled()
    assert [(turn.index, turn.speaker, turn.text) for turn in store.kept] == [
        (0, "agent", "Buenos días."),
        (1, "caller", "¿Abren hoy?"),
        (2, "agent", "Sí."),
    ]


async def test_settled_waits_for_a_turn_that_was_given_just_before() -> None:
    store = SlowStore()
    it = Logged(store)
    it.agent("Buenos días.")
    await it.log.settled()
    assert len(store.kept) == 1


async def test_a_store_that_hangs_does_not_hold_the_end_of_a_conversation_and_keeps_the_turn_later() -> None:
    store = SlowStore()
    store.hangs_s = 9.0
    it = Logged(store)
    it.agent("Buenos días.")
    loop = asyncio.get_running_loop()
    began = loop.time()
    await it.log.settled()
    assert loop.time() - began == pytest.approx(SETTLE_S)
    await asyncio.sleep(9)
    assert len(store.kept) == 1


async def test_settled_has_nothing_to_wait_for_when_nothing_was_said() -> None:
    await Logged(SlowStore()).log.settled()


async def test_a_caller_who_goes_on_before_the_answer_replaces_the_beginning_of_the_turn(store: SqlCallStore) -> None:
    kind, body = journal.pack(CallRequested(to="+573005550101", sender="+576015550100", stream=True))
    await store.create(call_record(), journal_entry(kind=kind, body=body), commands=[])
    it = Logged(store)
    it.log.caller("Quiero una cita")
    it.log.caller("Quiero una cita para mi perro.")
    it.agent("Con gusto.")
    it.log.caller("Quiero una cita para mi perro. Y otra.")
    await it.log.settled()
    assert [(turn.index, turn.text) for turn in await store.turns("call-1")] == [
        (0, "Quiero una cita para mi perro."),
        (1, "Con gusto."),
        (2, "Quiero una cita para mi perro. Y otra."),
    ]


async def test_numbers_go_on_where_an_earlier_process_stopped() -> None:
    store = SlowStore()
    it = Logged(store, next_index=7)
    it.log.caller("¿Hola?")
    await it.log.settled()
    assert store.kept[0].index == 7


async def test_an_interrupted_reply_keeps_what_was_written_and_what_was_heard() -> None:
    store = SlowStore()
    it = Logged(store)
    draft = Draft(text="Uno dos tres.", tools=[ToolUse(id="t1", name="send_digits", arguments={"digits": "1"})])
    began_at = it.clock.wall()
    it.clock.advance(1.5)
    it.log.agent(draft, "Uno dos", timing=TurnTiming(), began_at=began_at)
    await it.log.settled()
    [turn] = store.kept
    assert (turn.text, turn.heard, turn.interrupted) == ("Uno dos tres.", "Uno dos", True)
    assert (turn.started_at, turn.ended_at) == (began_at, began_at + 1.5)
    assert turn.tools == [{"name": "send_digits", "arguments": {"digits": "1"}}]


async def test_the_stages_of_a_turn_are_stored_and_measured() -> None:
    store = SlowStore()
    it = Logged(store)
    timing = TurnTiming()
    for stage, at in ((Stage.SPEECH_ENDED, 10.0), (Stage.STT_FINAL, 10.2), (Stage.FIRST_FRAME, 10.9)):
        timing.mark(stage, at)
    it.agent("Sí.", timing=timing)
    await it.log.settled()
    assert store.kept[0].timing == {"stt": 200.0, "total": 900.0}
    sample = it.metrics.registry.get_sample_value
    assert sample("gateway_turn_total_seconds_sum") == 0.9
    assert sample("gateway_turn_stage_seconds_sum", {"stage": "stt"}) == 0.2
    assert sample("gateway_turn_stage_seconds_count", {"stage": "total"}) is None


async def test_a_store_that_is_away_costs_the_turn_but_not_the_next_one() -> None:
    store = SlowStore()
    store.away = True
    it = Logged(store)
    it.agent("Buenos días.")
    await it.log.settled()
    store.away = False
    it.log.caller("Hola.")
    await it.log.settled()
    assert [turn.index for turn in store.kept] == [1]


async def test_turns_words_and_interruptions_are_told_on_the_bus_and_words_are_marked_as_personal() -> None:
    it = Logged(SlowStore())
    heard = it.bus.subscribe()
    it.log.caller_says("Ho")
    it.log.agent_says("Buenos días.")
    it.log.barge_in("paused")
    it.agent("Buenos días.", heard="Buenos")
    messages = [await anext(heard) for _ in range(4)]
    assert [message.topic for message in messages] == ["call.words", "call.words", "call.barge_in", "call.turn"]
    assert all(message.call_id == "call-1" for message in messages)
    assert messages[0].body == {"speaker": "caller", "pii_text": "Ho"}
    turn = messages[3].body
    assert (turn["index"], turn["pii_text"], turn["pii_heard"], turn["interrupted"]) == (
        0,
        "Buenos días.",
        "Buenos",
        True,
    )
    await it.supervisor.aclose()


async def test_a_turn_after_an_audible_reply_replaces_no_earlier_one_that_begins_alike() -> None:
    store = SlowStore()
    it = Logged(store)
    it.log.caller("Sí")
    it.log.agent_began()
    it.log.caller("Sí, claro.")
    await it.log.settled()
    assert [(turn.index, turn.text) for turn in store.kept] == [(0, "Sí"), (1, "Sí, claro.")]
