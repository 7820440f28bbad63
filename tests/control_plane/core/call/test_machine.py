"""The machine as a whole: time, memory, and what holds in every order of events."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_plane.core.call import commands as c
from control_plane.core.call import events as e
from control_plane.core.call.machine import CallMachine
from control_plane.core.call.rules import ATTACH_PATIENCE_S
from control_plane.core.call.state import LIVE, LegState, Mode, OnMachine, Phase
from control_plane.core.call.table import PATIENCE
from tests.call_events import (
    ACCEPTED,
    ANSWERED,
    ATTACHED,
    BEGINNINGS,
    DETACHED,
    EVENTS,
    HANG_UP,
    REQUESTED,
    TRANSFER,
)

P = Phase
ENDS = {P.ENDING, P.ENDED}
PATHS: dict[Phase, set[Phase]] = {
    P.NEW: {P.DIALING, P.OFFERED, P.ENDING},
    P.DIALING: {P.RINGING, P.ANSWERED, P.TALKING} | ENDS,
    P.RINGING: {P.ANSWERED, P.TALKING} | ENDS,
    P.OFFERED: {P.ANSWERED, P.TALKING} | ENDS,
    P.ANSWERED: {P.TALKING, P.TRANSFERRING, P.BRIDGED} | ENDS,
    P.TALKING: {P.TRANSFERRING, P.BRIDGED} | ENDS,
    P.TRANSFERRING: {P.TALKING, P.BRIDGED} | ENDS,
    P.BRIDGED: ENDS,
    P.ENDING: {P.ENDED},
    P.ENDED: set(),
}
ONCE = (c.Dial, c.Answer, c.Reject, c.Hangup)
AFTER_THE_END = (c.Hangup, c.StopTalking, c.FetchRecording, c.Deliver)

WAITS = st.sampled_from([0.0, 0.0, 0.4, 1.9, 2.1, 8.0, 15.0, 61.0, 1800.0])
USUAL: list[e.CallEvent] = [ACCEPTED, ANSWERED, ATTACHED, DETACHED, TRANSFER, HANG_UP]
STARTS = st.sampled_from([(), (ACCEPTED,), (ACCEPTED, ANSWERED), (ATTACHED,), (ACCEPTED, ANSWERED, TRANSFER)])
"""From where strange things happen; without them few examples would come far into a life."""
HAPPENINGS = st.none() | st.sampled_from(USUAL) | EVENTS
"""None is a tick."""
Happening = tuple[float, e.CallEvent | None]
Life = tuple[e.CallEvent, list[Happening]]


def _life(beginning: e.CallEvent, start: tuple[e.CallEvent, ...], rest: list[Happening]) -> Life:
    return beginning, [*((0.0, event) for event in start), *rest]


LIVES = st.builds(_life, BEGINNINGS, STARTS, st.lists(st.tuples(WAITS, HAPPENINGS), max_size=20))


class Leg:
    """Lives a life and holds every step against what must always be true."""

    def __init__(self) -> None:
        self.machine = CallMachine()
        self.now = 1000.0
        self.given: Counter[type] = Counter()

    def live(self, life: Life) -> None:
        beginning, happenings = life
        self.step(0.0, beginning)
        for wait, event in happenings:
            self.step(wait, event)

    def step(self, wait: float, event: e.CallEvent | None) -> None:
        self.now += wait
        before = self.machine.state
        machine = self.machine
        commands = machine.tick(self.now) if event is None else machine.handle(event, self.now)
        _check_path(before, machine.state)
        _check_state(machine)
        self._check_commands(commands, machine.state)

    def _check_commands(self, commands: tuple[c.Command, ...], after: LegState) -> None:
        self.given.update(type(command) for command in commands)
        assert all(self.given[kind] <= 1 for kind in ONCE)
        for command in commands:
            if after.phase in ENDS and not self.given[c.Reject]:
                assert isinstance(command, AFTER_THE_END)
            match command:
                case c.StartTalking(stream=stream):
                    assert after.phase is P.TALKING
                    assert stream == (after.mode is Mode.STREAM)
                    assert stream == after.media
                case c.LeaveMessage(stream=stream):
                    assert after.phase is P.TALKING
                    assert after.on_machine == OnMachine.LEAVE_MESSAGE
                    assert stream == (after.mode is Mode.STREAM) == after.media
                case c.Hangup():
                    assert after.control_id
                    assert after.hangup_asked
                case c.StartStream():
                    assert after.mode is Mode.STREAM
                    assert after.phase in (P.ANSWERED, P.TALKING)
                case _:
                    pass


def _check_path(before: LegState, after: LegState) -> None:
    assert after.phase is before.phase or after.phase in PATHS[before.phase]
    assert after.since >= before.since
    assert after.hangup_asked >= before.hangup_asked
    assert after.talked >= before.talked
    assert after.control_id == before.control_id or not before.control_id
    if before.phase is not P.NEW and before.mode is Mode.WEBHOOK:
        assert after.mode is Mode.WEBHOOK
    if before.answered_at is not None:
        assert after.answered_at == before.answered_at
    if before.phase is P.ENDED:
        assert replace(before, control_id=after.control_id, leg_id=after.leg_id, session_id=after.session_id) == (
            replace(after, hangup_asked=before.hangup_asked)
        )


def _check_state(machine: CallMachine) -> None:
    state = machine.state
    assert (machine.wake_at is not None) == (state.phase in LIVE)
    assert (state.ended_at is not None) == (state.phase is P.ENDED) == (state.cause is not None)
    if state.media:
        assert state.mode is Mode.STREAM
        assert state.media_deadline is None
    if state.media_deadline is not None:
        assert state.phase in (P.ANSWERED, P.TALKING)
    if state.phase is P.ANSWERED:
        assert state.mode is Mode.STREAM
        assert not state.media
    if state.phase is P.TALKING:
        assert state.answered_at is not None
        assert state.media or state.mode is Mode.WEBHOOK or state.media_deadline is not None


@given(LIVES)
@settings(max_examples=300)
def test_every_order_of_events_is_a_legal_life(life: Life) -> None:
    Leg().live(life)


@given(LIVES)
def test_a_call_that_is_left_alone_comes_to_its_end(life: Life) -> None:
    leg = Leg()
    leg.live(life)
    for _ in range(12):
        if (wake_at := leg.machine.wake_at) is None:
            break
        leg.step(max(0.0, wake_at - leg.now), None)
    assert leg.machine.state.phase is P.ENDED


@given(LIVES)
def test_before_it_asks_to_be_woken_the_machine_has_nothing_to_do(life: Life) -> None:
    leg = Leg()
    leg.live(life)
    state, wake_at = leg.machine.state, leg.machine.wake_at
    assert wake_at is None or leg.machine.tick(wake_at - 0.001) == ()
    assert leg.machine.state is state


@given(LIVES)
def test_a_machine_that_is_stored_after_every_step_lives_the_same_life(life: Life) -> None:
    beginning, happenings = life
    whole, stored = CallMachine(), CallMachine()
    now = 1000.0
    for wait, event in [(0.0, beginning), *happenings]:
        now += wait
        stored = CallMachine(LegState.restore(json.loads(json.dumps(stored.state.snapshot()))))
        act = _act(event, now)
        assert act(stored) == act(whole)
        assert stored.state == whole.state
        assert stored.wake_at == whole.wake_at


def _act(event: e.CallEvent | None, now: float) -> Callable[[CallMachine], tuple[c.Command, ...]]:
    return lambda machine: machine.tick(now) if event is None else machine.handle(event, now)


@given(LIVES, st.integers(0, 30))
def test_a_repeated_hangup_changes_nothing(life: Life, more: int) -> None:
    leg = Leg()
    leg.live(life)
    leg.step(0.0, e.LegHungUp(cause="busy"))
    ended = leg.machine.state
    leg.step(float(more), e.LegHungUp(cause="normal"))
    assert leg.machine.state is ended


def test_nothing_can_happen_to_a_leg_that_has_not_begun() -> None:
    machine = CallMachine()
    assert machine.handle(ANSWERED, 1.0) == ()
    assert machine.tick(1e9) == ()
    assert machine.state == LegState()


def test_wake_at_is_the_nearest_deadline() -> None:
    machine = CallMachine()
    for event in (REQUESTED, ACCEPTED, ANSWERED):
        machine.handle(event, 100.0)
    assert machine.wake_at == 100.0 + ATTACH_PATIENCE_S
    machine.handle(ATTACHED, 101.0)
    assert machine.wake_at == 101.0 + PATIENCE[P.TALKING]


def test_a_deadline_that_has_passed_long_ago_is_acted_on_at_the_next_tick() -> None:
    machine = CallMachine()
    machine.handle(REQUESTED, 100.0)
    assert machine.tick(1e9) == (c.StopTalking(),)
    assert machine.state.ended_at == 1e9


@pytest.mark.parametrize(("patience", "phase"), [({P.TALKING: 5.0}, P.ENDING), ({P.RINGING: 5.0}, P.TALKING)])
def test_patience_can_be_set_phase_by_phase(patience: dict[Phase, float], phase: Phase) -> None:
    machine = CallMachine(patience=patience)
    for event in (REQUESTED, ACCEPTED, ATTACHED):
        machine.handle(event, 100.0)
    machine.tick(105.0)
    assert machine.state.phase is phase


def test_a_later_machine_takes_up_where_the_state_was_left() -> None:
    first = CallMachine()
    for event in (REQUESTED, ACCEPTED, ATTACHED):
        first.handle(event, 100.0)
    second = CallMachine(LegState.restore(first.state.snapshot()))
    assert second.handle(HANG_UP, 101.0) == (c.StopTalking(), c.Hangup())
