"""What a call opens with: a greeting, a closed door, a message for a machine."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from control_plane.core.bot import Bot, Hours, MachinePolicy
from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.causes import CLOSED, MACHINE, MESSAGE_LEFT
from control_plane.core.call.state import Phase
from control_plane.core.turn.events import FinalHeard, SpeechStarted, SpeechStopped
from control_plane.services.calls.live import LiveCall
from control_plane.services.calls.opening import LEFT, NOBODY_THERE, Opener
from control_plane.services.calls.orders import CallOrder
from control_plane.testing.brains import FakeBrain
from tests.call_events import CALLEE, HUNG_UP, OFFERED
from tests.conversations import BOT
from tests.desks import Office, office
from tests.records import call_record
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True

SORRY = "Hola. Atendemos de lunes a viernes."
CLOSED_ALWAYS = Hours(
    week={0: ()}, zone="America/Bogota", closed_message="Hola, {nombre}. Atendemos de lunes a viernes."
)
OPEN_ALWAYS = replace(CLOSED_ALWAYS, week=dict.fromkeys(range(7), ((0, 24 * 60),)))
MESSAGE = MachinePolicy(policy="leave_message", message="Hola, {nombre}. Le llamamos de la clínica.")
LEFT_WORDS = c.Speak(text="Hola, Laura. Le llamamos de la clínica.")
ORDER = CallOrder(tenant_id="default", number=CALLEE, name="Laura")


def opener(bot: Bot, **record: Any) -> Opener:
    return Opener(call_record(**record), bot, clock=LoopClock(), zone_of=lambda call: "America/Bogota")


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Bot:
    """The only bot, with these of its fields changed."""
    changes: Mapping[str, Any] = request.param
    bot = replace(BOT, **changes)
    monkeypatch.setattr("tests.desks.BOTS", (bot,))
    return bot


def brain(live: LiveCall) -> FakeBrain:
    found = live.talk._parts.brain
    assert isinstance(found, FakeBrain)
    return found


async def rung(it: Office) -> LiveCall:
    """Somebody has called us and is connected, in webhook mode."""
    await it.desk.take_offer(OFFERED, source_id="event-1")
    [live] = it.desk.roster
    live.post(e.LegAnswered())
    await it.until_phase(live.call_id, Phase.TALKING)
    return live


def shout(live: LiveCall) -> None:
    """The other end talks over whatever is said, heard by the carrier and over a stream."""
    live.post(e.CallerTranscribed(text="¿Hola? ¿Me oye usted?", final=True))
    live.talk.perceive(SpeechStarted())
    live.talk.perceive(SpeechStopped())
    live.talk.perceive(FinalHeard(text="¿Hola? ¿Me oye usted?", ends_speech=True))


# --- outside opening hours ------------------------------------------------------------------------


@pytest.mark.parametrize("bot", [{"hours": CLOSED_ALWAYS}], indirect=True, ids=["closed"])
async def test_who_calls_when_nobody_is_there_is_told_so_and_hung_up_on(
    bot: Bot, database_url: str, tmp_path: Path
) -> None:
    async with office(database_url, tmp_path, stream=False) as it:
        live = await rung(it)
        await it.until_given(c.Speak(text=SORRY))
        shout(live)
        assert not live.talk.say("Un momento.")
        live.post(e.SpeechPlayed(completed=True))
        await it.until_given(c.Hangup())
        live.post(HUNG_UP)
        record = await it.until_gone(live.call_id)
        assert record.machine["reason"] == CLOSED
        assert [given for given in it.control.commands if isinstance(given, c.Speak)] == [c.Speak(text=SORRY)]
        assert c.StopSpeech() not in it.control.commands
        assert brain(live).questions == []
        assert brain(live).warmed == 0
        assert [turn.speaker for turn in await it.store.turns(live.call_id)] == ["agent"]


@pytest.mark.parametrize("bot", [{"hours": OPEN_ALWAYS}], indirect=True, ids=["open"])
async def test_within_the_hours_a_caller_is_greeted_and_listened_to(
    bot: Bot, database_url: str, tmp_path: Path
) -> None:
    async with office(database_url, tmp_path, stream=False) as it:
        live = await rung(it)
        await eventually(lambda: any(isinstance(given, c.Speak) for given in it.control.commands))
        live.post(e.SpeechPlayed(completed=True))
        live.post(e.CallerTranscribed(text="¿A qué hora abren?", final=True))
        await eventually(lambda: brain(live).questions)
        assert brain(live).warmed == 1


@pytest.mark.parametrize("bot", [{"hours": CLOSED_ALWAYS}], indirect=True, ids=["closed"])
async def test_calls_of_ours_are_made_at_any_hour(bot: Bot, database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, stream=False) as it:
        live = await it.connected(ORDER)
        await eventually(lambda: any(isinstance(given, c.Speak) for given in it.control.commands))
        assert c.Speak(text=SORRY) not in it.control.commands
        assert live.talk.listens


def test_a_process_that_takes_the_call_over_says_it_again() -> None:
    closed = opener(replace(BOT, hours=CLOSED_ALWAYS), direction="inbound", contact_name="Laura")
    assert closed.opening(resumed=True) == closed.opening(resumed=False)
    assert closed.opening(resumed=True).text == "Hola, Laura. Atendemos de lunes a viernes."
    assert closed.opening(resumed=True).then == NOBODY_THERE
    assert closed.ready == ("Hola, Laura. Atendemos de lunes a viernes.",)


def test_a_call_that_began_in_time_goes_on_after_closing() -> None:
    monday = 1_773_064_800.0  # 9:00 in Bogotá
    hours = replace(CLOSED_ALWAYS, week={0: ((9 * 60, 9 * 60 + 1),)})
    assert not opener(replace(BOT, hours=hours), direction="inbound", created_at=monday + 59).closed
    assert opener(replace(BOT, hours=hours), direction="inbound", created_at=monday + 60).closed


def test_hours_on_a_clock_that_nobody_knows_turn_nobody_away() -> None:
    assert not opener(replace(BOT, hours=replace(CLOSED_ALWAYS, zone="")), direction="inbound").closed


# --- answering machines ---------------------------------------------------------------------------


@pytest.mark.parametrize("bot", [{"answering_machine": MESSAGE}], indirect=True, ids=["leave_message"])
async def test_a_machine_gets_the_message_after_its_greeting_and_the_call_ends(
    bot: Bot, database_url: str, tmp_path: Path
) -> None:
    async with office(database_url, tmp_path, stream=False) as it:
        live = await it.connected(ORDER)
        assert isinstance(it.control.commands[0], c.Dial)
        assert it.control.commands[0].on_machine == "leave_message"
        await eventually(lambda: any(isinstance(given, c.Speak) for given in it.control.commands))
        live.post(e.MachineDetected())
        await it.until_given(c.StopSpeech())
        shout(live)
        live.post(e.MachineGreetingEnded(sure=True))
        await it.until_given(LEFT_WORDS)
        shout(live)
        live.post(e.SpeechPlayed(completed=True))
        await it.until_given(c.Hangup())
        live.post(HUNG_UP)
        record = await it.until_gone(live.call_id)
        assert record.machine["reason"] == MESSAGE_LEFT
        assert record.machine["machine"] is True
        assert it.control.commands.count(LEFT_WORDS) == 1
        assert brain(live).questions == []


@pytest.mark.parametrize("bot", [{"answering_machine": MESSAGE}], indirect=True, ids=["leave_message"])
async def test_a_machine_that_a_restart_comes_between_gets_its_message(
    bot: Bot, database_url: str, tmp_path: Path
) -> None:
    async with office(database_url, tmp_path, stream=False) as it:
        live = await it.connected(ORDER)
        live.post(e.MachineDetected())
        await it.until_given(c.StopSpeech())
        live.post(e.ProcessRestarted())
        live.post(e.MachineGreetingEnded(sure=True))
        await it.until_given(LEFT_WORDS)


@pytest.mark.parametrize(
    "bot", [{"answering_machine": MachinePolicy(policy="hang_up")}], indirect=True, ids=["hang_up"]
)
async def test_a_machine_can_be_hung_up_on(bot: Bot, database_url: str, tmp_path: Path) -> None:
    async with office(database_url, tmp_path, stream=False) as it:
        live = await it.connected(ORDER)
        live.post(e.MachineDetected())
        await it.until_given(c.Hangup())
        live.post(HUNG_UP)
        assert (await it.until_gone(live.call_id)).machine["reason"] == MACHINE


def test_the_message_ends_the_call_when_it_was_heard() -> None:
    opening = opener(replace(BOT, answering_machine=MESSAGE), contact_name="").message()
    assert (opening.text, opening.then) == ("Hola. Le llamamos de la clínica.", LEFT)
