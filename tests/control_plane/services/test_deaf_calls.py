"""When no recogniser of ours hears a call, the carrier transcribes it: at once, and the conversation goes on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from control_plane.core.audio.playout import Playout
from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.ports.errors import Misconfigured, ProviderError, Unavailable
from control_plane.ports.hearing import HearingOptions, SpeechToText
from control_plane.services.fallback.ears import EarChain
from control_plane.services.fallback.route import Route
from control_plane.services.media.door import DoorParts, MediaDoor
from control_plane.services.media.tickets import Tickets
from control_plane.testing.brains import FakeBrain, says
from control_plane.testing.carriers import PlainCodec
from control_plane.testing.ears import FakeSpeechToText
from tests.desks import Office, office
from tests.telephones import Telephone
from tests.virtual_time import LoopClock, eventually

VIRTUAL_TIME = True


class Entrance:
    """The media door of an office, with two recognisers behind it."""

    def __init__(self, it: Office) -> None:
        self.one, self.two = FakeSpeechToText(), FakeSpeechToText()
        ears: list[tuple[str, SpeechToText]] = [("one", self.one), ("two", self.two)]
        self.phone, self._office = Telephone(), it
        self._tickets = Tickets(b"secret", stream_url="wss://here/stream/media", clock=LoopClock())
        parts = DoorParts(
            tickets=self._tickets,
            find=it.desk.roster.find,
            stt=EarChain(Route("stt", ears, clock=LoopClock(), metrics=it.metrics)),
            clock=LoopClock(),
            metrics=it.metrics,
            supervisor=it.supervisor,
            playout=Playout,
            hearing=lambda talk: HearingOptions(language="es"),
        )
        self.door = MediaDoor(parts)

    def refuse(self, error: ProviderError) -> None:
        self.one.refusal = self.two.refusal = error

    def stream(self, call_id: str) -> None:
        ticket = self._tickets.issue(call_id).token
        self._office.supervisor.spawn(self.door.serve(self.phone, PlainCodec(), token=ticket), "door")
        self.phone.start()


@pytest.fixture
async def it(database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with office(database_url, tmp_path) as opened:
        yield opened


async def test_when_all_refuse_the_carrier_transcribes_at_once(it: Office) -> None:
    live = await it.connected()
    entrance = Entrance(it)
    entrance.refuse(Misconfigured("deepgram", "the key is wrong"))
    began = LoopClock().steady()
    entrance.stream(live.session.record.id)
    await it.until_given(c.StartTranscription())
    assert LoopClock().steady() - began < 0.5
    assert c.StopStream() in it.control.commands
    assert it.metric("mode_switches_total") == 1


async def test_when_all_are_away_in_mid_call_the_carrier_transcribes_before_the_caller_wonders(it: Office) -> None:
    live = await it.connected()
    entrance = Entrance(it)
    entrance.stream(live.session.record.id)
    await eventually(lambda: entrance.one.ears)
    entrance.refuse(Unavailable("deepgram", "cannot be connected to"))
    began = LoopClock().steady()
    entrance.one.ears[0].fail(Unavailable("deepgram", "the socket closed"))
    await it.until_given(c.StartTranscription())
    assert LoopClock().steady() - began < 2.5


async def test_what_the_carrier_transcribes_then_is_answered(it: Office) -> None:
    live = await it.connected()
    entrance = Entrance(it)
    entrance.refuse(Misconfigured("deepgram", "the key is wrong"))
    entrance.stream(live.session.record.id)
    await it.until_given(c.StartTranscription())
    brain = live.talk._parts.brain
    assert isinstance(brain, FakeBrain)
    brain.add(says("A las nueve."))
    live.post(e.CallerTranscribed(text="¿A qué hora abren?", final=True))
    await eventually(lambda: brain.questions)
    assert brain.questions[-1].messages[-1].text == "¿A qué hora abren?"


async def test_one_recogniser_that_refuses_changes_nothing_while_the_other_hears(it: Office) -> None:
    live = await it.connected()
    entrance = Entrance(it)
    entrance.one.refusal = Misconfigured("deepgram", "the key is wrong")
    entrance.stream(live.session.record.id)
    await eventually(lambda: entrance.two.ears)
    assert c.StartTranscription() not in it.control.commands
