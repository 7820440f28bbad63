"""Which rule serves which phase and event, which pairs are ignored, and how long each phase may last."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, get_args

from control_plane.core.call import answering
from control_plane.core.call import events as e
from control_plane.core.call import rules as r
from control_plane.core.call.causes import HangupCause
from control_plane.core.call.state import LegState, Phase

EVENTS: Final[frozenset[type]] = frozenset(get_args(e.CallEvent))

P = Phase
_CONNECTED = (P.ANSWERED, P.TALKING, P.TRANSFERRING, P.BRIDGED)
_UNANSWERED = (P.DIALING, P.RINGING, P.OFFERED)
_DIALLED = (P.DIALING, P.RINGING, P.ANSWERED, P.TALKING)
_LIVE = (*_UNANSWERED, *_CONNECTED, P.ENDING)


def _for(phases: tuple[Phase, ...], event: type, *, rule: r.Rule) -> dict[tuple[Phase, type], r.Rule]:
    return {(phase, event): rule for phase in phases}


RULES: Final[Mapping[tuple[Phase, type], r.Rule]] = {
    (P.NEW, e.CallRequested): r.dial,
    (P.NEW, e.CallOffered): r.answer_or_reject,
    **_for((P.DIALING,), e.DialAccepted, rule=r.ring),
    **_for((P.DIALING,), e.LegInitiated, rule=r.ring),
    **_for((P.RINGING, *_CONNECTED), e.DialAccepted, rule=r.learn_ids),
    **_for((P.RINGING, *_CONNECTED), e.LegInitiated, rule=r.learn_ids),
    **_for((P.ENDING, P.ENDED), e.DialAccepted, rule=r.hang_up_late_leg),
    **_for((P.ENDING, P.ENDED), e.LegInitiated, rule=r.hang_up_late_leg),
    **_for(_UNANSWERED, e.LegAnswered, rule=r.answered),
    **_for(_DIALLED, e.MachineDetected, rule=answering.detected),
    **_for(_DIALLED, e.MachineGreetingEnded, rule=answering.greeting_ended),
    **_for((*_UNANSWERED, P.ANSWERED, P.TALKING), e.MediaAttached, rule=r.attached),
    **_for((P.TALKING, P.TRANSFERRING), e.MediaDetached, rule=r.detached),
    **_for((P.TALKING,), e.HearingLost, rule=r.hearing_lost),
    **_for((P.TRANSFERRING,), e.HearingLost, rule=r.hearing_lost_aside),
    **_for(_UNANSWERED, e.StreamFailed, rule=r.stream_failed_early),
    **_for((P.ANSWERED, P.TALKING), e.StreamFailed, rule=r.stream_reported_failed),
    **_for((P.ANSWERED, P.TALKING), e.ProcessRestarted, rule=r.take_over),
    **_for((P.TRANSFERRING,), e.ProcessRestarted, rule=r.transfer_failed),
    **_for((P.TALKING,), e.CallerTranscribed, rule=r.deliver),
    **_for((P.TALKING,), e.SpeechPlayed, rule=r.deliver),
    **_for((P.TALKING,), e.DigitReceived, rule=r.deliver_digit),
    **_for((P.TALKING,), e.SayRequested, rule=r.say),
    **_for((P.TALKING,), e.QuietRequested, rule=r.quiet),
    **_for((P.ANSWERED, P.TALKING), e.DigitsRequested, rule=r.send_digits),
    **_for((P.ANSWERED, P.TALKING), e.TransferRequested, rule=r.transfer),
    **_for((P.TRANSFERRING,), e.TransferFailed, rule=r.transfer_failed),
    **_for((P.ANSWERED, P.TALKING, P.TRANSFERRING), e.LegBridged, rule=r.bridged),
    **_for((*_UNANSWERED, *_CONNECTED), e.HangupRequested, rule=r.hang_up),
    **_for(_LIVE, e.LegHungUp, rule=r.hung_up),
    **_for(_LIVE, e.CommandFailed, rule=r.command_failed),
    **_for((*_CONNECTED, P.ENDING, P.ENDED), e.RecordingSaved, rule=r.fetch_recording),
}

IGNORED: Final[frozenset[tuple[Phase, type]]] = frozenset(
    # A leg begins once.
    {(phase, event) for phase in (*_LIVE, P.ENDED) for event in (e.CallRequested, e.CallOffered)}
    # Nothing but a beginning can happen to a leg that does not exist.
    | {(P.NEW, event) for event in EVENTS - {e.CallRequested, e.CallOffered}}
    # For information: the media socket itself is the authority on the stream.
    | {(phase, event) for phase in (*_LIVE, P.ENDED) for event in (e.StreamStarted, e.StreamStopped)}
    # An offered leg has its ids from the offer.
    | {(P.OFFERED, event) for event in (e.DialAccepted, e.LegInitiated)}
    # Late or repeated: we are past that.
    | {(phase, e.LegAnswered) for phase in (*_CONNECTED, P.ENDING, P.ENDED)}
    # Machines do not call, and what a call was connected with is no concern of ours.
    | {
        (phase, event)
        for phase in (P.OFFERED, P.TRANSFERRING, P.BRIDGED, P.ENDING, P.ENDED)
        for event in (e.MachineDetected, e.MachineGreetingEnded)
    }
    | {(phase, e.MediaAttached) for phase in (P.TRANSFERRING, P.BRIDGED, P.ENDING, P.ENDED)}
    | {(phase, e.MediaDetached) for phase in (*_UNANSWERED, P.ANSWERED, P.BRIDGED, P.ENDING, P.ENDED)}
    | {(phase, e.HearingLost) for phase in (*_UNANSWERED, P.ANSWERED, P.BRIDGED, P.ENDING, P.ENDED)}
    | {(phase, e.StreamFailed) for phase in (P.TRANSFERRING, P.BRIDGED, P.ENDING, P.ENDED)}
    | {(phase, e.LegBridged) for phase in (*_UNANSWERED, P.BRIDGED, P.ENDING, P.ENDED)}
    | {(phase, e.HangupRequested) for phase in (P.ENDING, P.ENDED)}
    | {(P.ENDED, event) for event in (e.LegHungUp, e.CommandFailed)}
    | {(phase, e.RecordingSaved) for phase in _UNANSWERED}
    # Pending commands are repeated and timers go on by themselves.
    | {(phase, e.ProcessRestarted) for phase in (*_UNANSWERED, P.BRIDGED, P.ENDING, P.ENDED)}
    # The bot is not in the conversation.
    | {
        (phase, event)
        for phase in (*_UNANSWERED, P.ANSWERED, P.TRANSFERRING, P.BRIDGED, P.ENDING, P.ENDED)
        for event in (e.CallerTranscribed, e.SpeechPlayed, e.DigitReceived, e.SayRequested, e.QuietRequested)
    }
    # Only a connected leg that is ours alone takes digits or a transfer.
    | {
        (phase, event)
        for phase in (*_UNANSWERED, P.TRANSFERRING, P.BRIDGED, P.ENDING, P.ENDED)
        for event in (e.DigitsRequested, e.TransferRequested)
    }
    | {(phase, e.TransferFailed) for phase in (*_UNANSWERED, P.ANSWERED, P.TALKING, P.BRIDGED, P.ENDING, P.ENDED)}
)

PATIENCE: Final[Mapping[Phase, float]] = {
    P.DIALING: 20.0,
    P.RINGING: 120.0,
    P.OFFERED: 15.0,
    P.TALKING: 1800.0,
    P.TRANSFERRING: 60.0,
    P.BRIDGED: 4 * 3600.0,
    P.ENDING: 10.0,
}
"""Seconds a phase may last (ANSWERED has the media deadline instead)."""


def no_dial_answer(state: LegState, now: float) -> r.Step:
    return r.end(replace(state, reason="the carrier did not confirm the dial"), HangupCause.FAILED, now=now)


def too_long(state: LegState, now: float) -> r.Step:
    return r.hang_up(state, e.HangupRequested(reason=f"{state.phase} for too long"), now=now)


def end_without_word(state: LegState, now: float) -> r.Step:
    return r.end(state, HangupCause.UNKNOWN, now=now)


def not_bridged(state: LegState, now: float) -> r.Step:
    return r.transfer_failed(state, e.TransferFailed(cause="timeout"), now=now)


TIMEOUTS = {
    P.DIALING: no_dial_answer,
    P.RINGING: too_long,
    P.OFFERED: too_long,
    P.TALKING: too_long,
    P.TRANSFERRING: not_bridged,
    P.BRIDGED: too_long,
    P.ENDING: end_without_word,
}
"""What happens when a phase has outlasted its patience."""
