"""What the sound adds to the words, and when a model is believed."""

from collections.abc import Callable

import pytest

from control_plane.core.turn.endings import Ending
from control_plane.core.turn.melody import Listener, Melody, together

COMPLETE, UNCLEAR, OPEN = Ending.COMPLETE, Ending.UNCLEAR, Ending.OPEN


@pytest.mark.parametrize(
    ("words", "done", "unsure", "goes_on"),
    [(COMPLETE, COMPLETE, COMPLETE, UNCLEAR), (UNCLEAR, COMPLETE, UNCLEAR, OPEN), (OPEN, OPEN, OPEN, OPEN)],
)
def test_sound_moves_the_judgement_by_a_step_and_unfinished_words_win(
    words: Ending, done: Ending, unsure: Ending, goes_on: Ending
) -> None:
    assert together(words, Melody.DONE) is done
    assert together(words, Melody.UNSURE) is unsure
    assert together(words, Melody.GOES_ON) is goes_on


def told(listener: Listener) -> Melody:
    return listener.verdict


def end(listener: Listener) -> None:
    """The words were taken as a turn, and answered."""
    listener.turn_taken()
    listener.ended()


def proven() -> Listener:
    """One that was right twice."""
    listener = Listener()
    for _ in range(2):
        listener.heard(0.95)
        end(listener)
    return listener


def test_a_model_is_believed_when_it_was_right_about_this_caller_twice() -> None:
    listener = Listener()
    listener.heard(0.05)
    listener.went_on()
    listener.heard(0.95)
    assert told(listener) is Melody.UNSURE
    end(listener)
    listener.heard(0.95)
    assert told(listener) is Melody.DONE
    listener.heard(0.05)
    assert told(listener) is Melody.GOES_ON
    listener.heard(0.5)
    assert told(listener) is Melody.UNSURE


@pytest.mark.parametrize("mistake", [(0.95, Listener.went_on), (0.05, end)])
def test_a_mistake_weighs_as_much_as_six_right_verdicts(mistake: tuple[float, Callable[[Listener], None]]) -> None:
    listener = proven()
    listener.heard(mistake[0])
    mistake[1](listener)
    for _ in range(6):
        listener.heard(0.95)
        assert told(listener) is Melody.UNSURE
        end(listener)
    listener.heard(0.95)
    assert told(listener) is Melody.DONE


def test_who_was_not_sure_is_neither_right_nor_wrong() -> None:
    listener = proven()
    listener.heard(0.5)
    listener.went_on()
    listener.heard(0.9)
    assert told(listener) is Melody.DONE


def test_a_verdict_counts_for_one_silence() -> None:
    listener = proven()
    listener.heard(0.9)
    listener.ended()
    assert told(listener) is Melody.UNSURE


def test_a_verdict_is_over_with_its_silence_and_proves_nothing_then() -> None:
    listener = proven()
    listener.heard(0.05)
    listener.turn_taken()
    listener.forget()
    assert told(listener) is Melody.UNSURE
    listener.ended()
    listener.heard(0.95)
    assert told(listener) is Melody.DONE


def test_an_end_without_a_turn_proves_nothing() -> None:
    listener = Listener()
    for _ in range(3):
        listener.heard(0.95)
        listener.ended()
    listener.heard(0.95)
    assert told(listener) is Melody.UNSURE


def test_a_verdict_that_comes_after_the_turn_was_taken_counts() -> None:
    listener = Listener()
    for _ in range(2):
        listener.turn_taken()
        listener.heard(0.95)
        listener.ended()
    listener.heard(0.95)
    assert told(listener) is Melody.DONE
