"""The machine's memory survives being stored."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.call.causes import HangupCause
from control_plane.core.call.state import LIVE, LegState, Mode, Phase

MOMENTS = st.floats(0, 4e9)
STATES = st.builds(
    LegState,
    phase=st.sampled_from(Phase),
    since=MOMENTS,
    mode=st.sampled_from(Mode),
    record=st.booleans(),
    control_id=st.text(),
    leg_id=st.text(),
    session_id=st.text(),
    stream_id=st.text(),
    media=st.booleans(),
    media_deadline=st.none() | MOMENTS,
    stream_failures=st.integers(0, 9),
    talked=st.booleans(),
    hangup_asked=st.booleans(),
    answered_at=st.none() | MOMENTS,
    ended_at=st.none() | MOMENTS,
    cause=st.none() | st.sampled_from(HangupCause),
    reason=st.text(),
)


@given(STATES)
def test_a_state_comes_back_from_json_as_it_was(state: LegState) -> None:
    back = LegState.restore(json.loads(json.dumps(state.snapshot())))
    assert back == state
    assert isinstance(back.phase, Phase)
    assert isinstance(back.mode, Mode)
    assert back.cause is None or isinstance(back.cause, HangupCause)


@given(STATES, st.dictionaries(st.text(), st.none() | st.integers() | st.text()))
def test_keys_of_another_version_are_ignored(state: LegState, strange: dict[str, object]) -> None:
    stored = {f"x-{key}": value for key, value in strange.items()} | state.snapshot()
    assert LegState.restore(stored) == state


def test_what_an_older_version_did_not_store_takes_its_default() -> None:
    assert LegState.restore({}) == LegState()
    assert LegState.restore({"phase": "talking", "since": 7.0}) == LegState(phase=Phase.TALKING, since=7.0)


@pytest.mark.parametrize("field", ["phase", "mode", "cause"])
def test_a_word_of_another_version_that_nobody_knows_is_an_error_that_names_it(field: str) -> None:
    with pytest.raises(ValueError, match="dreaming"):
        LegState.restore({"phase": "talking", field: "dreaming"})


def test_a_leg_lives_from_its_beginning_to_its_end() -> None:
    assert set(Phase) - LIVE == {Phase.NEW, Phase.ENDED}
