"""Commands are carried out in order, and every outcome comes back as an event."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import Leg, LegIds, StreamTicket
from control_plane.ports.errors import CallGone, ProviderError, RateLimited, Rejected, Timeout, Unavailable
from control_plane.ports.stores import CallRecord, StoreUnavailable
from control_plane.services.calls.executor import QUEUE_LIMIT, CallExecutor, ExecutorParts
from control_plane.services.calls.session import InboxFull
from control_plane.services.supervisor import Supervisor
from control_plane.testing.carriers import FakeCallControl
from tests.call_events import CALLEE, OURS
from tests.records import call_record
from tests.virtual_time import eventually

VIRTUAL_TIME = True
DIAL = c.Dial(to=CALLEE, sender=OURS, stream=True)
FETCH = c.FetchRecording(url="https://carrier.example/r.mp3", format="mp3")


@dataclass(slots=True)
class Party:
    """The part of an actor that its executor uses."""

    record: CallRecord = field(default_factory=lambda: call_record(control_id="leg-1"))
    ended: bool = False
    full: bool = False
    posted: list[e.CallEvent] = field(default_factory=list)

    def post(self, event: e.CallEvent) -> None:
        if self.full:
            raise InboxFull
        self.posted.append(event)

    async def put(self, event: e.CallEvent, *, timeout_s: float) -> None:
        self.post(event)

    async def take(self, event: e.CallEvent) -> None:
        self.post(event)


@dataclass(slots=True)
class Book:
    """The part of a CallStore that an executor uses."""

    settled: dict[str, str] = field(default_factory=dict)
    away: bool = False

    async def settle_command(self, command_id: str, *, error: str = "") -> None:
        if self.away:
            raise StoreUnavailable("away")
        self.settled[command_id] = error


class SlowControl(FakeCallControl):
    """Takes a second over each command, less over later ones."""

    seconds = 1.0

    async def perform(self, leg: Leg, command: c.CarrierCommand, *, command_id: str) -> None:
        await asyncio.sleep(self.seconds)
        self.seconds /= 2
        await super().perform(leg, command, command_id=command_id)


@dataclass(slots=True, kw_only=True)
class Desk:
    """An executor that runs, and its fakes."""

    executor: CallExecutor
    control: FakeCallControl
    party: Party
    book: Book
    metrics: Metrics
    fetched: list[str]

    async def do(self, *commands: c.CarrierCommand) -> None:
        for number, command in enumerate(commands):
            self.executor.submit(f"id-{number}", command)
        async with asyncio.timeout(60):
            await self.executor.drained()

    def counted(self, kind: str, outcome: str) -> float:
        return self.metrics.registry.get_sample_value("gateway_commands_total", {"kind": kind, "outcome": outcome}) or 0


@asynccontextmanager
async def executing(control: FakeCallControl | None = None, *, run: bool = True) -> AsyncIterator[Desk]:
    party, book, metrics, supervisor = Party(), Book(), Metrics(), Supervisor()
    control = control or FakeCallControl()
    fetched: list[str] = []

    async def fetch(call: CallRecord, command: c.FetchRecording) -> None:
        await control.download(command.url)
        if book.away:
            raise StoreUnavailable("away")
        fetched.append(command.url)

    parts = ExecutorParts(
        store=book,  # type: ignore[arg-type]
        control=control,
        metrics=metrics,
        ticket=lambda call_id: StreamTicket(url=f"wss://here/{call_id}", token=call_id),
        language=lambda call: "en",
        fetch_recording=fetch,
    )
    executor = CallExecutor(parts)
    executor.serve(party)  # type: ignore[arg-type]
    if run:
        supervisor.spawn(executor.run(), "executor")
    yield Desk(executor=executor, control=control, party=party, book=book, metrics=metrics, fetched=fetched)
    await supervisor.aclose()


# --- what goes out --------------------------------------------------------------------------------


async def test_a_command_goes_out_under_its_id_with_the_names_of_its_leg() -> None:
    async with executing() as desk:
        await desk.do(c.Speak(text="hello"))
        (sent,) = desk.control.sent
        assert (sent.command, sent.command_id) == (c.Speak(text="hello"), "id-0")
        assert (sent.leg.call_id, sent.leg.control_id, sent.leg.language) == ("call-1", "leg-1", "en")
        assert sent.leg.ticket is None
        assert desk.book.settled == {"id-0": ""}
        assert desk.counted("Speak", "done") == 1


async def test_the_leg_is_named_as_it_is_when_the_command_goes_out() -> None:
    async with executing(run=False) as desk:
        desk.executor.submit("id-0", c.Hangup())
        desk.party.record = replace(desk.party.record, control_id="leg-2")
        await desk.executor.execute("id-0", c.Hangup())
        assert desk.control.sent[0].leg.control_id == "leg-2"


@pytest.mark.parametrize("stream", [True, False])
async def test_a_dial_names_the_leg_and_carries_a_ticket_only_for_a_stream(stream: bool) -> None:
    async with executing() as desk:
        await desk.do(replace(DIAL, stream=stream))
        ids = LegIds(control_id="leg-1", leg_id="leg-id-1", session_id="session-1")
        assert desk.party.posted == [
            e.DialAccepted(control_id=ids.control_id, leg_id=ids.leg_id, session_id=ids.session_id)
        ]
        assert (desk.control.sent[0].leg.ticket is not None) == stream


async def test_commands_keep_their_order() -> None:
    async with executing(SlowControl()) as desk:
        commands = [c.StopStream(), c.StartStream(), c.SendDigits(digits="1"), c.Hangup()]
        await desk.do(*commands)
        assert desk.control.commands == commands
        assert list(desk.book.settled) == ["id-0", "id-1", "id-2", "id-3"]


async def test_one_command_is_out_at_a_time() -> None:
    async with executing(SlowControl()) as desk:
        for number in range(3):
            desk.executor.submit(f"id-{number}", c.StopSpeech())
        await asyncio.sleep(1.1)
        assert len(desk.control.sent) == 1


async def test_a_recording_is_fetched_by_us() -> None:
    async with executing(FakeCallControl(recordings={FETCH.url: b"RIFF"})) as desk:
        await desk.do(FETCH)
        assert desk.fetched == [FETCH.url]
        assert desk.control.sent == []
        assert desk.book.settled == {"id-0": ""}


# --- outcomes -------------------------------------------------------------------------------------


async def test_a_call_that_is_gone_is_told() -> None:
    async with executing() as desk:
        desk.control.fail(c.Hangup, CallGone("fake", "ended", code="90018"))
        await desk.do(c.Hangup())
        assert desk.party.posted == [e.CommandFailed(command="Hangup", code="90018", gone=True)]
        assert "90018" in desk.book.settled["id-0"]
        assert desk.counted("Hangup", "failed") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Rejected("fake", "no", code="90015"), "90015"),
        (Rejected("fake", "no"), "Rejected"),
        (Unavailable("fake", "down"), "Unavailable"),
        (Timeout("fake", "late"), "Timeout"),
        (RateLimited("fake", "slowly", code="10011"), "10011"),
    ],
)
async def test_a_refusal_is_told_with_its_code_and_is_not_repeated(error: ProviderError, code: str) -> None:
    async with executing() as desk:
        desk.control.fail(c.Speak, error)
        await desk.do(c.Speak(text="secreto"), c.Hangup())
        assert desk.party.posted == [e.CommandFailed(command="Speak", code=code)]
        assert desk.book.settled == {"id-0": str(error), "id-1": ""}
        assert desk.control.commands == [c.Hangup()]


async def test_a_refused_dial_is_told() -> None:
    async with executing() as desk:
        desk.control.fail(c.Dial, Rejected("fake", "no", code="10015"))
        await desk.do(DIAL)
        assert desk.party.posted == [e.CommandFailed(command="Dial", code="10015")]


async def test_a_recording_that_cannot_be_had_is_told() -> None:
    async with executing() as desk:
        await desk.do(FETCH)
        assert desk.party.posted == [e.CommandFailed(command="FetchRecording", code="404")]


async def test_failures_after_the_end_interest_nobody_but_a_late_leg_does() -> None:
    async with executing() as desk:
        desk.party.ended = True
        desk.control.fail(c.Hangup, CallGone("fake", "ended"))
        await desk.do(c.Hangup(), DIAL)
        assert [type(event) for event in desk.party.posted] == [e.DialAccepted]


# --- what may go wrong on our side ----------------------------------------------------------------


async def test_an_outcome_that_cannot_be_stored_does_not_stop_the_next_command() -> None:
    async with executing() as desk:
        desk.book.away = True
        desk.executor.submit("early", c.StopStream())
        await eventually(lambda: desk.control.sent)
        desk.book.away = False
        await desk.do(c.Hangup())
        assert desk.book.settled == {"id-0": ""}
        assert desk.control.commands == [c.StopStream(), c.Hangup()]


async def test_a_recording_that_cannot_be_noted_stays_pending() -> None:
    async with executing(FakeCallControl(recordings={FETCH.url: b"RIFF"})) as desk:
        desk.book.away = True
        await desk.do(FETCH)
        desk.book.away = False
        await desk.do(c.Hangup())
        assert desk.party.posted == []
        assert desk.control.commands == [c.Hangup()]
        assert desk.counted("FetchRecording", "done") == 0


async def test_an_overloaded_call_goes_on_and_repeats_later_what_it_could_not_be_told_of() -> None:
    async with executing() as desk:
        desk.party.full = True
        desk.control.fail(c.Speak, Rejected("fake", "no"))
        await desk.do(DIAL, c.Speak(text="hola"), c.Hangup())
        assert desk.control.commands == [DIAL, c.Hangup()]
        assert list(desk.book.settled) == ["id-2"]


async def test_a_full_queue_refuses_the_newest_and_counts() -> None:
    async with executing(run=False) as desk:
        for number in range(QUEUE_LIMIT + 2):
            desk.executor.submit(f"id-{number}", c.StopSpeech())
        assert desk.counted("StopSpeech", "dropped") == 2


async def test_a_fault_of_ours_in_one_command_leaves_the_next_ones_to_be_carried_out() -> None:
    async with executing() as desk:
        desk.control.fail(c.Speak, ZeroDivisionError())  # type: ignore[arg-type]
        await desk.do(c.Speak(text="hola"), c.Hangup())
        assert desk.party.posted == [e.CommandFailed(command="Speak", code="fault")]
        assert desk.control.commands == [c.Hangup()]
