"""The call machine's table: for every phase and event either a rule, or the decision to ignore it.

A rule takes the state, the event and the time, and answers the new state with the commands to give. Carriers deliver
webhooks in any order, late and repeatedly, so every pair is decided here; a test walks them all.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.causes import HangupCause
from control_plane.core.call.state import LegState, Mode, Phase

Step = tuple[LegState, tuple[c.Command, ...]]


class Rule(Protocol):
    """What one event means in one phase; `now` in unix seconds."""

    def __call__(self, state: LegState, event: Any, *, now: float) -> Step: ...


STREAM_ATTEMPTS: Final = 2
"""So many failures of the media stream, and the call goes on in webhook mode."""

ATTACH_PATIENCE_S: Final = 4.0
"""From asking for a stream to its `start` on our socket."""

DETACH_GRACE_S: Final = 2.0
"""A socket that closes without a word is often followed by the hangup webhook; wait that long before starting anew."""

NOTHING_AWAITED: Final[Mapping[str, None]] = {"media_deadline": None, "greeting_deadline": None}


def enter(state: LegState, phase: Phase, *, now: float, **changes: Any) -> LegState:
    """The state at the beginning of another phase."""
    return replace(state, phase=phase, since=now, **changes)


# --- the beginning --------------------------------------------------------------------------------


def dial(state: LegState, event: e.CallRequested, *, now: float) -> Step:
    mode = Mode.STREAM if event.stream else Mode.WEBHOOK
    state = replace(state, mode=mode, record=event.record, on_machine=event.on_machine)
    command = c.Dial(to=event.to, sender=event.sender, stream=event.stream, on_machine=event.on_machine)
    return enter(state, Phase.DIALING, now=now), (command,)


def answer_or_reject(state: LegState, event: e.CallOffered, *, now: float) -> Step:
    mode = Mode.STREAM if event.stream else Mode.WEBHOOK
    state = replace(_named(state, event), mode=mode, record=event.record)
    if event.accepted:
        return enter(state, Phase.OFFERED, now=now), (c.Answer(stream=event.stream),)
    return enter(state, Phase.ENDING, now=now, hangup_asked=True, reason="not accepted"), (c.Reject(),)


def _named(state: LegState, event: e.CallOffered | e.DialAccepted | e.LegInitiated) -> LegState:
    return replace(
        state,
        control_id=state.control_id or event.control_id,
        leg_id=state.leg_id or event.leg_id,
        session_id=state.session_id or event.session_id,
    )


def ring(state: LegState, event: e.DialAccepted | e.LegInitiated, *, now: float) -> Step:
    return enter(_named(state, event), Phase.RINGING, now=now), ()


def learn_ids(state: LegState, event: e.DialAccepted | e.LegInitiated, *, now: float) -> Step:
    return _named(state, event), ()


def hang_up_late_leg(state: LegState, event: e.DialAccepted | e.LegInitiated, *, now: float) -> Step:
    """The end was decided before the leg had a name, so it could not be hung up then."""
    if state.control_id or state.hangup_asked or not event.control_id:
        return state, ()
    return replace(_named(state, event), hangup_asked=True), (c.Hangup(),)


# --- answered, media, talking ---------------------------------------------------------------------


def answered(state: LegState, event: e.LegAnswered, *, now: float) -> Step:
    state = replace(state, answered_at=now, control_id=state.control_id or event.control_id)
    if state.mode is Mode.WEBHOOK:
        return _talk_by_webhooks(enter(state, Phase.TALKING, now=now), resumed=False)
    again = (c.StartStream(),) if state.stream_failures else ()
    return enter(state, Phase.ANSWERED, now=now, media_deadline=now + ATTACH_PATIENCE_S), again


def _talk_by_webhooks(state: LegState, *, resumed: bool) -> Step:
    state = replace(state, mode=Mode.WEBHOOK, media=False, media_deadline=None, talked=True)
    recording = (c.StartRecording(),) if state.record else ()
    return state, (c.StartTranscription(), *recording, *talk(state, resumed=resumed))


def talk(state: LegState, *, resumed: bool) -> tuple[c.Command, ...]:
    """How the conversation begins or goes on; a machine gets its message when its greeting is over."""
    stream = state.mode is Mode.STREAM
    if not state.leaves_message:
        return (c.StartTalking(stream=stream, resumed=resumed),)
    return () if state.greeting_deadline is not None else (c.LeaveMessage(stream=stream),)


def attached(state: LegState, event: e.MediaAttached, *, now: float) -> Step:
    """Audio flows. The media socket often outruns the `answered` webhook, so it counts as the answer too."""
    if state.mode is Mode.WEBHOOK:
        return state, (c.StopStream(),)
    resumed = state.talked
    state = replace(state, media=True, media_deadline=None, stream_id=event.stream_id, talked=True)
    if state.phase is not Phase.TALKING:
        state = enter(state, Phase.TALKING, now=now, answered_at=state.answered_at or now)
    return state, talk(state, resumed=resumed)


def detached(state: LegState, event: e.MediaDetached, *, now: float) -> Step:
    if not state.media or event.stream_id != state.stream_id:
        return state, ()
    # During a transfer nobody needs the stream; should it fail, the stream is started anew.
    deadline = now + DETACH_GRACE_S if state.phase is Phase.TALKING else None
    return replace(state, media=False, media_deadline=deadline), ()


def hearing_lost(state: LegState, event: e.HearingLost, *, now: float) -> Step:
    """Another stream would bring the caller to the same deaf ears: the carrier transcribes, at once."""
    if state.mode is Mode.WEBHOOK or event.stream_id != state.stream_id:
        return state, ()
    state, commands = _talk_by_webhooks(state, resumed=state.talked)
    return state, (c.StopStream(), *commands)


def hearing_lost_aside(state: LegState, event: e.HearingLost, *, now: float) -> Step:
    """During a transfer nobody needs ears; should it fail, the conversation goes on without a stream."""
    if event.stream_id != state.stream_id:
        return state, ()
    return replace(state, mode=Mode.WEBHOOK, media=False), (c.StopStream(),)


def stream_failed_early(state: LegState, event: e.StreamFailed, *, now: float) -> Step:
    """The stream that was asked for with the dial or the answer; a new one can only be started once it is answered."""
    failures = state.stream_failures + 1
    mode = Mode.WEBHOOK if failures >= STREAM_ATTEMPTS else state.mode
    return replace(state, stream_failures=failures, mode=mode), ()


def stream_lost(state: LegState, event: object, *, now: float) -> Step:
    """Start the stream anew, or give streaming up and go on in webhook mode."""
    if state.mode is Mode.WEBHOOK:
        return state, ()
    failures = state.stream_failures + 1
    state = replace(state, stream_failures=failures, media=False)
    if failures < STREAM_ATTEMPTS:
        return replace(state, media_deadline=now + ATTACH_PATIENCE_S), (c.StopStream(), c.StartStream())
    after = enter(state, Phase.TALKING, now=now) if state.phase is Phase.ANSWERED else state
    after, commands = _talk_by_webhooks(after, resumed=state.talked)
    return after, (c.StopStream(), *commands)


def stream_reported_failed(state: LegState, event: e.StreamFailed, *, now: float) -> Step:
    """While a media socket is attached it alone is the authority: the report is late, of an earlier stream."""
    return (state, ()) if state.media else stream_lost(state, event, now=now)


def take_over(state: LegState, event: e.ProcessRestarted, *, now: float) -> Step:
    """The carrier still holds the call; its stream to the dead process is of no use."""
    if state.mode is Mode.WEBHOOK:
        return state, talk(state, resumed=True)
    waiting = replace(state, media=False, media_deadline=now + ATTACH_PATIENCE_S)
    return waiting, (c.StopStream(), c.StartStream())


def deliver(state: LegState, event: Any, *, now: float) -> Step:
    return state, (c.Deliver(),)


def deliver_digit(state: LegState, event: e.DigitReceived, *, now: float) -> Step:
    """A key is reported on the media socket and by webhook; while the socket is there, it alone counts."""
    return state, () if state.media else (c.Deliver(),)


def say(state: LegState, event: e.SayRequested, *, now: float) -> Step:
    """Over a stream too: there it is asked for when our own voice is lost."""
    return state, (c.Play(url=event.url) if event.url else c.Speak(text=event.text),)


def quiet(state: LegState, event: e.QuietRequested, *, now: float) -> Step:
    return state, (c.StopSpeech(),)


def send_digits(state: LegState, event: e.DigitsRequested, *, now: float) -> Step:
    return state, (c.SendDigits(digits=event.digits),)


# --- transfer -------------------------------------------------------------------------------------


def transfer(state: LegState, event: e.TransferRequested, *, now: float) -> Step:
    return enter(state, Phase.TRANSFERRING, now=now, **NOTHING_AWAITED), (c.StopTalking(), c.Transfer(to=event.to))


def transfer_failed(state: LegState, event: object, *, now: float) -> Step:
    """The caller is still with us: the bot takes the conversation up again."""
    state = enter(state, Phase.TALKING, now=now)
    if state.mode is Mode.STREAM and not state.media:
        return replace(state, media_deadline=now + ATTACH_PATIENCE_S), (c.StopStream(), c.StartStream())
    return state, talk(state, resumed=True)


def bridged(state: LegState, event: e.LegBridged, *, now: float) -> Step:
    stop = (c.StopStream(),) if state.mode is Mode.STREAM else ()
    talking = (c.StopTalking(),) if state.phase is not Phase.TRANSFERRING else ()
    return enter(state, Phase.BRIDGED, now=now, **NOTHING_AWAITED), (*talking, *stop)


# --- the end --------------------------------------------------------------------------------------


def hang_up(state: LegState, event: e.HangupRequested, *, now: float) -> Step:
    """Ask once. A leg that has no name yet is hung up when it gets one."""
    ask = bool(state.control_id) and not state.hangup_asked
    asked = ask or state.hangup_asked
    ending = enter(state, Phase.ENDING, now=now, reason=event.reason, hangup_asked=asked, **NOTHING_AWAITED)
    return ending, (c.StopTalking(), c.Hangup()) if ask else (c.StopTalking(),)


def hung_up(state: LegState, event: e.LegHungUp, *, now: float) -> Step:
    return end(state, HangupCause(event.cause), now=now)


def end(state: LegState, cause: HangupCause, *, now: float) -> Step:
    ended = enter(state, Phase.ENDED, now=now, ended_at=now, cause=cause, media=False, **NOTHING_AWAITED)
    return ended, (c.StopTalking(),)


def fetch_recording(state: LegState, event: e.RecordingSaved, *, now: float) -> Step:
    return state, (c.FetchRecording(url=event.url, format=event.format),)


def command_failed(state: LegState, event: e.CommandFailed, *, now: float) -> Step:
    if event.gone:
        return is_gone(state, now=now)
    rule = WHEN_REFUSED.get(event.command)
    return rule(state, event, now=now) if rule else (state, ())


def is_gone(state: LegState, *, now: float) -> Step:
    """Our command and the end of the leg have crossed: why it ended is in the carrier's word, which is on its way."""
    if state.phase is Phase.ENDING:
        return state, ()
    return enter(state, Phase.ENDING, now=now, hangup_asked=True, **NOTHING_AWAITED), (c.StopTalking(),)


def _give_up(state: LegState, event: e.CommandFailed, *, now: float) -> Step:
    if state.phase is Phase.ENDING:
        return state, ()
    return hang_up(state, e.HangupRequested(reason=f"{event.command} refused: {event.code}"), now=now)


def _never_began(state: LegState, event: e.CommandFailed, *, now: float) -> Step:
    """Unless webhooks say otherwise: a dial whose answer was lost counts as refused, and the leg lives."""
    if state.control_id or state.phase not in (Phase.DIALING, Phase.ENDING):
        return state, ()
    return end(replace(state, reason=f"{event.command} refused: {event.code}"), HangupCause.FAILED, now=now)


def _refused_transfer(state: LegState, event: e.CommandFailed, *, now: float) -> Step:
    return transfer_failed(state, event, now=now) if state.phase is Phase.TRANSFERRING else (state, ())


def _refused_stream(state: LegState, event: e.CommandFailed, *, now: float) -> Step:
    waits = state.phase in (Phase.ANSWERED, Phase.TALKING) and not state.media
    return stream_lost(state, event, now=now) if waits else (state, ())


WHEN_REFUSED: Final[Mapping[str, Rule]] = {
    "Dial": _never_began,
    "Answer": _give_up,
    "StartStream": _refused_stream,
    "StartTranscription": _give_up,
    "Speak": deliver,
    "Play": deliver,
    "Transfer": _refused_transfer,
}
"""What a refusal means, by the name of the command; others are only noted."""
