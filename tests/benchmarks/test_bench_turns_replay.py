"""Turn taking computed from scenes, without sound and sockets."""

from dataclasses import replace

from benchmarks.turn_model import Opinion, auc, drawn
from benchmarks.turns_replay import POLICY, Voice, replay, row
from simulator.caller.scenes import Scene, parse_scene

WHOLE = {"do": "say", "text": "Quiero una cita.", "answer": "Claro, con gusto."}
ASKED = {"do": "say", "text": "¿A qué hora abren?", "answer": "A las ocho."}


def scene(*steps: dict[str, object]) -> Scene:
    return parse_scene("drawn", {"language": "es", "about": "Drawn", "steps": list(steps)})


def paused(pause_s: float, first: str = "Quiero una cita.") -> dict[str, object]:
    parts = [first, pause_s, "El martes, si se puede."]
    return {"do": "say", "parts": parts, "looks": ["complete"], "answer": "Bien, el martes."}


def outcomes(*steps: dict[str, object], voice: Voice | None = None) -> list[tuple[float, int | None]]:
    found = replay([scene(*steps)], policy=POLICY, voice=voice, seeds=3)
    return [(one.latency_ms, one.cut_off_after) for one in found]


def test_a_question_is_answered_sooner_than_a_statement() -> None:
    question, statement = outcomes(ASKED)[0][0], outcomes(WHOLE)[0][0]
    assert 600 < question < statement < 1300


def test_two_runs_are_the_same() -> None:
    assert outcomes(ASKED, WHOLE) == outcomes(ASKED, WHOLE)


def test_a_short_pause_is_waited_for_and_a_long_one_after_complete_words_is_spoken_into() -> None:
    assert all(cut_off is None for _, cut_off in outcomes(paused(0.5)))
    assert all(cut_off == 0 for _, cut_off in outcomes(paused(1.1, first="¿Tienen citas?")))


def test_a_turn_that_was_cut_off_is_answered_in_the_end_and_the_call_goes_on() -> None:
    found = outcomes(paused(1.1, first="¿Tienen citas?"), WHOLE)
    assert len(found) == 6
    assert all(latency_ms > 0 for latency_ms, _ in found)


def test_who_interrupts_is_answered() -> None:
    cutting_in = {"do": "interrupt", "text": "Mejor el lunes, por favor.", "after_s": 1.0, "answer": "El lunes."}
    assert all(latency_ms > 0 for latency_ms, _ in outcomes(WHOLE, cutting_in))


def test_without_speculation_it_takes_longer() -> None:
    plain = replay([scene(WHOLE)], policy=replace(POLICY, speculations=0), seeds=3)
    assert min(one.latency_ms for one in plain) > max(latency_ms for latency_ms, _ in outcomes(WHOLE))


def test_a_model_that_hears_the_end_is_believed_when_it_was_right_twice() -> None:
    found = outcomes(WHOLE, WHOLE, WHOLE, voice=lambda scene, turn, part: 0.95)
    assert all(first[0] > 1000 > third[0] for first, third in zip(found[::3], found[2::3], strict=True))


def test_a_row_counts_cut_offs_of_turns_with_pauses() -> None:
    found = replay([scene(paused(1.1, first="¿Tienen citas?"), WHOLE)], policy=POLICY, seeds=1)
    assert row("drawn", found)[1] == "2"
    assert row("drawn", found)[-2:] == ("1", "100.0")


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert auc([0.9, 0.8], [0.1]) == 1.0
    assert auc([0.5, 0.1], [0.5, 0.9]) == 0.125


def test_drawn_opinions_are_right_as_often_as_asked_for() -> None:
    ends = [
        Opinion(corpus="c", scene="s", language="es", place=(number, 0), is_end=number % 2 == 0, finished=0.5)
        for number in range(400)
    ]
    right = sum((one.finished > 0.5) == one.is_end for one in drawn(ends, 90))
    assert 340 <= right <= 380
