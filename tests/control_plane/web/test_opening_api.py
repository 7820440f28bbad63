"""A bot with opening hours, and one for answering machines, from the published document to the end of a call."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.testing.carriers import SIGNATURE
from tests.call_events import HUNG_UP, OFFERED, OURS
from tests.control_plane.web.test_bots_api import ask, published
from tests.gateways import ELSEWHERE, Served, served
from tests.virtual_time import eventually

SORRY = "Atendemos de lunes a viernes."
NEVER = {"week": {"monday": []}, "closed_message": SORRY}


@pytest.fixture
async def it(tmp_path: Path, database_url: str) -> AsyncIterator[Served]:
    async with served(tmp_path, database_url, use_media_streams=False) as gateway:
        yield gateway


async def tell(it: Served, event: e.CallEvent, call_id: str = "") -> None:
    """A webhook arrives from outside."""
    body = it.notice(call_id, event, event_id=f"{type(event).__name__} {call_id}", control_id="leg-1")
    answer = await it.post("/webhook/telnyx", client=ELSEWHERE, data=body, headers=SIGNATURE)
    assert answer.status_code == 200, await answer.get_data(as_text=True)


async def played(it: Served, count: int) -> None:
    await eventually(lambda: sum(isinstance(given, c.Play | c.Speak) for given in it.control.commands) == count)


async def ended(it: Served, call_id: str) -> Any:
    await eventually(lambda: c.Hangup() in it.control.commands)
    await tell(it, HUNG_UP, call_id)
    await eventually(lambda: it.gateway.desk.roster.find(call_id) is None)
    return await ask(it, "GET", f"/api/calls/{call_id}")


async def rung(it: Served, **draft: Any) -> str:
    """Somebody has called the number of a bot with this draft, and is connected; the call's id."""
    bot_id = await published(it, **draft)
    await ask(it, "POST", "/api/numbers", status=201, json={"e164": OURS, "bot_id": bot_id})
    await tell(it, OFFERED)
    await eventually(lambda: c.Answer(stream=False) in it.control.commands)
    [live] = it.gateway.desk.roster
    await tell(it, e.LegAnswered(), live.call_id)
    await played(it, 1)
    return live.call_id


async def test_a_caller_outside_the_hours_hears_that_nobody_is_there(it: Served) -> None:
    call_id = await rung(it, hours=NEVER)
    await tell(it, e.CallerTranscribed(text="¿Hola? ¿Hay alguien?", final=True), call_id)
    await tell(it, e.SpeechPlayed(completed=True), call_id)
    call = await ended(it, call_id)
    assert (call["reason"], call["hangup_cause"]) == ("outside opening hours", "normal")
    assert [(turn["speaker"], turn["heard"]) for turn in call["turns"]] == [("agent", SORRY)]
    assert it.brain.questions == []


async def test_a_caller_within_the_hours_is_greeted(it: Served) -> None:
    day = [{"opens": "00:00", "closes": "24:00"}]
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    call_id = await rung(it, hours={"week": dict.fromkeys(names, day), "closed_message": SORRY})
    await tell(it, e.SpeechPlayed(completed=True), call_id)
    await tell(it, e.CallerTranscribed(text="¿A qué hora abren?", final=True), call_id)
    await eventually(lambda: it.brain.questions)


async def test_a_machine_gets_the_message_of_the_bot(it: Served) -> None:
    words = "Hola, {nombre}. Le llamamos de la clínica."
    bot_id = await published(it, answering_machine={"policy": "leave_message", "message": words})
    call_id = await it.call(bot_id=bot_id)
    await tell(it, e.LegAnswered(), call_id)
    await played(it, 1)
    await tell(it, e.MachineDetected(), call_id)
    await eventually(lambda: c.StopSpeech() in it.control.commands)
    await tell(it, e.MachineGreetingEnded(), call_id)
    await played(it, 2)
    await tell(it, e.SpeechPlayed(completed=True), call_id)
    call = await ended(it, call_id)
    assert call["reason"] == "left a message on an answering machine"
    assert call["turns"][-1]["heard"] == "Hola, Test. Le llamamos de la clínica."
