"""One call's actor: keeps first, acts then, loses nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from control_plane.adapters.bus.memory import MemoryBus
from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.state import LegState, Phase
from control_plane.core.call.table import PATIENCE
from control_plane.ports.stores import CallRecord, JournalEntry, StoredCommand, StoreUnavailable
from control_plane.services.calls import journal
from control_plane.services.calls.session import INBOX_LIMIT, CallSession, InboxFull, SessionParts, apply_state
from control_plane.services.supervisor import Supervisor
from tests.call_events import ACCEPTED, ANSWERED, ATTACHED, HANG_UP, HUNG_UP, REQUESTED, REQUESTED_BY_WEBHOOKS
from tests.records import call_record
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True


@dataclass(slots=True)
class Book:
    """The part of a CallStore that an actor uses, and a diary in which all fakes write what happened when."""

    diary: list[str] = field(default_factory=list)
    entries: list[JournalEntry] = field(default_factory=list)
    commands: list[StoredCommand] = field(default_factory=list)
    kept: list[CallRecord] = field(default_factory=list)
    away: int = 0
    """So many times the store cannot be reached."""

    async def record(self, call: CallRecord, entry: JournalEntry, commands: Sequence[StoredCommand]) -> bool:
        await asyncio.sleep(0)
        if self.away:
            self.away -= 1
            raise StoreUnavailable("away")
        if entry.source_id and entry.source_id in {known.source_id for known in self.entries}:
            return False
        self.kept.append(call)
        self.entries.append(entry)
        self.commands.extend(commands)
        self.diary.append(f"kept {entry.kind}")
        return True


class Talker:
    """The conversation side."""

    def __init__(self, diary: list[str]) -> None:
        self._diary = diary

    async def start(self, *, stream: bool, resumed: bool) -> None:
        self._diary.append(f"start stream={stream} resumed={resumed}")

    async def leave_message(self, *, stream: bool) -> None:
        self._diary.append(f"leave message stream={stream}")

    async def stop(self) -> None:
        self._diary.append("stop")

    def deliver(self, event: e.CallEvent) -> None:
        self._diary.append(f"deliver {type(event).__name__}")

    def prepare(self) -> None:
        self._diary.append("prepare")


class Hands:
    """The executor."""

    def __init__(self, diary: list[str]) -> None:
        self._diary = diary
        self.given: list[tuple[str, c.CarrierCommand]] = []

    def submit(self, command_id: str, command: c.CarrierCommand) -> None:
        self._diary.append(f"do {type(command).__name__}")
        self.given.append((command_id, command))


@dataclass(slots=True, kw_only=True)
class Acting:
    """An actor that runs, and its fakes."""

    session: CallSession
    book: Book
    hands: Hands
    bus: MemoryBus
    changes: list[tuple[Phase, Phase]]
    task: asyncio.Task[None]

    @property
    def diary(self) -> list[str]:
        return self.book.diary

    async def take(self, *events: e.CallEvent) -> None:
        """Post them and wait until they are kept."""
        before = len(self.book.entries)
        for event in events:
            self.session.post(event)
        await eventually(lambda: len(self.book.entries) == before + len(events))
        await asyncio.sleep(0.01)


@asynccontextmanager
async def acting(*past: e.CallEvent, patience: dict[Phase, float] | None = None) -> AsyncIterator[Acting]:
    """The actor of a call to which `past` has happened already."""
    book, bus, supervisor = Book(), MemoryBus(), Supervisor()
    hands = Hands(book.diary)
    changes: list[tuple[Phase, Phase]] = []
    parts = SessionParts(
        store=book,  # type: ignore[arg-type]
        clock=LoopClock(),
        bus=bus,
        talk=Talker(book.diary),
        executor=hands,
        on_change=lambda before, after: changes.append((before.phase, after.phase)),
        patience=patience or {},
    )
    session = CallSession(call_record(), seq=0, parts=parts)
    for event in past:
        await session.take(event)
    for seen in (book.diary, changes, hands.given):
        seen.clear()
    task = supervisor.spawn(session.run(), "actor")
    yield Acting(session=session, book=book, hands=hands, bus=bus, changes=changes, task=task)
    await supervisor.aclose()


# --- one event ------------------------------------------------------------------------------------


async def test_event_state_and_commands_are_kept_together_and_carried_out_after() -> None:
    async with acting(REQUESTED_BY_WEBHOOKS, ACCEPTED) as call:
        await call.take(ANSWERED)
        assert call.diary == [
            "kept LegAnswered",
            "do StartTranscription",
            "do StartRecording",
            "start stream=False resumed=False",
        ]
        entry, record = call.book.entries[-1], call.book.kept[-1]
        assert (entry.seq, entry.kind, entry.body) == (3, "LegAnswered", {"control_id": "leg-1"})
        assert (record.state, record.answered_at, record.machine["phase"]) == ("talking", entry.at, "talking")
        assert record == call.session.record


async def test_commands_are_submitted_under_the_ids_that_were_kept() -> None:
    async with acting(REQUESTED_BY_WEBHOOKS, ACCEPTED) as call:
        await call.take(ANSWERED)
        kept = [(stored.id, journal.unpack_command(stored.kind, stored.body)) for stored in call.book.commands[-2:]]
        assert call.hands.given == kept
        assert kept[0][0] == journal.command_id("call-1", 3, position=0)


async def test_directives_come_in_order_with_the_commands() -> None:
    async with acting(REQUESTED, ACCEPTED, ANSWERED, ATTACHED) as call:
        await call.take(HANG_UP)
        assert call.diary == ["kept HangupRequested", "stop", "do Hangup"]


async def test_what_happened_is_handed_to_the_conversation() -> None:
    async with acting(REQUESTED_BY_WEBHOOKS, ACCEPTED, ANSWERED) as call:
        await call.take(e.CallerTranscribed(text="hola", final=True))
        assert call.diary == ["kept CallerTranscribed", "deliver CallerTranscribed"]


async def test_while_it_rings_the_conversation_is_prepared() -> None:
    async with acting(REQUESTED) as call:
        await call.take(ACCEPTED)
        assert call.diary == ["kept DialAccepted", "prepare"]


async def test_an_event_that_changes_nothing_is_kept_too() -> None:
    async with acting(REQUESTED, ACCEPTED) as call:
        await call.take(e.StreamStarted())
        assert call.diary == ["kept StreamStarted"]


async def test_changes_are_told_in_process_and_on_the_bus() -> None:
    async with acting(REQUESTED, ACCEPTED) as call:
        listening = call.bus.subscribe()
        await call.take(ANSWERED)
        assert call.changes == [(Phase.RINGING, Phase.ANSWERED)]
        message = await anext(listening)
        assert (message.topic, message.call_id, message.body["phase"]) == ("call.state", "call-1", "answered")


# --- repetitions ----------------------------------------------------------------------------------


async def test_a_repeated_source_changes_nothing_and_rolls_the_machine_back() -> None:
    async with acting(REQUESTED_BY_WEBHOOKS, ACCEPTED) as call:
        call.session.post(e.StreamStarted(), source_id="event-1")
        await eventually(lambda: call.diary)
        before, seen = call.session.state, list(call.diary)
        call.session.post(ANSWERED, source_id="event-1")
        await asyncio.sleep(0.1)
        assert (call.session.state, call.diary) == (before, seen)
        await call.take(ANSWERED)
        assert call.session.state.phase is Phase.TALKING
        assert [entry.seq for entry in call.book.entries] == [1, 2, 3, 4]


async def test_a_repeated_end_does_not_end_an_actor_that_was_rolled_back() -> None:
    async with acting(REQUESTED, ACCEPTED) as call:
        for event in (e.StreamStarted(), HUNG_UP):
            call.session.post(event, source_id="event-1")
        await asyncio.sleep(0.1)
        assert not call.session.ended
        assert not call.task.done()


# --- the store is away ----------------------------------------------------------------------------


async def test_nothing_is_done_before_it_is_kept_and_nothing_is_lost() -> None:
    async with acting(REQUESTED, ACCEPTED, ANSWERED) as call:
        call.book.away = 7
        for event in (ATTACHED, e.DigitReceived(digit="1"), HANG_UP):
            call.session.post(event)
        await asyncio.sleep(5)
        assert call.diary == []
        await eventually(lambda: len(call.diary) == 6, within_s=60)
        assert call.diary == [
            "kept MediaAttached",
            "start stream=True resumed=False",
            "kept DigitReceived",
            "kept HangupRequested",
            "stop",
            "do Hangup",
        ]


async def test_a_full_inbox_refuses_and_what_is_in_it_is_worked() -> None:
    async with acting(REQUESTED, ACCEPTED) as call:
        call.book.away = 1
        for _ in range(INBOX_LIMIT):
            call.session.post(e.StreamStarted())
        with pytest.raises(InboxFull):
            call.session.post(HUNG_UP)
        await eventually(lambda: not call.session.waiting)
        call.session.post(HUNG_UP)
        await eventually(call.task.done)
        assert len(call.book.entries) == 2 + INBOX_LIMIT + 1


# --- time -----------------------------------------------------------------------------------------


async def test_a_deadline_is_acted_on_when_it_is_due() -> None:
    async with acting(REQUESTED, patience={Phase.RINGING: 45.0}) as call:
        await call.take(ACCEPTED)
        await asyncio.sleep(44)
        assert call.diary == ["kept DialAccepted", "prepare"]
        await asyncio.sleep(2)
        assert call.diary[2:] == ["kept TimePassed", "stop", "do Hangup"]


async def test_left_alone_a_call_ends_and_its_actor_with_it() -> None:
    async with acting(REQUESTED, ACCEPTED) as call:
        await asyncio.sleep(PATIENCE[Phase.RINGING] + PATIENCE[Phase.ENDING] + 1)
        assert call.task.done()
        assert call.book.kept[-1].state == "ended"
        assert call.book.kept[-1].ended_at is not None


async def test_a_deadline_that_passed_while_nobody_ran_is_acted_on_at_once() -> None:
    async with acting(REQUESTED, patience={Phase.DIALING: 0.0}) as call:
        await eventually(call.task.done, within_s=1)
        assert call.book.kept[-1].hangup_cause == "failed"


# --- the end --------------------------------------------------------------------------------------


async def test_an_actor_lives_until_its_inbox_is_empty() -> None:
    async with acting(REQUESTED, ACCEPTED, ANSWERED, ATTACHED) as call:
        for event in (HUNG_UP, e.RecordingSaved(url="https://carrier.example/r.mp3"), ANSWERED):
            call.session.post(event)
        await eventually(call.task.done)
        assert call.diary == ["kept LegHungUp", "stop", "kept RecordingSaved", "do FetchRecording", "kept LegAnswered"]


async def test_waiting_for_something_ends_when_it_holds_or_time_is_over() -> None:
    async with acting(REQUESTED) as call:
        asyncio.get_running_loop().call_later(2, call.session.post, ACCEPTED)
        assert await call.session.until(lambda record: bool(record.control_id), timeout_s=5)
        assert not await call.session.until(lambda record: record.ended_at is not None, timeout_s=5)
        assert await call.session.until(lambda record: True, timeout_s=0.01)


def test_a_record_says_what_the_state_says() -> None:
    state = LegState(phase=Phase.RINGING, control_id="leg-1", leg_id="id", session_id="s", media_deadline=4.0)
    record = apply_state(call_record(contact_name="Íñigo"), state)
    assert (record.state, record.control_id, record.hangup_cause) == ("ringing", "leg-1", "")
    assert record.contact_name == "Íñigo"
    assert LegState.restore(record.machine) == state
