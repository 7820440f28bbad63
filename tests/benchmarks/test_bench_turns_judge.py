"""What becomes of the turns of a scene, judged on drawn reports."""

from typing import Any

from benchmarks.turns_judge import CallVerdict, judge
from benchmarks.turns_results import figures, share
from benchmarks.turns_tables import AIMS
from simulator.audio.speech import char_starts_ms
from simulator.caller.scenes import Scene, parse_scene

WALL = 1_000_000.0
REPLY = "Abrimos a las ocho. Cerramos a las seis de la tarde."
LENGTH_S = len(REPLY) / 14
PAUSED = {"do": "say", "parts": ["Quiero una cita", 0.8, "el martes."], "looks": ["open"], "answer": "Bien, el martes."}
ASKED = {"do": "say", "text": "¿A qué hora abren?", "answer": REPLY}


def scene(*steps: dict[str, Any]) -> Scene:
    return parse_scene("drawn", {"language": "es", "about": "Drawn", "steps": list(steps)})


def turn(said: str, began: float, ended: float, audible: float | None, **more: Any) -> dict[str, Any]:
    return {
        "said": said,
        "began_at": began,
        "caller_ended_at": ended,
        "bot_audible_at": audible,
        "pauses": [],
        **more,
    }


def call(**parts: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "turns": [],
        "onsets": [],
        "said": [],
        "heard": [],
        "clears": [],
        "barge_ins": [],
        "client_faults": [],
    }
    return {**empty, **parts}


def stretch(text: str, started: float, to_s: float, *, from_s: float = 0.0) -> dict[str, Any]:
    return {
        "spoken": text,
        "started_at": started,
        "ended_at": started + to_s - from_s,
        "from_ms": from_s * 1000,
        "to_ms": to_s * 1000,
    }


def stored(text: str, at: float, *, heard: str | None = None) -> dict[str, Any]:
    heard = text if heard is None else heard
    return {"speaker": "agent", "text": text, "heard": heard, "interrupted": heard != text, "started_at": WALL + at}


def verdict(of: Scene, report: dict[str, Any], *turns: dict[str, Any]) -> CallVerdict:
    return judge(of, report, stored=turns, ahead_s=WALL)


def paused_turn(audible: float | None, onsets: list[float]) -> dict[str, Any]:
    one = turn(
        "Quiero una cita el martes.", began=10.0, ended=12.8, audible=audible, pauses=[{"at": 11.2, "until": 12.0}]
    )
    return call(turns=[one], onsets=onsets)


def interrupted_at(to_s: float, heard: str) -> CallVerdict:
    of = scene(ASKED, {"do": "interrupt", "text": "Perdón, ¿y el domingo?", "answer": "El domingo no abrimos."})
    at = 20.0 + to_s
    report = call(
        turns=[
            turn("¿A qué hora abren?", 18.0, 19.0, 20.0),
            turn("Perdón, ¿y el domingo?", at - 0.1, at + 1.0, at + 2),
        ],
        onsets=[20.0, at + 2],
        heard=[stretch(REPLY, 20.0, to_s), stretch("El domingo no abrimos.", at + 2, 1.5)],
        barge_ins=[{"clear_ms": 80.0}],
    )
    return verdict(of, report, stored(REPLY, 20.0, heard=heard), stored("El domingo no abrimos.", at + 2))


def test_latency_counts_from_the_last_voiced_frame_to_the_first_audible_one() -> None:
    judged = verdict(scene(PAUSED), paused_turn(13.5, [13.5]), stored("Bien, el martes.", 13.4)).turns[0]
    assert judged.latency_ms == 700.0
    assert judged.faults == ()


def test_a_bot_that_is_audible_before_the_caller_is_done_has_cut_the_caller_off() -> None:
    judged = verdict(scene(PAUSED), paused_turn(13.5, [11.9, 13.5]), stored("Bien, el martes.", 13.4)).turns[0]
    assert judged.cut_off_after == 0
    assert judged.cut_off_ms == 700.0
    assert judged.faults == ("audible 700 ms after pause 1 began, of 0.8 s (words look open)",)


def test_a_bot_that_was_audible_before_the_caller_began_cut_nobody_off() -> None:
    assert not verdict(scene(PAUSED), paused_turn(13.5, [9.0, 13.5])).turns[0].cut_off


def test_a_turn_may_have_no_answer_or_not_come_about() -> None:
    assert verdict(scene(PAUSED), paused_turn(None, [])).turns[0].faults == ("no answer",)
    assert verdict(scene(PAUSED), call()).turns[0].faults == ("not played: the call was over before",)


def test_an_answer_to_half_of_the_turn_is_another_answer() -> None:
    judged = verdict(scene(PAUSED), paused_turn(13.5, [13.5]), stored("¿Para qué día?", 13.4)).turns[0]
    assert not judged.answered_right
    broken_off = verdict(scene(PAUSED), paused_turn(13.5, [13.5]), stored("Bien, el", 13.4)).turns[0]
    assert broken_off.answered_right


def test_words_heard_whole_have_to_be_stored_and_words_not_begun_must_not() -> None:
    middle = char_starts_ms(REPLY)[REPLY.index("Cerramos") + 4] / 1000
    assert interrupted_at(middle, "Abrimos a las ocho.").heard[0].right
    assert interrupted_at(middle, "Abrimos a las ocho. Cerramos").heard[0].right
    assert not interrupted_at(middle, "Abrimos a las").heard[0].right
    assert not interrupted_at(middle, "Abrimos a las ocho. Cerramos a").heard[0].right


def test_the_word_that_was_cut_counts_when_more_than_half_of_it_was_played() -> None:
    start = REPLY.index("Cerramos")
    most, little = (char_starts_ms(REPLY)[start + letters] / 1000 for letters in (6, 2))
    assert interrupted_at(most, "Abrimos a las ocho. Cerramos").heard[0].exact
    assert not interrupted_at(most, "Abrimos a las ocho.").heard[0].exact
    assert interrupted_at(little, "Abrimos a las ocho.").heard[0].exact


def coughed_at(*heard: dict[str, Any], stored_as: str | None = None) -> CallVerdict:
    of = scene(ASKED, {"do": "cough", "after_s": 1.0})
    report = call(
        turns=[turn("¿A qué hora abren?", 18.0, 19.0, 20.0)],
        onsets=[20.0],
        said=[{"kind": "cough", "text": "", "started_at": 21.0, "first_loud_at": 21.0}],
        heard=list(heard),
        clears=[{"at": 21.1, "during": "cough"}],
    )
    return verdict(of, report, stored(REPLY, 20.0, heard=stored_as))


def test_a_reply_that_goes_on_where_it_was_silenced_is_resumed() -> None:
    judged = coughed_at(stretch(REPLY, 20.0, 1.1), stretch(REPLY, 22.0, LENGTH_S, from_s=0.9)).alarms[0]
    assert (judged.tested, judged.silenced, judged.resumed) == (True, True, True)


def test_a_reply_that_goes_on_in_the_sentence_before_is_heard_once() -> None:
    first, second = "Abrimos a las ocho.", "Cerramos a las seis de la tarde."
    judged = coughed_at(
        stretch(first, 20.0, 1.4),
        stretch(second, 21.4, 0.1),
        stretch(first, 22.0, 1.4, from_s=1.0),
        stretch(second, 22.4, 2.3),
    )
    assert judged.alarms[0].resumed


def test_what_is_said_to_bridge_the_silence_is_no_part_of_the_reply() -> None:
    judged = coughed_at(stretch("Un momento.", 19.2, 0.8), stretch(REPLY, 20.0, LENGTH_S)).alarms[0]
    assert judged.resumed


def test_a_reply_whose_rest_is_not_spoken_is_not_resumed() -> None:
    judged = coughed_at(stretch(REPLY, 20.0, 1.1), stored_as="Abrimos a las").alarms[0]
    assert not judged.resumed
    assert judged.unheard.endswith("de la tarde")


def test_a_cough_into_silence_tests_nothing() -> None:
    judged = coughed_at(stretch(REPLY, 14.0, LENGTH_S))
    assert not judged.alarms[0].tested
    assert figures("fixed", [judged], language="all").alarms == 0


def test_the_figures_of_a_language_are_those_of_its_scenes() -> None:
    early = verdict(scene(PAUSED), paused_turn(13.3, [11.9, 13.3]))
    late = verdict(scene(PAUSED), paused_turn(14.0, [14.0]))
    found = figures("semantic", [early, late], language="all")
    assert (found.turns, found.paused, found.cut_off, found.under_naive) == (2, 2, 50.0, 50.0)
    assert (found.latency_p50_ms, found.latency_p95_ms) == (500.0, 1200.0)
    assert figures("semantic", [early, late], language="en").turns == 0


def test_nothing_to_judge_is_no_share() -> None:
    assert share([]) is None
    assert share([True, False, True]) == 66.7


def test_every_aim_can_be_read_off_the_figures() -> None:
    found = figures("fixed", [interrupted_at(1.0, "Abrimos a las")], language="all")
    assert {aim.name for aim in AIMS if aim.value(found) is None} == {
        "cut off per 100 turns with pauses",
        "false alarms resumed per 100",
    }
