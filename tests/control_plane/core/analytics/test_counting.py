from typing import Any

from control_plane.core.analytics.counting import LABEL_LIMIT, Cell, EndedCall, EndedTurn, Sums, counted
from control_plane.core.analytics.periods import DAY_S, HOUR_S, QUARTER_S

NOON = 1_773_057_600
"""UTC."""


def turn(by_caller: bool, at: float = NOON, **more: Any) -> EndedTurn:
    usual: dict[str, Any] = {"interrupted": False, "answer_ms": None}
    return EndedTurn(by_caller=by_caller, started_at=at, **{**usual, **more})


def call(*turns: EndedTurn, **more: Any) -> EndedCall:
    usual: dict[str, Any] = {
        "tenant_id": "acme",
        "direction": "inbound",
        "bot_id": "maria",
        "cause": "normal",
        "reason": "",
        "created_at": float(NOON),
        "answered_at": NOON + 2.0,
        "ended_at": NOON + 62.0,
        "metadata": {},
    }
    return EndedCall(turns=turns, **{**usual, **more})


def sums_of(*calls: EndedCall, step: int = DAY_S, kind: str = "all", key: str = "", at: int = NOON) -> Sums:
    return counted(calls)[Cell("acme", kind, step, "*", at // step * step, key)]


def test_a_call_is_counted_in_every_step_slice_and_direction() -> None:
    cells = counted([call()])
    assert len(cells) == 3 * 3 * 2
    assert {cell.step for cell in cells} == {QUARTER_S, HOUR_S, DAY_S}
    assert {(cell.kind, cell.key) for cell in cells} == {("all", ""), ("bot", "maria"), ("cause", "normal")}
    assert {cell.direction for cell in cells} == {"inbound", "*"}
    assert all(cell.bucket % cell.step == 0 for cell in cells)


def test_a_success_is_an_answered_call_in_which_the_caller_spoke_and_nothing_broke() -> None:
    spoke = turn(True)
    made = [
        call(spoke),
        call(),
        call(spoke, answered_at=None),
        call(spoke, cause="failed"),
        call(spoke, reason="x refused: y"),
    ]
    counts = sums_of(*made).counts
    assert (counts["calls"], counts["answered"], counts["talked"], counts["succeeded"]) == (5, 4, 3, 1)


def test_talk_is_from_answer_to_end() -> None:
    assert sums_of(call(), call(answered_at=None), call(answered_at=NOON + 99.0)).seconds == 60.0


def test_what_is_said_counts_when_it_is_said() -> None:
    late = NOON + QUARTER_S
    one = call(turn(True), turn(False, late, answer_ms=505.0), turn(False, late, interrupted=True, answer_ms=None))
    assert sums_of(one, step=QUARTER_S).counts["messages"] == 1
    sums = sums_of(one, step=QUARTER_S, at=late)
    assert (sums.counts["calls"], sums.counts["messages"], sums.counts["barge_ins"]) == (0, 2, 1)
    assert sums.latencies == {50: 1}


def test_a_caller_is_never_cut_off_and_has_no_latency() -> None:
    sums = sums_of(call(turn(True, interrupted=True, answer_ms=9.0)))
    assert (sums.counts["barge_ins"], sums.latencies) == (0, {})


def test_labels_of_the_call_are_slices_when_they_are_text() -> None:
    labelled = call(metadata={"seller_id": "s" * 99, "campaign_id": 7})
    assert labelled.slices[3:] == [("seller", "s" * LABEL_LIMIT)]
    assert sums_of(labelled, kind="seller", key="s" * LABEL_LIMIT).counts["calls"] == 1
