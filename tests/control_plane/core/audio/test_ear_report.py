"""What follows from who was audible when, on timelines drawn with one letter per 200 ms."""

import random
from typing import Any

import pytest

from control_plane.core.audio.ear_report import EarReport, Heard, Span, length, report

STEP = 200


def spans(drawn: str) -> list[Span]:
    found: list[Span] = []
    for at, mark in enumerate(drawn):
        if mark in " .":
            continue
        if found and found[-1][1] == at * STEP:
            found[-1] = (found[-1][0], (at + 1) * STEP)
        else:
            found.append((at * STEP, (at + 1) * STEP))
    return found


def of(caller: str, agent: str, **more: Any) -> EarReport:
    long = max(len(caller), len(agent)) * STEP
    return report(Heard(start=0, end=long, caller=spans(caller), agent=spans(agent), **more))


def kinds(found: EarReport) -> list[str]:
    return [] if found.worst is None else [reason.kind for reason in found.worst.reasons]


def test_a_smooth_conversation_has_gaps_and_nothing_wrong() -> None:
    found = of(
        "          ccccc         ccc          ",
        "   aaaaaa       aaaaaaa     aaaaaaaaa",
    )
    assert found.gaps == [(3000, 3200), (5400, 5600)]
    assert (found.overlaps, found.dead_air, found.worst) == ([], [], None)
    assert found.latency_ms(0.5) == 200
    assert found.latency_ms(1) == 200


def test_the_caller_who_comes_in_is_no_talk_over_and_the_agents_yielding_is_measured() -> None:
    found = of(
        "          cccccc      ",
        "   aaaaaaaaa       aaa",
    )
    [overlap] = found.overlaps
    assert (overlap.by, overlap.yielded, overlap.start, overlap.end) == ("caller", True, 2000, 2400)
    assert found.talk_over_ms == 0
    assert found.worst is None


def test_an_agent_that_does_not_yield_is_told() -> None:
    found = of(
        "          ccccccccccc      ",
        "   aaaaaaaaaaaaaaa         ",
    )
    assert found.overlaps[0].yielded
    assert found.worst is not None
    assert [(reason.kind, reason.longest) for reason in found.worst.reasons] == [("slow_yield", 1600)]


def test_a_backchannel_stops_nobody() -> None:
    found = of(
        "        cc           ",
        "   aaaaaaaaaaaaaaa   ",
    )
    [overlap] = found.overlaps
    assert (overlap.by, overlap.yielded) == ("caller", False)
    assert (found.gaps, found.worst) == ([], None)


def test_the_agent_that_comes_in_talks_over_the_caller() -> None:
    found = of(
        "   cccccccccc        ",
        "         aaaaaaaaaa  ",
    )
    [overlap] = found.overlaps
    assert (overlap.by, overlap.yielded) == ("agent", False)
    assert found.talk_over_ms == 800
    assert kinds(found) == ["talk_over"]


def test_who_breathes_within_a_speech_has_not_begun_another_one() -> None:
    found = of(
        "       cccccccc    ",
        "  aaaaaa    aaa    ",
    )
    assert [overlap.by for overlap in found.overlaps] == ["caller", "caller"]


def test_silence_after_the_caller_is_dead_air_and_after_the_agent_it_is_the_callers() -> None:
    quiet = " " * 15
    assert of("ccc" + quiet, "   " + quiet).dead_air == [(600, 3600)]
    assert of("   " + quiet + "ccc", "aaa" + quiet).dead_air == []
    answered = of("ccc" + quiet, "   " + quiet[:-2] + "aa")
    assert answered.dead_air == answered.gaps == [(600, 3200)]
    assert kinds(answered) == ["dead_air"]


def test_a_call_in_which_nobody_says_the_first_word_begins_with_dead_air() -> None:
    assert of(" " * 20, " " * 15 + "aaaaa").dead_air == [(0, 3000)]


def test_between_two_streams_nothing_is_known() -> None:
    found = of("ccc" + " " * 20, " " * 21 + "aa", blind=[(600, 4000)])
    assert (found.dead_air, found.gaps) == ([], [])


def test_a_click_of_the_line_asks_for_no_answer() -> None:
    heard = Heard(start=0, end=8000, caller=[(3000, 3100)], agent=[(0, 2000)])
    assert report(heard).dead_air == []


def test_a_late_answer_is_wrong_by_what_is_more_than_comfortable() -> None:
    found = of("ccc" + " " * 9, "   " + " " * 8 + "a")
    assert found.worst is not None
    assert (found.worst.score, found.worst.reasons[0].kind, found.worst.reasons[0].longest) == (600, "late", 1600)


def test_holes_are_worse_than_silence() -> None:
    found = of("", "a" * 10 + " " * 3 + "a" * 60, holes=[(2000, 2600)])
    assert kinds(found) == ["hole"]
    assert found.worst is not None
    assert found.worst.score == 2400


def test_an_answer_is_found_by_when_its_turn_was() -> None:
    found = of(
        "cccc      cccc          ",
        "     aaaa       aaaaaa  ",
    )
    assert found.answer_ms(900, 1900) == 200
    assert found.answer_ms(2900, 4900) == 400
    assert found.answer_ms(3300, 4900) is None
    assert found.answer_ms(2900, 3100) is None


def test_every_moment_is_gap_talk_or_silence_whatever_is_heard() -> None:
    random.seed(7)
    for _ in range(60):
        drawn = ["".join(random.choices(" x", weights=[2, 1], k=80)) for _ in range(2)]
        found = of(*drawn)
        for start, end in found.gaps:
            assert end > start
            assert all(not (one < end and two > start) for one, two in found.heard.agent)
        for overlap in found.overlaps:
            assert any(one <= overlap.start and two >= overlap.end for one, two in found.heard.caller)
            assert any(one <= overlap.start and two >= overlap.end for one, two in found.heard.agent)
        assert all(length(span) > 2000 for span in found.dead_air)
        if found.worst is not None:
            assert 0 <= found.worst.start < found.worst.end <= found.heard.end


@pytest.mark.parametrize("share", [0.5, 0.95, 1])
def test_a_call_without_answers_has_no_latency(share: float) -> None:
    assert of("", "aaaa").latency_ms(share) is None


def test_the_way_of_the_sound_belongs_to_each_wait() -> None:
    found = report(Heard(start=0, end=9000, caller=[(0, 1000)], agent=[(1900, 4000)], way=150))
    assert (found.latencies, found.answer_ms(1500, 5000)) == ([1050], 1050)
    assert found.worst is not None
    assert [(reason.kind, reason.longest) for reason in found.worst.reasons] == [("late", 1050)]
    assert found.worst.score == 50


def test_what_the_agent_takes_back_at_once_is_no_answer() -> None:
    heard = Heard(start=0, end=9000, caller=[(0, 1000)], agent=[(1180, 1200), (4000, 6000)])
    assert report(heard).gaps == [(1000, 4000)]


def test_how_much_of_a_call_was_wrong_is_summed_up() -> None:
    found = of("ccc" + " " * 15 + "ccccc", "   " + " " * 15 + "  aaaaa")
    assert (found.dead_air_ms, found.talk_over_ms) == (3000, 600)


def test_a_moment_of_both_is_how_people_take_turns() -> None:
    heard = Heard(start=0, end=9000, caller=[(0, 1000)], agent=[(940, 4000)])
    assert report(heard).overlaps == []
