"""The patience with a silent caller."""

from control_plane.core.turn.commands import Silence
from control_plane.core.turn.patience import Patience


def test_it_runs_only_between_start_and_stop() -> None:
    patience = Patience(8, 2)
    assert patience.due is None
    patience.start(1)
    assert patience.due == 9
    patience.stop()
    assert patience.due is None


def test_it_gives_up_after_the_reprompts() -> None:
    patience = Patience(8, 1)
    patience.start(0)
    assert patience.run_out() is Silence.NO_INPUT
    assert patience.due is None
    patience.start(20)
    assert patience.run_out() is Silence.GIVEN_UP


def test_words_start_the_count_anew() -> None:
    patience = Patience(8, 1)
    patience.run_out()
    patience.satisfied(5)
    assert patience.due == 13
    assert patience.run_out() is Silence.NO_INPUT


def test_without_reprompts_it_gives_up_at_once() -> None:
    assert Patience(8, 0).run_out() is Silence.GIVEN_UP
