"""The stopwatch of one turn."""

import pytest

from control_plane.core.turn.timing import Stage, TurnTiming, waited_ms

MARKS = dict(zip(Stage, [10.0, 10.2, 10.5, 10.51, 10.6, 10.7, 10.705, 10.9, 10.92, 11.6], strict=True))


def timed(marks: dict[Stage, float]) -> TurnTiming:
    timing = TurnTiming()
    for stage, now in marks.items():
        timing.mark(stage, now)
    return timing


def test_a_full_turn_is_divided_into_its_stages() -> None:
    assert timed(MARKS).durations_ms() == pytest.approx(
        {
            "stt": 200,
            "endpoint": 300,
            "dispatch": 10,
            "brain": 90,
            "clause": 100,
            "handover": 5,
            "voice": 195,
            "playout": 20,
            "total": 920,
            "gateway": 35,
        }
    )


def test_the_first_mark_of_a_stage_counts() -> None:
    timing = timed(MARKS)
    timing.mark(Stage.FIRST_TOKEN, 99)
    assert timing.at(Stage.FIRST_TOKEN) == 10.6
    assert TurnTiming().at(Stage.FIRST_TOKEN) is None


def test_missing_marks_leave_their_durations_out() -> None:
    timing = timed({stage: now for stage, now in MARKS.items() if stage is not Stage.FIRST_CLAUSE})
    assert set(timing.durations_ms()) == {"stt", "endpoint", "dispatch", "brain", "voice", "playout", "total"}
    assert TurnTiming().durations_ms() == {}


def test_without_an_end_of_speech_the_total_begins_with_the_final() -> None:
    timing = timed({stage: now for stage, now in MARKS.items() if stage is not Stage.SPEECH_ENDED})
    durations = timing.durations_ms()
    assert "stt" not in durations
    assert durations["total"] == pytest.approx(720)


def test_what_was_ready_before_the_decision_is_no_share_of_ours() -> None:
    ahead = MARKS | {Stage.COMMITTED: 10.95, Stage.FIRST_FRAME: 10.953}
    durations = timed({**ahead, Stage.BRAIN_ASKED: 10.25, Stage.FIRST_AUDIO: 10.8}).durations_ms()
    assert durations["ahead"] == pytest.approx(700)
    assert durations["playout"] == pytest.approx(3)
    assert durations["dispatch"] == 0


def test_a_final_before_the_end_of_speech_takes_no_time() -> None:
    assert timed({Stage.SPEECH_ENDED: 2.0, Stage.STT_FINAL: 1.9}).durations_ms() == {"stt": 0.0}


def test_the_caller_waits_only_for_what_was_not_ready_at_the_decision() -> None:
    durations = {"stt": 170, "endpoint": 400, "brain": 350, "clause": 30, "voice": 180, "playout": 2, "ahead": 400}
    assert waited_ms(durations) == {**durations, "brain": 0, "clause": 0, "voice": 160}
    assert waited_ms({"brain": 350, "voice": 180}) == {"brain": 350, "voice": 180}
