"""Whatever the order in which a carrier tells of a call, and however often: the call comes to one legal end.

Telnyx's own words, signed, come in through the door; process deaths, our own wishes and the media socket in between.
"""

import asyncio
import base64
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from control_plane.adapters.carriers.telnyx.commands import client_state
from control_plane.adapters.carriers.telnyx.webhooks import TelnyxWebhookReader
from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.state import Phase
from control_plane.ports.stores import CallFilter
from control_plane.services.calls.orders import CallNotLive
from control_plane.testing.carriers import FakeCallControl
from tests.call_events import CALLEE, OURS
from tests.databases import empty_database
from tests.desks import ORDER, Office, office
from tests.virtual_time import LoopClock, VirtualLoop

URL = "https://carrier.example/r.mp3"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
READER = TelnyxWebhookReader(base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode())
OUR_LEG = {"call_control_id": "leg-1", "call_leg_id": "leg-id-1", "call_session_id": "session-1"}
OTHER_LEG = {"call_control_id": "leg-2", "call_leg_id": "leg-id-2", "call_session_id": "session-1"}
HANGUP = {"hangup_cause": "normal_clearing", "hangup_source": "callee", "sip_hangup_cause": "200"}

Told = tuple[str, dict[str, Any]]
TOLD: dict[str, Told] = {
    "answered": ("call.answered", OUR_LEG),
    "stream started": ("streaming.started", OUR_LEG),
    "stream failed": ("streaming.failed", OUR_LEG | {"failure_reason": "connection_failed"}),
    "stream failed again": ("streaming.failed", OUR_LEG | {"failure_reason": "connection_failed"}),
    "stream stopped": ("streaming.stopped", OUR_LEG),
    "key": ("call.dtmf.received", OUR_LEG | {"digit": "1"}),
    "words": (
        "call.transcription",
        OUR_LEG | {"transcription_data": {"transcript": "¿Qué?", "is_final": False}},
    ),
    "spoken": ("call.speak.ended", OUR_LEG | {"status": "completed"}),
    "bridged": ("call.bridged", OUR_LEG),
    "other leg": ("call.initiated", OTHER_LEG | {"direction": "outgoing"}),
    "other leg gone": ("call.hangup", OTHER_LEG | HANGUP | {"hangup_cause": "user_busy"}),
    "cost": ("call.cost", OUR_LEG),
    "recording": ("call.recording.saved", OUR_LEG | {"recording_urls": {"mp3": URL}}),
    "hung up": ("call.hangup", OUR_LEG | HANGUP),
}
BEGINNING: dict[str, Told] = {
    "outbound": ("call.initiated", OUR_LEG | {"direction": "outgoing", "from": OURS, "to": CALLEE}),
    "inbound": ("call.initiated", OUR_LEG | {"direction": "incoming", "from": CALLEE, "to": OURS}),
}
DONE = ["hang up", "transfer", "digits", "attach 1", "attach 2", "detach 1", "detach 2"]
PAUSES = ["no time", "a moment", "a while", "a crash"]
STEPS = st.lists(st.sampled_from([*TOLD, "initiated", *DONE, *PAUSES]), max_size=18)


@dataclass(slots=True)
class Play:
    """One call on one database, through as many processes as it takes."""

    direction: str
    stream: bool
    control: FakeCallControl = field(default_factory=lambda: FakeCallControl(recordings={URL: b"RIFF"}))
    call_id: str = ""

    async def run(self, database_url: str, folder: Path, steps: list[str]) -> None:
        lives = " | ".join(steps).split("a crash")
        for number, life in enumerate(lives):
            policy = {"stream": self.stream, "record": True, "patience": {Phase.TALKING: 300.0, Phase.BRIDGED: 300.0}}
            async with office(database_url, folder, control=self.control, reader=READER, **policy) as it:
                await it.desk.roster.recover()
                it.supervisor.spawn(it.intake.run(), "intake")
                if number == 0 and self.direction == "outbound":
                    self.call_id = (await it.desk.initiate(ORDER)).id
                for step in filter(None, life.split(" | ")):
                    await self.step(it, step)
                if number == len(lives) - 1:
                    await self.end(it)

    async def step(self, it: Office, step: str) -> None:
        if step in PAUSES:
            await asyncio.sleep({"no time": 0.0, "a moment": 0.5, "a while": 9.0}[step])
        elif step in DONE:
            await self.do(it, step)
        else:
            await self.tell(it, step)

    async def tell(self, it: Office, what: str) -> None:
        kind, payload = BEGINNING[self.direction] if what == "initiated" else TOLD[what]
        if self.call_id and payload["call_control_id"] == "leg-1":
            payload = payload | {"client_state": client_state(self.call_id)}
        body = orjson.dumps({"data": {"event_type": kind, "id": what, "payload": payload}})
        stamp = str(int(LoopClock().wall()))
        signature = base64.b64encode(PRIVATE.sign(f"{stamp}|".encode() + body)).decode()
        await it.intake.accept({"telnyx-timestamp": stamp, "telnyx-signature-ed25519": signature}, body)

    async def do(self, it: Office, step: str) -> None:
        live = it.desk.roster.find_leg(control_id="leg-1", session_id="session-1")
        if live is None:
            return
        verb, _, number = step.partition(" ")
        asked: dict[str, Callable[[], Any]] = {
            "hang": lambda: it.desk.hang_up(live.call_id, reason="api"),
            "transfer": lambda: it.desk.transfer(live.call_id, "+573005550199"),
            "digits": lambda: it.desk.send_digits(live.call_id, "1"),
        }
        try:
            if verb in asked:
                await asked[verb]()
            elif verb == "attach":
                live.post(e.MediaAttached(stream_id=f"stream-{number}"))
            else:
                live.post(e.MediaDetached(stream_id=f"stream-{number}"))
        except CallNotLive:
            pass

    async def end(self, it: Office) -> None:
        """The carrier tells what it has not told before; then everything has to come to rest."""
        for what in ("initiated", *TOLD):
            await self.tell(it, what)
        await asyncio.sleep(60)
        await it.desk.drain(timeout_s=1000)
        assert it.desk.roster.live_calls == 0
        (record,) = (await it.store.list(CallFilter(tenant_id="default"))).items
        assert (record.state, record.ended_at is None) == (Phase.ENDED, False)
        entries = await it.store.journal(record.id)
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        sources = [entry.source_id for entry in entries if entry.source_id]
        assert len(sources) == len(set(sources))
        assert await it.webhooks.unworked() == []
        assert await it.pending() == []


def check_commands(play: Play) -> None:
    effective = [sent.command for sent in play.control.effective]
    assert sum(isinstance(command, c.Hangup) for command in effective) <= 1
    assert len({sent.command_id for sent in play.control.sent if isinstance(sent.command, c.Hangup)}) <= 1
    begins = [command for command in effective if isinstance(command, c.Dial | c.Answer)]
    assert len(begins) == 1
    assert isinstance(begins[0], c.Dial) == (play.direction == "outbound")


@pytest.mark.parametrize("direction", BEGINNING)
@given(steps=STEPS, stream=st.booleans())
@settings(max_examples=25)
def test_a_call_comes_to_one_end_in_any_order_of_its_webhooks(direction: str, steps: list[str], stream: bool) -> None:
    play = Play(direction, stream)
    with tempfile.TemporaryDirectory() as name, asyncio.Runner(loop_factory=VirtualLoop) as runner:
        folder = Path(name)
        address = empty_database(folder / "calls.db")
        runner.run(play.run(address, folder, steps))
    check_commands(play)
