"""One leg's outgoing audio: pacing, what was heard, silence and going on."""

import pytest

from control_plane.core.audio.frames import FRAME_BYTES, SAMPLE_RATE
from control_plane.core.audio.playout import REWIND, Playout


def audio(length_s: float, start: int = 0) -> bytes:
    """Audio in which every frame is different from its neighbours."""
    return b"".join(bytes([(start + n) % 251]) * FRAME_BYTES for n in range(round(length_s * 50)))


def sent_until(playout: Playout, now: float, until: float) -> list[tuple[float, bytes]]:
    """All messages, with their times, that a shell sends which wakes exactly when it is told to."""
    messages = []
    while True:
        while (message := playout.due(now)) is not None:
            messages.append((round(now, 6), message))
        if playout.wake_at is None or playout.wake_at > until:
            return messages
        assert playout.wake_at > now
        now = playout.wake_at


def spoken(length_s: float, text: str = "") -> Playout:
    playout = Playout()
    playout.add(audio(length_s), text)
    playout.finish()
    return playout


def test_the_first_message_goes_at_once_with_whatever_is_there() -> None:
    playout = Playout()
    playout.add(bytes(250))
    assert (playout.wake_at or 0) <= 10.0
    assert playout.due(10.0) == bytes(160)
    assert playout.due(10.0) is None


def test_less_than_a_frame_waits_for_more() -> None:
    playout = Playout()
    playout.add(bytes(159))
    assert playout.wake_at is None
    assert playout.due(10.0) is None


def test_a_long_reply_fills_the_lead_and_then_goes_in_chunks() -> None:
    playout = spoken(2.0)
    messages = sent_until(playout, 10.0, 100.0)
    assert [len(message) / SAMPLE_RATE for _, message in messages] == [0.4] + [0.2] * 8
    assert [at for at, _ in messages] == [10.0, 10.2, 10.4, 10.6, 10.8, 11.0, 11.2, 11.4, 11.6]
    assert b"".join(message for _, message in messages) == audio(2.0)


def test_a_shell_that_wakes_late_catches_up_without_shifting_the_clock() -> None:
    playout = spoken(2.0)
    playout.due(10.0)
    late = playout.due(10.33)
    assert late is not None
    assert len(late) == 0.32 * SAMPLE_RATE
    assert playout.ends_at == pytest.approx(12.0)


def test_small_pieces_are_collected_while_something_plays_but_go_before_it_runs_dry() -> None:
    playout = Playout()
    playout.add(audio(0.2))
    playout.due(10.0)
    playout.add(audio(0.06))
    assert playout.wake_at == pytest.approx(10.1)
    assert playout.due(10.09) is None
    assert len(playout.due(10.1) or b"") == 0.06 * SAMPLE_RATE


def test_the_end_is_filled_up_to_a_frame_with_silence() -> None:
    playout = Playout()
    playout.add(b"a" * 200)
    playout.finish()
    assert playout.due(1.0) == b"a" * 200 + b"\xff" * 120


def test_after_an_underrun_the_clock_begins_again_with_the_next_message() -> None:
    playout = Playout()
    playout.add(audio(0.2), "uno ")
    playout.due(10.0)
    playout.add(audio(0.2), "dos")
    playout.finish()
    assert playout.due(11.0) is not None
    assert playout.ends_at == pytest.approx(11.2)
    assert playout.played_s(11.1) == pytest.approx(0.3)
    assert playout.heard(11.05) == "uno"


def test_a_reply_is_finished_when_its_last_frame_was_played() -> None:
    playout = Playout()
    playout.add(audio(0.4), "hola")
    playout.due(10.0)
    assert not playout.finished(11.0)
    assert (playout.complete, playout.all_sent) == (False, False)
    playout.finish()
    assert (playout.complete, playout.all_sent) == (True, True)
    assert not playout.finished(10.39)
    assert playout.remaining_s(10.3) == pytest.approx(0.1)
    assert playout.finished(10.4)
    assert playout.heard(10.4) == "hola"
    assert playout.remaining_s(10.4) == 0


def test_what_was_heard_grows_with_the_time() -> None:
    playout = spoken(0.4, "uno dos tres")
    playout.due(10.0)
    assert [playout.heard(at) for at in (9.9, 10.0, 10.1, 10.2, 10.4)] == ["", "", "uno", "uno dos", "uno dos tres"]


def test_words_without_any_audio_count_as_heard_only_when_the_audio_is_over() -> None:
    playout = Playout()
    playout.add(audio(0.2), "hola ", starts_ms=(0, 20, 40, 60, 80))
    playout.add(b"", "Ana")
    playout.finish()
    playout.due(10.0)
    assert playout.heard(10.19) == "hola"
    assert playout.heard(10.2) == "hola Ana"


def test_words_of_a_voice_that_made_no_sound_were_not_heard() -> None:
    playout = Playout()
    playout.add(b"", "hola")
    playout.finish()
    assert playout.finished(10.0)
    assert playout.heard(10.0) == ""


def test_while_paused_nothing_is_due_and_nothing_more_is_heard() -> None:
    playout = spoken(1.0, "uno dos tres cuatro")
    playout.due(10.0)
    heard = playout.heard(10.25)
    playout.pause(10.25)
    playout.pause(10.3)
    assert playout.due(10.3) is None
    assert playout.wake_at is None
    assert playout.ends_at is None
    assert not playout.all_sent
    assert not playout.finished(99.0)
    assert playout.heard(99.0) == heard
    assert playout.played_s(99.0) == pytest.approx(0.25)
    playout.add(audio(0.2))
    assert playout.remaining_s(99.0) == playout.buffered_s


def test_a_paused_reply_goes_on_from_the_word_that_was_cut() -> None:
    playout = Playout()
    playout.add(audio(1.0), "uno dos", starts_ms=(0, 100, 200, 300, 505, 600, 700))
    playout.finish()
    sent_until(playout, 10.0, 10.6)
    playout.pause(10.6)
    playout.resume(12.0)
    message = playout.due(12.0)
    assert message is not None
    assert audio(1.0)[round(0.5 * SAMPLE_RATE) :].startswith(message)
    assert playout.played_s(12.05) == pytest.approx(0.6)
    assert playout.played_s(12.15) == pytest.approx(0.65)
    sent_until(playout, 12.0, 13.0)
    assert playout.ends_at == pytest.approx(12.5)
    assert playout.heard(12.5) == "uno dos"


def test_without_words_a_paused_reply_goes_on_from_the_frame_that_was_cut() -> None:
    playout = spoken(1.0)
    sent_until(playout, 10.0, 10.51)
    playout.pause(10.51)
    playout.resume(11.0)
    assert (playout.due(11.0) or b"")[:1] == audio(1.0)[4000:4001]


def test_words_that_come_during_a_pause_show_where_to_go_on() -> None:
    playout = Playout()
    playout.add(audio(1.0), "uno dos ")
    sent_until(playout, 10.0, 10.3)
    playout.pause(10.3)
    playout.add(audio(1.0), "tres")
    playout.resume(11.0)
    assert playout.buffered_s == pytest.approx(2.0)


def test_a_word_without_end_is_rewound_two_seconds_at_most() -> None:
    playout = spoken(20.0, "a" * 30)
    sent_until(playout, 10.0, 25.0)
    playout.pause(25.0)
    assert 5.0 < playout.remaining_s(25.0) <= 5.0 + REWIND / SAMPLE_RATE + 1.2


def test_resuming_what_was_not_paused_changes_nothing() -> None:
    playout = spoken(1.0)
    playout.due(10.0)
    playout.resume(10.1)
    assert playout.buffered_s == pytest.approx(0.6)


def test_dropping_answers_what_was_heard_and_ignores_what_still_comes() -> None:
    playout = spoken(1.0, "uno dos tres cuatro")
    playout.due(10.0)
    assert playout.drop(10.21) == "uno"
    playout.add(audio(1.0), " cinco")
    assert playout.drop(20.0) == "uno"
    assert (playout.due(20.0), playout.wake_at, playout.ends_at) == (None, None, None)
    assert (playout.heard(20.0), playout.remaining_s(20.0), playout.buffered_s) == ("uno", 0, 0)
    assert not playout.finished(20.0)
    assert not playout.all_sent


def test_a_reply_that_was_played_to_its_end_can_still_be_dropped() -> None:
    playout = spoken(0.2, "uno dos")
    playout.due(10.0)
    assert playout.drop(11.0) == "uno dos"


def test_a_paused_reply_can_be_dropped() -> None:
    playout = spoken(1.0, "uno dos tres cuatro")
    playout.due(10.0)
    playout.pause(10.21)
    assert playout.drop(15.0) == "uno"


def test_another_reply_knows_nothing_of_the_one_before() -> None:
    playout = spoken(0.4, "uno dos")
    playout.due(10.0)
    playout.drop(10.2)
    playout.begin()
    assert (playout.heard(10.2), playout.played_s(10.2), playout.complete) == ("", 0, False)
    playout.add(audio(0.2), "tres")
    assert playout.due(10.3) == audio(0.2)
    assert playout.played_s(10.4) == pytest.approx(0.1)


def test_a_reply_that_follows_on_another_is_heard_after_it() -> None:
    playout = spoken(0.4, "uno")
    playout.due(10.0)
    playout.begin()
    playout.add(audio(0.2), "dos")
    playout.finish()
    assert playout.due(10.2) is not None
    assert playout.played_s(10.35) == 0
    assert playout.played_s(10.5) == pytest.approx(0.1)
    assert playout.remaining_s(10.2) == pytest.approx(0.2)
    assert playout.ends_at == pytest.approx(10.6)


def test_the_recorder_gets_what_the_ear_got() -> None:
    playout = Playout()
    playout.start_clock(10.0)
    playout.add(audio(1.0, 1))
    playout.finish()
    playout.due(10.1)
    playout.pause(10.2)
    assert playout.outbound(10.3) == b"\xff" * 800 + audio(0.1, 1) + b"\xff" * 800


def test_the_audio_of_a_long_reply_is_released_while_it_plays() -> None:
    playout = Playout()
    now, most = 0.0, 0
    for _ in range(60):
        playout.add(audio(1.0))
        sent_until(playout, now, now + 1.0)
        now += 1.0
        playout.outbound(now)
        most = max(most, len(playout._audio) + sum(len(piece) for _, piece in playout._line._pieces))
    assert most < 6 * SAMPLE_RATE


@pytest.mark.parametrize(("lead_s", "chunk_s"), [(0.4, 0.01), (0.2, 0.4), (31.0, 0.2)])
def test_a_lead_or_a_message_that_no_carrier_takes_is_refused(lead_s: float, chunk_s: float) -> None:
    with pytest.raises(ValueError):
        Playout(lead_s=lead_s, chunk_s=chunk_s)


@pytest.mark.parametrize(("lead_s", "chunk_s"), [(0.02, 0.02), (0.04, 0.02), (0.06, 0.06), (0.4, 0.4), (30.0, 20.0)])
def test_with_any_lead_and_chunk_everything_is_sent_in_time(lead_s: float, chunk_s: float) -> None:
    playout = Playout(lead_s=lead_s, chunk_s=chunk_s)
    playout.add(audio(3.0))
    playout.finish()
    messages = sent_until(playout, 10.0, 20.0)
    assert b"".join(message for _, message in messages) == audio(3.0)
    assert playout.ends_at == pytest.approx(13.0)


def test_what_breaks_off_is_played_to_its_last_whole_word_and_another_voice_goes_on() -> None:
    playout = Playout()
    playout.add(b"\x11" * 8 * 700, "hola Ana", starts_ms=(100, 150, 200, 250, 300, 400, 450, 500))
    assert playout.break_off() == "hola "
    playout.add(b"\x22" * 8 * 400, "Ana.", starts_ms=(0, 100, 200, 300))
    playout.finish()
    sent, now = b"", 100.0
    while not playout.finished(now):
        sent += playout.due(now) or b""
        now += 0.02
    assert sent == b"\x11" * 8 * 400 + b"\x22" * 8 * 400
    assert playout.heard(now) == "hola Ana."
    assert playout.covered == "hola Ana."


def test_what_was_sent_already_of_a_broken_word_is_not_taken_back() -> None:
    playout = Playout(lead_s=1.0, chunk_s=0.2)
    playout.add(b"\x11" * 8 * 700, "hola Ana", starts_ms=(100, 150, 200, 250, 300, 400, 450, 500))
    sent = b""
    while message := playout.due(100.0):
        sent += message
    assert playout.break_off() == "hola "
    playout.add(b"\x22" * 8 * 400, "Ana.", starts_ms=(0, 100, 200, 300))
    playout.finish()
    now = 100.0
    while not playout.finished(now):
        sent += playout.due(now) or b""
        now += 0.02
    assert sent.count(b"\x22") == 8 * 400
    assert playout.heard(now) == "hola Ana."


def test_a_dropped_reply_does_not_break_off_any_more() -> None:
    playout = Playout()
    playout.add(b"\x11" * 8 * 700, "hola ", starts_ms=(0, 50, 100, 150, 200))
    playout.drop(100.0)
    assert playout.break_off() == "hola "
