"""No order of events is undecided: the tables cover every pair, once."""

from itertools import product

import pytest

from control_plane.core.call import events as e
from control_plane.core.call.state import LIVE, LegState, Phase
from control_plane.core.call.table import EVENTS, IGNORED, PATIENCE, RULES, TIMEOUTS

KINDS = sorted(EVENTS, key=lambda kind: kind.__name__)
PAIRS = [pytest.param(phase, kind, id=f"{phase}-{kind.__name__}") for phase, kind in product(Phase, KINDS)]


@pytest.mark.parametrize(("phase", "kind"), PAIRS)
def test_every_pair_is_either_served_or_ignored(phase: Phase, kind: type) -> None:
    assert ((phase, kind) in RULES) != ((phase, kind) in IGNORED)


def test_the_tables_hold_no_other_pairs() -> None:
    assert set(RULES) | IGNORED == set(product(Phase, EVENTS))


def test_a_leg_begins_in_two_ways_only() -> None:
    assert {kind for phase, kind in RULES if phase is Phase.NEW} == {e.CallRequested, e.CallOffered}


def test_an_ended_leg_can_only_be_tidied_up() -> None:
    served = {kind for phase, kind in RULES if phase is Phase.ENDED}
    assert served == {e.DialAccepted, e.LegInitiated, e.RecordingSaved}


def test_every_live_phase_can_be_hung_up_by_the_far_end() -> None:
    assert {phase for phase, kind in RULES if kind is e.LegHungUp} == LIVE


def test_patience_and_what_follows_it_belong_together() -> None:
    assert PATIENCE.keys() == TIMEOUTS.keys()
    assert all(seconds > 0 for seconds in PATIENCE.values())


def test_only_the_phase_that_waits_for_media_has_no_patience_of_its_own() -> None:
    assert LIVE - PATIENCE.keys() == {Phase.ANSWERED}


@pytest.mark.parametrize("phase", TIMEOUTS)
def test_a_timeout_leads_out_of_its_phase(phase: Phase) -> None:
    state, _ = TIMEOUTS[phase](LegState(phase=phase, control_id="leg-1"), 5.0)
    assert state.phase is not phase
    assert state.since == 5.0
