"""One call from dialling to hanging up, with the fakes of `tests.gateways` in the outside world's place."""

from control_plane.core.call.causes import HangupCause
from control_plane.core.call.commands import Hangup
from control_plane.core.call.events import LegAnswered, LegHungUp
from control_plane.core.turn.events import FinalHeard, SpeechStarted, SpeechStopped
from control_plane.ports.brain import ReplyEnded, TextDelta, ToolCalled
from control_plane.testing.brains import calls
from control_plane.testing.carriers import SIGNATURE, PlainCodec
from control_plane.testing.voices import FakeTextToSpeech
from tests.gateways import Served
from tests.telephones import Telephone
from tests.virtual_time import eventually

ANSWER = (
    TextDelta("Abrimos a las nueve. "),
    ReplyEnded(reason="end", input_tokens=1200, cached_tokens=1000, output_tokens=12),
)
SAID = "¿A qué hora abren?"


def quick_voice() -> FakeTextToSpeech:
    """A voice fast enough for tests that run in real time."""
    return FakeTextToSpeech(ms_per_character=4)


async def whole_call(it: Served) -> str:
    """Greeting, a question, its answer, goodbye; the id of the call, which has ended and whose turns are kept."""
    it.brain.add(ANSWER)
    it.brain.add(calls(ToolCalled(id="t1", name="end_call"), text="Hasta luego."))
    before = _replies(it)
    call_id = await it.call()
    await _tell(it, call_id, LegAnswered(), event_id=f"{call_id}-answered")
    ticket = it.control.sent[-1].leg.ticket or it.control.sent[0].leg.ticket
    assert ticket is not None
    phone = Telephone()
    it.gateway.supervisor.spawn(it.gateway.door.serve(phone, PlainCodec(), token=ticket.token), "far end")
    phone.start()
    await eventually(lambda: _replies(it) >= before + 1)
    live = it.gateway.desk.roster.find(call_id)
    assert live is not None
    for number, said in enumerate((SAID, "Gracias, eso es todo."), start=2):
        live.talk.perceive(SpeechStarted())
        live.talk.perceive(SpeechStopped())
        it.stt.ears[-1].hear(FinalHeard(text=said, ends_speech=True))
        await eventually(lambda: _replies(it) >= before + number)  # noqa: B023
    await eventually(lambda: Hangup() in it.control.commands)
    await _tell(it, call_id, LegHungUp(cause=HangupCause.NORMAL), event_id=f"{call_id}-ended")
    phone.hang_up()
    await eventually(lambda: it.gateway.desk.roster.find(call_id) is None)
    return call_id


def _replies(it: Served) -> float:
    """How many replies are over, whole or not."""
    return sum(it.metric("replies_total", outcome=outcome) for outcome in ("whole", "cut_off"))


async def _tell(it: Served, call_id: str, event: object, *, event_id: str) -> None:
    answer = await it.post("/webhook/telnyx", data=it.notice(call_id, event, event_id=event_id), headers=SIGNATURE)
    assert answer.status_code == 200
