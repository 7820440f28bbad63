"""What each event means for a leg, before the end; see `test_rules_of_the_end.py` for the rest."""

import pytest

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.machine import CallMachine
from control_plane.core.call.rules import ATTACH_PATIENCE_S, DETACH_GRACE_S
from control_plane.core.call.state import Mode, Phase
from tests.call_events import (
    ACCEPTED,
    ANSWERED,
    ATTACHED,
    CALLEE,
    DETACHED,
    INITIATED,
    OFFERED,
    OURS,
    REQUESTED,
    REQUESTED_BY_WEBHOOKS,
    TRANSFER,
)

T = 1000.0
FAILED = e.StreamFailed(reason="connection_failed")
TALKING = (REQUESTED, ACCEPTED, ANSWERED, ATTACHED)
BY_WEBHOOKS = (REQUESTED_BY_WEBHOOKS, ACCEPTED, ANSWERED)
ANEW = (c.StopStream(), c.StartStream())


def after(*events: e.CallEvent) -> CallMachine:
    machine = CallMachine()
    for event in events:
        machine.handle(event, T)
    return machine


# --- beginnings -----------------------------------------------------------------------------------


def test_a_requested_call_is_dialled() -> None:
    machine = CallMachine()
    assert machine.handle(REQUESTED, T) == (c.Dial(to=CALLEE, sender=OURS, stream=True),)
    assert (machine.state.phase, machine.state.mode) == (Phase.DIALING, Mode.STREAM)


def test_a_call_in_webhook_mode_is_dialled_without_a_stream() -> None:
    machine = CallMachine()
    assert machine.handle(REQUESTED_BY_WEBHOOKS, T) == (c.Dial(to=CALLEE, sender=OURS, stream=False),)
    assert (machine.state.mode, machine.state.record) == (Mode.WEBHOOK, True)


def test_an_offered_call_is_answered_with_its_stream() -> None:
    machine = CallMachine()
    assert machine.handle(OFFERED, T) == (c.Answer(stream=True),)
    assert (machine.state.phase, machine.state.control_id) == (Phase.OFFERED, "leg-1")


def test_an_offer_that_cannot_be_taken_is_rejected_and_never_hung_up() -> None:
    machine = CallMachine()
    offer = e.CallOffered(sender=CALLEE, to=OURS, control_id="leg-1", accepted=False)
    assert machine.handle(offer, T) == (c.Reject(),)
    assert machine.handle(e.HangupRequested(reason="api"), T) == ()
    assert machine.state.phase is Phase.ENDING


@pytest.mark.parametrize("named", [ACCEPTED, INITIATED])
def test_the_leg_rings_when_the_carrier_has_named_it(named: e.CallEvent) -> None:
    state = after(REQUESTED, named).state
    assert (state.phase, state.control_id, state.leg_id, state.session_id) == (
        Phase.RINGING,
        "leg-1",
        "leg-id-1",
        "session-1",
    )


def test_a_leg_keeps_its_first_name() -> None:
    machine = after(REQUESTED, INITIATED, e.DialAccepted(control_id="other", leg_id="other"))
    assert (machine.state.control_id, machine.state.leg_id) == ("leg-1", "leg-id-1")


def test_a_dial_that_was_taken_without_a_name_gets_it_from_the_webhook() -> None:
    assert after(REQUESTED, e.DialAccepted(control_id=""), INITIATED).state.control_id == "leg-1"


# --- answer and media -----------------------------------------------------------------------------


def test_an_answered_leg_waits_for_its_stream() -> None:
    machine = after(REQUESTED, ACCEPTED, ANSWERED)
    assert machine.state.phase is Phase.ANSWERED
    assert machine.wake_at == T + ATTACH_PATIENCE_S


def test_an_answer_before_the_dial_was_confirmed_is_an_answer_and_names_the_leg() -> None:
    state = after(REQUESTED, ANSWERED).state
    assert (state.phase, state.control_id, state.answered_at) == (Phase.ANSWERED, "leg-1", T)


def test_the_conversation_starts_when_audio_flows() -> None:
    machine = after(REQUESTED, ACCEPTED, ANSWERED)
    assert machine.handle(ATTACHED, T + 1) == (c.StartTalking(stream=True),)
    assert machine.state.phase is Phase.TALKING
    assert machine.state.answered_at == T


@pytest.mark.parametrize("before", [(REQUESTED,), (REQUESTED, ACCEPTED), (OFFERED,)])
def test_a_media_socket_before_the_answered_webhook_counts_as_the_answer(before: tuple[e.CallEvent, ...]) -> None:
    machine = after(*before)
    assert machine.handle(ATTACHED, T + 1) == (c.StartTalking(stream=True),)
    assert machine.handle(ANSWERED, T + 2) == ()
    assert (machine.state.phase, machine.state.answered_at) == (Phase.TALKING, T + 1)


def test_an_answered_call_in_webhook_mode_is_transcribed_recorded_and_talked_to() -> None:
    machine = after(REQUESTED_BY_WEBHOOKS, ACCEPTED)
    commands = machine.handle(ANSWERED, T)
    assert commands == (c.StartTranscription(), c.StartRecording(), c.StartTalking(stream=False))
    assert machine.state.phase is Phase.TALKING


def test_a_stream_that_nobody_wants_any_more_is_stopped() -> None:
    assert after(*BY_WEBHOOKS).handle(ATTACHED, T) == (c.StopStream(),)


# --- streams that fail ----------------------------------------------------------------------------


def test_a_stream_that_does_not_come_in_time_is_asked_for_again() -> None:
    machine = after(REQUESTED, ACCEPTED, ANSWERED)
    assert machine.tick(T + ATTACH_PATIENCE_S) == ANEW
    assert machine.wake_at == T + 2 * ATTACH_PATIENCE_S


def test_after_the_second_failure_the_call_goes_on_in_webhook_mode() -> None:
    machine = after(REQUESTED, ACCEPTED, ANSWERED, FAILED)
    assert machine.handle(FAILED, T) == (c.StopStream(), c.StartTranscription(), c.StartTalking(stream=False))
    assert (machine.state.phase, machine.state.mode) == (Phase.TALKING, Mode.WEBHOOK)
    assert machine.handle(FAILED, T) == ()


def test_a_conversation_whose_stream_fails_twice_is_resumed_in_webhook_mode() -> None:
    machine = after(*TALKING, DETACHED)
    assert machine.handle(FAILED, T) == ANEW
    commands = machine.handle(e.CommandFailed(command="StartStream", code="90034"), T)
    assert commands == (c.StopStream(), c.StartTranscription(), c.StartTalking(stream=False, resumed=True))


def test_a_late_report_of_failure_does_not_touch_a_stream_that_is_attached() -> None:
    machine = after(*TALKING)
    assert machine.handle(FAILED, T) == ()
    assert machine.state.media
    assert machine.state.stream_failures == 0


def test_a_refused_stream_counts_only_while_one_is_awaited() -> None:
    machine = after(*TALKING)
    assert machine.handle(e.CommandFailed(command="StartStream", code="1"), T) == ()
    assert machine.state.stream_failures == 0


def test_a_stream_that_fails_while_it_rings_is_started_with_the_answer() -> None:
    machine = after(REQUESTED, ACCEPTED, FAILED)
    assert machine.handle(ANSWERED, T) == (c.StartStream(),)
    assert machine.state.phase is Phase.ANSWERED


def test_two_failures_while_it_rings_leave_webhook_mode() -> None:
    machine = after(REQUESTED, ACCEPTED, FAILED, FAILED)
    assert machine.handle(ANSWERED, T) == (c.StartTranscription(), c.StartTalking(stream=False))


def test_a_closed_media_socket_is_given_a_moment_and_then_replaced() -> None:
    machine = after(*TALKING)
    assert machine.handle(DETACHED, T) == ()
    assert machine.tick(T + DETACH_GRACE_S - 0.1) == ()
    assert machine.tick(T + DETACH_GRACE_S) == ANEW
    assert machine.handle(e.MediaAttached(stream_id="stream-2"), T + 3) == (c.StartTalking(stream=True, resumed=True),)


def test_the_end_of_an_older_stream_does_not_touch_the_present_one() -> None:
    machine = after(*TALKING, e.MediaAttached(stream_id="stream-2"))
    machine.handle(DETACHED, T)
    assert machine.state.media


def test_what_the_carrier_says_of_a_running_stream_is_for_information() -> None:
    machine = after(*TALKING)
    before = machine.state
    assert machine.handle(e.StreamStarted(), T) == machine.handle(e.StreamStopped(), T) == ()
    assert machine.state is before


# --- the conversation -----------------------------------------------------------------------------


@pytest.mark.parametrize("event", [e.CallerTranscribed(text="sí", final=True), e.SpeechPlayed(completed=True)])
def test_what_the_carrier_hears_and_plays_goes_to_the_conversation(event: e.CallEvent) -> None:
    assert after(*BY_WEBHOOKS).handle(event, T) == (c.Deliver(),)


def test_a_key_by_webhook_is_ignored_while_media_is_attached() -> None:
    machine = after(*TALKING)
    assert machine.handle(e.DigitReceived(digit="1"), T) == ()
    machine.handle(DETACHED, T)
    assert machine.handle(e.DigitReceived(digit="1"), T) == (c.Deliver(),)


def test_stored_audio_is_played_and_text_alone_is_spoken() -> None:
    machine = after(*BY_WEBHOOKS)
    assert machine.handle(e.SayRequested(text="hola", url="https://a/1.wav"), T) == (c.Play(url="https://a/1.wav"),)
    assert machine.handle(e.SayRequested(text="hola"), T) == (c.Speak(text="hola"),)
    assert machine.handle(e.QuietRequested(), T) == (c.StopSpeech(),)


def test_the_carrier_speaks_over_a_stream_too_when_our_own_voice_is_lost() -> None:
    machine = after(*TALKING)
    assert machine.handle(e.SayRequested(text="hola"), T) == (c.Speak(text="hola"),)
    assert machine.handle(e.QuietRequested(), T) == (c.StopSpeech(),)


@pytest.mark.parametrize("command", ["Speak", "Play"])
def test_a_clause_that_was_refused_is_told_to_the_conversation(command: str) -> None:
    assert after(*BY_WEBHOOKS).handle(e.CommandFailed(command=command, code="1"), T) == (c.Deliver(),)


def test_digits_are_sent_into_a_connected_leg_only() -> None:
    wanted = e.DigitsRequested(digits="12#")
    assert after(REQUESTED, ACCEPTED).handle(wanted, T) == ()
    assert after(*TALKING).handle(wanted, T) == (c.SendDigits(digits="12#"),)


# --- transfer -------------------------------------------------------------------------------------


def test_a_transfer_ends_the_conversation_and_keeps_the_leg() -> None:
    machine = after(*TALKING)
    assert machine.handle(TRANSFER, T) == (c.StopTalking(), c.Transfer(to=TRANSFER.to))
    assert machine.handle(e.LegBridged(), T) == (c.StopStream(),)
    assert machine.state.phase is Phase.BRIDGED


def test_a_bridge_that_nobody_asked_for_ends_the_conversation_too() -> None:
    assert after(*TALKING).handle(e.LegBridged(), T) == (c.StopTalking(), c.StopStream())


@pytest.mark.parametrize(
    "failure", [e.TransferFailed(cause="busy"), e.CommandFailed(command="Transfer", code="1"), e.ProcessRestarted()]
)
def test_a_refused_or_unreached_transfer_returns_to_the_bot(failure: e.CallEvent) -> None:
    machine = after(*TALKING, TRANSFER)
    assert machine.handle(failure, T) == (c.StartTalking(stream=True, resumed=True),)
    assert machine.state.phase is Phase.TALKING


def test_a_transfer_that_hangs_returns_to_the_bot() -> None:
    machine = after(*TALKING, TRANSFER)
    assert machine.wake_at is not None
    assert machine.tick(machine.wake_at) == (c.StartTalking(stream=True, resumed=True),)


def test_a_failed_transfer_without_media_begins_with_a_stream() -> None:
    machine = after(*TALKING, TRANSFER, DETACHED)
    assert machine.handle(e.TransferFailed(), T) == ANEW
    assert machine.wake_at == T + ATTACH_PATIENCE_S


def test_no_stream_is_asked_for_while_a_transfer_is_under_way() -> None:
    for machine in (after(*TALKING, TRANSFER, DETACHED), after(REQUESTED, ACCEPTED, ANSWERED, TRANSFER)):
        assert machine.tick(T + 2 * ATTACH_PATIENCE_S) == ()
        assert machine.state.phase is Phase.TRANSFERRING


def test_a_late_refusal_of_a_transfer_changes_nothing() -> None:
    machine = after(*TALKING, TRANSFER, e.TransferFailed())
    assert machine.handle(e.CommandFailed(command="Transfer", code="1"), T) == ()


# --- another process ------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [TALKING, (REQUESTED, ACCEPTED, ANSWERED)])
def test_a_new_process_asks_for_a_new_stream(before: tuple[e.CallEvent, ...]) -> None:
    machine = after(*before)
    assert machine.handle(e.ProcessRestarted(), T) == ANEW
    assert (machine.state.media, machine.wake_at) == (False, T + ATTACH_PATIENCE_S)


def test_a_new_process_goes_on_talking_in_webhook_mode() -> None:
    assert after(*BY_WEBHOOKS).handle(e.ProcessRestarted(), T) == (c.StartTalking(stream=False, resumed=True),)


@pytest.mark.parametrize("before", [(REQUESTED,), (REQUESTED, ACCEPTED), (OFFERED,), (*TALKING, e.LegBridged())])
def test_a_new_process_lets_a_leg_ring_or_talk_to_others(before: tuple[e.CallEvent, ...]) -> None:
    machine = after(*before)
    state = machine.state
    assert machine.handle(e.ProcessRestarted(), T) == ()
    assert machine.state is state
