"""States of a process, and what they come to."""

import pytest

from metrics_sidecar.figures import Figures, NoFiguresError, read
from metrics_sidecar.health import Status, verdict
from metrics_sidecar.watch import FAILED, State, Watch


def said(*, ready: bool = True, draining: bool = False) -> Figures:
    return Figures(node="main", version="1", pid=1, uptime_s=1, ready=ready, draining=draining)


def test_a_process_that_answers_is_alive_at_once() -> None:
    watch = Watch(slow_after_s=0.5)
    watch.answered(said(), 0.01, now=1)
    assert watch.state is State.ALIVE
    assert watch.usable


@pytest.mark.parametrize("state", sorted(FAILED))
def test_one_failure_takes_a_process_out_and_two_good_answers_bring_it_back(state: State) -> None:
    watch = Watch(slow_after_s=0.5)
    watch.answered(said(), 0.01, now=1)
    watch.failed(state, now=2)
    assert not watch.usable
    watch.answered(said(), 0.01, now=3)
    assert watch.state is State.RECOVERING
    assert not watch.usable
    watch.answered(said(), 0.01, now=4)
    assert watch.state is State.ALIVE
    assert watch.since == 4


def test_an_answer_between_two_failures_does_not_count() -> None:
    watch = Watch(slow_after_s=0.5)
    for now in range(0, 10, 2):
        watch.failed(State.HUNG, now=now)
        watch.answered(said(), 0.01, now=now + 1)
    assert watch.state is State.RECOVERING


def test_slow_not_ready_and_draining_are_told_apart() -> None:
    watch = Watch(slow_after_s=0.5)
    watch.answered(said(), 0.6, now=1)
    assert watch.state is State.SLOW
    watch.answered(said(ready=False), 0.1, now=2)
    assert watch.state is State.NOT_READY
    watch.answered(said(ready=False, draining=True), 0.1, now=3)
    assert watch.state is State.DRAINING


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ([State.ALIVE, State.ALIVE], Status.OK),
        ([State.ALIVE, State.DEAD], Status.DEGRADED),
        ([State.SLOW], Status.DEGRADED),
        ([State.STARTING], Status.DEGRADED),
        ([State.NOT_READY, State.DRAINING], Status.DEGRADED),
        ([State.RECOVERING, State.HUNG], Status.DEGRADED),
        ([State.HUNG, State.DEAD], Status.DOWN),
        ([State.GARBAGE], Status.DOWN),
    ],
)
def test_the_whole_is_down_only_when_nobody_answers(states: list[State], status: Status) -> None:
    told = verdict({f"p{number}": state for number, state in enumerate(states)})
    assert told.status is status
    assert bool(told.reasons) is (status is not Status.OK)


def test_every_bad_state_has_a_reason_with_a_code() -> None:
    for state in set(State) - {State.ALIVE}:
        (reason,) = verdict({"a": state}).reasons
        assert reason.code == f"control_plane_{state}"


def test_a_full_queue_degrades() -> None:
    assert verdict({"a": State.ALIVE}, queue_full=True).status is Status.DEGRADED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"ready": 1, "draining": false}',
        b'{"ready": true, "draining": false, "calls": 3}',
        b'{"ready": true, "draining": false, "calls": {"live": -1}}',
        b'{"ready": true, "draining": false, "calls": {"live": 1e300}}',
        b'{"ready": true, "draining": false, "bots": true}',
        b'{"ready": true, "draining": false, "uptime_s": "long"}',
        b'{"ready": true, "draining": false, "reasons": [1]}',
        b'{"ready": true, "draining": false, "node": {}}',
        b"[" * 100_000,
    ],
)
def test_figures_of_another_shape_are_not_believed(body: bytes) -> None:
    with pytest.raises(NoFiguresError):
        read(body)


def test_figures_may_be_few() -> None:
    assert read(b'{"ready": true, "draining": false}').calls_live == 0
