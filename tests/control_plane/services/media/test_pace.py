"""Frames go together where that makes nothing later."""

from control_plane.services.media.pace import HELD_IN_VOICE, HELD_QUIET, URGENT_FRAMES, Pace


def after_a_voice() -> Pace:
    pace = Pace()
    pace.voice(True)
    pace.voice(False)
    return pace


def quiet() -> Pace:
    pace = Pace()
    pace.final(ends_speech=True)
    return pace


def test_while_the_line_is_not_known_no_frame_is_held() -> None:
    pace = Pace()
    assert [pace.fed() for _ in range(URGENT_FRAMES)] == [1] * (URGENT_FRAMES - 1) + [HELD_QUIET]


def test_in_silence_frames_are_held_longest_and_in_a_voice_less() -> None:
    pace = quiet()
    assert pace.fed() == HELD_QUIET
    pace.voice(True)
    assert pace.fed() == HELD_IN_VOICE


def test_after_a_voice_no_frame_is_held_until_a_final_that_ends_the_speech() -> None:
    pace = after_a_voice()
    assert pace.fed() == 1
    pace.final(ends_speech=False)
    assert pace.fed() == 1
    pace.final(ends_speech=True)
    assert pace.fed() == HELD_QUIET


def test_a_final_that_was_asked_for_settles_the_words_too() -> None:
    pace = after_a_voice()
    pace.finalize()
    pace.final(ends_speech=False)
    assert pace.fed() == HELD_QUIET


def test_what_was_asked_for_before_the_voice_came_back_does_not_settle_its_end() -> None:
    pace = after_a_voice()
    pace.finalize()
    pace.voice(True)
    pace.voice(False)
    pace.final(ends_speech=False)
    assert pace.fed() == 1


def test_words_that_never_come_are_not_waited_for_without_end() -> None:
    pace = after_a_voice()
    holds = [pace.fed() for _ in range(URGENT_FRAMES)]
    assert holds == [1] * (URGENT_FRAMES - 1) + [HELD_QUIET]


def test_words_of_a_voice_that_the_gate_does_not_notice_hurry_the_frames() -> None:
    pace = quiet()
    pace.words()
    assert pace.fed() == 1


def test_words_within_a_voice_change_nothing() -> None:
    pace = Pace()
    pace.voice(True)
    pace.words()
    assert pace.fed() == HELD_IN_VOICE
