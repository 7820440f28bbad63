"""The carrier: legs from their first ring to their end, and the audio between them and the gateway."""

import asyncio
from collections import deque
from itertools import count
from typing import Any, Final

from simulator.audio.g711 import mixed
from simulator.caller.caller import Caller
from simulator.caller.ears import Ears
from simulator.caller.mouth import Utterance
from simulator.caller.record import CallRecord
from simulator.caller.script import Script, load_script, with_code
from simulator.telnyx import announcements
from simulator.telnyx.amd import Moment, findings
from simulator.telnyx.calls import Direction, Leg, LegState, new_id
from simulator.telnyx.endings import (
    BRIDGE_OVER,
    CALLER_GAVE_UP,
    CALLER_HUNG_UP,
    RESET,
    TIME_LIMIT,
    UNANSWERED,
    Ending,
    rung_out,
)
from simulator.telnyx.ids import call_control_id
from simulator.telnyx.media import MediaStream
from simulator.telnyx.recording import Recording, begin_recording
from simulator.telnyx.registry import Registry
from simulator.telnyx.requests import StreamOptions
from simulator.telnyx.ticker import Ticker
from simulator.telnyx.transcripts import transcribe
from simulator.telnyx.webhooks import Webhooks
from simulator.world import World

_SYLLABLES: Final = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru")


class Carrier:
    """Everything the REST commands and the parties on the line can make happen."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.webhooks = Webhooks(world)
        self.legs = Registry(keep_calls=world.settings.keep_calls, keep_audio=world.settings.keep_audio)
        self.ticker: Ticker[Leg] = Ticker(world.now, self._tick)
        self.answers: dict[str, Script] = {}
        """Number, or `*`, → who answers there."""
        self.dials: deque[float] = deque()
        """When the gateway dialled in the last five seconds."""
        self._codes = count(1)

    def start(self) -> None:
        self._world.tasks.start(self.ticker.run(), "ticker")

    def script_for(self, number: str) -> Script:
        """What the party does that answers at this number."""
        return self.answers.get(number) or self.answers.get("*") or load_script(self._world.settings.script)

    def next_code(self) -> str:
        """A word for `{code}` in scripts that no other call has; without figures, which a gateway may say in words."""
        return "".join(_SYLLABLES[int(digit)] for digit in f"{next(self._codes):03d}")

    def make_leg(self, direction: Direction, *, sender: str, to: str, script: Script, **known: Any) -> Leg:
        """A leg before its first event; `known` are further fields of `Leg`."""
        session = known.pop("call_session_id", None) or new_id()
        leg = Leg(
            id=new_id(),
            call_control_id=call_control_id(),
            call_session_id=session,
            connection_id=known.pop("connection_id", self._world.settings.keys.telnyx_connection_id),
            direction=direction,
            sender=sender,
            to=to,
            script=with_code(script, known.pop("code", None) or self.next_code()),
            state=LegState.PARKED if direction == "incoming" else LegState.RINGING,
            webhook_url=known.pop("webhook_url", None) or self._world.settings.telnyx_webhook_url,
            created_at=self._world.now(),
            record=CallRecord(),
            ears=Ears(self._world.tts_spoken),
            **known,
        )
        self.legs.add(leg)
        return leg

    def initiated(self, leg: Leg) -> "asyncio.Task[None]":
        """Announce the leg; the task is done when the gateway has taken the event."""
        return self.webhooks.send(leg, "call.initiated", **announcements.initiated(leg))

    def incoming(self, *, sender: str, to: str, script: Script, code: str | None = None) -> Leg:
        """Somebody calls a number of the gateway."""
        leg = self.make_leg("incoming", sender=sender, to=to, script=script, code=code)
        self.initiated(leg)
        self._world.tasks.start(self._lose_patience(leg), "caller waits")
        return leg

    def ring(self, leg: Leg, *, timeout_s: float, retry: bool = True) -> "asyncio.Task[None]":
        """Let the dialled phone ring; the task is done when the leg was answered or has ended.

        `retry`: other routes would be tried after the timeout.
        """
        if leg.inline_stream is not None:
            self.open_stream(leg, leg.inline_stream)
        return self._world.tasks.start(self._ring(leg, timeout_s, given_up="timeout" if retry else "no_answer"), "ring")

    def picked_up(self, leg: Leg) -> None:
        """The leg is answered: media begins and the party starts its script."""
        leg.state = LegState.ANSWERED
        leg.answered_at = self._world.now()
        leg.record.silences.answered(leg.answered_at)
        caller = Caller(self._world, leg, handset=_Handset(self, leg), script=leg.script)
        leg.mouth = caller.mouth
        leg.slot = self.ticker.add(leg)
        if leg.record_on_answer is not None:
            leg.recordings.append(begin_recording(leg.tape, leg.record_on_answer, prefix="record_"))
        self.webhooks.send(leg, "call.answered", **announcements.answered(leg))
        if leg.stream is not None:
            leg.stream.begin()
        elif leg.inline_stream is not None:
            self.open_stream(leg, leg.inline_stream)
        leg.caller = self._world.tasks.start(caller.run(), "caller")
        if leg.amd != "disabled":
            self._world.tasks.start(self._detect(leg), "detection")

    def open_stream(self, leg: Leg, options: StreamOptions) -> None:
        stream = MediaStream(self._world, leg, options=options, webhooks=self.webhooks)
        leg.stream = stream
        self._world.tasks.start(stream.run(), "media stream")

    def caller_hangs_up(self, leg: Leg) -> None:
        """The party puts the receiver down, or gives up while it still rings."""
        self.end(leg, CALLER_HUNG_UP if leg.answered else CALLER_GAVE_UP)

    def reset(self) -> None:
        """End every call and forget all."""
        for leg in self.legs.all():
            self.end(leg, RESET)
        self.legs.forget_all()
        self.answers.clear()
        self.dials.clear()
        self.webhooks.deliveries.clear()
        self.ticker.forget()

    def end(self, leg: Leg, ending: Ending) -> None:
        """The leg is over. Does nothing the second time."""
        if not leg.alive:
            return
        answered = leg.answered
        leg.state = LegState.ENDED
        leg.ended_at = self._world.now()
        leg.hangup_cause, leg.hung_up_by = ending.cause, ending.by
        leg.hangup_source = ending.source(leg.direction)
        if leg.caller is not None:
            leg.caller.cancel()
        if answered:
            self.ticker.remove(leg, leg.slot)
            leg.record.silences.ended(leg.ended_at)
        leg.player.stop("call_hangup")
        leg.ears.cleared()
        for recording in leg.recordings:
            if recording.end is None:
                self.save_recording(leg, recording)
        self._world.tasks.start(self._wind_up(leg, ending.sip), "wind up")
        if leg.partner is not None:
            self.end(leg.partner, BRIDGE_OVER)
        self.legs.ended(leg)

    def save_recording(self, leg: Leg, recording: Recording) -> None:
        """Stop it; the link follows by webhook."""
        recording.stop()
        self.legs.recordings[recording.id] = recording
        self._world.tasks.start(self._publish(leg, recording), "recording")

    def moment(self, leg: Leg, moment: Moment) -> None:
        """Something that answering-machine detection reports happened."""
        for finding in findings(leg.amd, moment, machine=bool(leg.script.voicemail)):
            self.webhooks.send(leg, finding.event, **leg.parties(), result=finding.result)

    def uttered(self, leg: Leg, utterance: Utterance, *, moment: str) -> None:
        if utterance.kind == "beep" and moment == "over":
            self.moment(leg, "beep")
        if leg.transcribing and utterance.text:
            self._world.tasks.start(
                transcribe(self._world, leg, utterance=utterance, final=moment == "over"), "transcription"
            )

    def press(self, leg: Leg, digit: str) -> None:
        """The party pressed a key: the carrier reports it twice, by webhook and on the media socket."""
        leg.record.digits_pressed += digit
        self.webhooks.send(leg, "call.dtmf.received", **leg.parties(), digit=digit)
        if leg.stream is not None:
            leg.stream.press(digit)

    def _tick(self, leg: Leg, now: float) -> None:
        assert leg.mouth is not None
        assert leg.answered_at is not None
        frame, spoken = leg.mouth.next_frame(now)
        leg.uplink = frame
        stream = leg.stream if leg.stream is not None and leg.stream.flows else None
        heard = stream.playout.next_frame() if stream is not None else None
        if leg.partner is not None or not leg.player.idle:
            heard = mixed(heard, leg.player.next_frame(), leg.partner.uplink if leg.partner else None)
        finished = leg.player.idle and (stream is None or stream.playout.finished)
        if leg.ears.hear(heard, now, finished=finished):
            leg.record.bot_became_audible(now, quiet_since=leg.ears.quiet_since)
            arrived_at = stream.playout.arrived_at if stream else None
            self._world.stages.bot_audible(leg.id, now, arrived_at=arrived_at)
        if stream is not None:
            stream.tick(frame, spoken, heard=heard)
        leg.tape.add(frame, heard)
        if leg.watches:
            leg.check_watches()
        if now - leg.answered_at > leg.time_limit_s:
            self.end(leg, TIME_LIMIT)

    async def _ring(self, leg: Leg, timeout_s: float, *, given_up: str) -> None:
        delays = self._world.delays
        ringing = delays.telnyx_no_answer_s if leg.script.answer == "no_answer" else delays.telnyx_answer_s
        await asyncio.sleep(min(ringing, timeout_s))
        if not leg.alive:
            return
        if leg.script.answer == "yes" and ringing < timeout_s:
            self.picked_up(leg)
        else:
            self.end(leg, UNANSWERED.get(leg.script.answer) or rung_out(given_up))

    async def _lose_patience(self, leg: Leg) -> None:
        await asyncio.sleep(self._world.delays.telnyx_ring_patience_s)
        if leg.state is LegState.PARKED:
            self.caller_hangs_up(leg)

    async def _detect(self, leg: Leg) -> None:
        await asyncio.sleep(self._world.delays.telnyx_amd_s)
        if leg.alive:
            self.moment(leg, "verdict")

    async def _wind_up(self, leg: Leg, sip: str) -> None:
        if leg.stream is not None:
            await leg.stream.finish(stop_frame=True)
        self.webhooks.send(leg, "call.hangup", **announcements.hung_up(leg, sip))

    async def _publish(self, leg: Leg, recording: Recording) -> None:
        await asyncio.sleep(self._world.delays.telnyx_recording_s)
        link = f"{self._world.url}/v2/recordings/{recording.id}.wav"
        self.webhooks.send(leg, "call.recording.saved", **announcements.recording_saved(recording, link))


class _Handset:
    """The telephone of one leg's party."""

    def __init__(self, carrier: Carrier, leg: Leg) -> None:
        self._carrier = carrier
        self._leg = leg

    def press(self, digit: str) -> None:
        self._carrier.press(self._leg, digit)

    def hang_up(self) -> None:
        self._carrier.caller_hangs_up(self._leg)

    def uttered(self, utterance: Utterance, moment: str) -> None:
        self._carrier.uttered(self._leg, utterance, moment=moment)
