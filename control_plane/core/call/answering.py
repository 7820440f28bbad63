"""What an answering machine at the other end means for a call of ours; rules of the table, as those in `rules.py`."""

from dataclasses import replace
from typing import Final

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.causes import MACHINE
from control_plane.core.call.rules import Step, hang_up, talk
from control_plane.core.call.state import LegState, Mode, OnMachine, Phase

GREETING_PATIENCE_S: Final = 30.0
"""From the verdict to the end of the greeting, when the carrier never tells of it."""


def detected(state: LegState, event: e.MachineDetected, *, now: float) -> Step:
    """The bot may have begun to talk meanwhile: people are not kept waiting for a verdict."""
    if state.machine:
        return state, ()
    return _known(replace(state, machine=True, greeting_deadline=now + GREETING_PATIENCE_S), now)


def greeting_ended(state: LegState, event: e.MachineGreetingEnded, *, now: float) -> Step:
    """May come without a verdict, when the beep was faster; once it has come, others change nothing."""
    if not state.machine and event.sure:
        return _known(replace(state, machine=True), now)
    return greeting_over(state, now) if state.greeting_deadline is not None else (state, ())


def greeting_over(state: LegState, now: float) -> Step:
    """Told or waited for: the machine records. Without a media stream the message begins when there is one."""
    state = replace(state, greeting_deadline=None)
    reached = state.phase is Phase.TALKING and (state.media or state.mode is Mode.WEBHOOK)
    return state, talk(state, resumed=True) if reached and state.leaves_message else ()


def _known(state: LegState, now: float) -> Step:
    match state.on_machine:
        case OnMachine.HANG_UP:
            return hang_up(replace(state, greeting_deadline=None), e.HangupRequested(reason=MACHINE), now=now)
        case OnMachine.LEAVE_MESSAGE if state.greeting_deadline is None:
            return greeting_over(state, now)
        case OnMachine.LEAVE_MESSAGE:
            return state, (c.StopTalking(),) if state.phase is Phase.TALKING else ()
        case _:
            return replace(state, greeting_deadline=None), ()
