"""What counts as silence in the ear of somebody who waits."""

from simulator.caller.silences import Silences


def test_the_wait_for_the_first_word_begins_when_the_call_is_picked_up() -> None:
    silences = Silences()
    silences.answered(10.0)
    silences.bot_spoke(11.5, quiet_since=None)
    [silence] = silences.all
    assert (silence.at, silence.ms, silence.after) == (10.0, 1500.0, "answer")


def test_the_wait_for_an_answer_begins_with_the_end_of_the_callers_words() -> None:
    silences = Silences()
    silences.answered(0.0)
    silences.caller_spoke(0.1)
    silences.caller_fell_silent(2.0)
    silences.bot_spoke(4.5, quiet_since=None)
    assert [(silence.ms, silence.after) for silence in silences.all] == [(2500.0, "caller")]
    assert silences.max_ms == 2500.0


def test_a_bot_that_speaks_on_after_the_callers_words_is_waited_for_from_its_own_end() -> None:
    silences = Silences()
    silences.caller_spoke(1.0)
    silences.caller_fell_silent(2.0)
    silences.bot_spoke(5.0, quiet_since=3.0)
    assert [(silence.ms, silence.after) for silence in silences.all] == [(2000.0, "bot")]


def test_a_hole_in_the_bots_speech_counts_and_the_callers_own_pause_does_not() -> None:
    silences = Silences()
    silences.answered(0.0)
    silences.bot_spoke(0.1, quiet_since=None)
    silences.bot_spoke(4.0, quiet_since=2.0)
    silences.caller_spoke(9.0)
    assert [(silence.at, silence.ms) for silence in silences.all] == [(2.0, 2000.0)]


def test_what_the_bot_says_into_the_callers_words_ends_no_silence() -> None:
    silences = Silences()
    silences.bot_spoke(0.1, quiet_since=None)
    silences.caller_spoke(3.0)
    silences.bot_spoke(4.0, quiet_since=1.0)
    assert silences.all == []


def test_a_caller_who_rests_as_the_script_says_does_not_wait() -> None:
    silences = Silences()
    silences.bot_spoke(0.1, quiet_since=None)
    silences.resting = True
    silences.bot_spoke(9.0, quiet_since=1.0)
    assert silences.all == []


def test_a_call_that_ends_before_the_answer_was_waited_in_to_its_end() -> None:
    silences = Silences()
    silences.caller_spoke(1.0)
    silences.caller_fell_silent(2.0)
    silences.ended(9.0)
    assert silences.max_ms == 7000.0


def test_nobody_waits_after_the_bots_last_word() -> None:
    silences = Silences()
    silences.bot_spoke(0.1, quiet_since=None)
    silences.ended(9.0)
    assert silences.max_ms == 0.0
