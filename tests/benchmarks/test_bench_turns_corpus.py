"""The scenes that turn taking is measured with."""

from collections import Counter

import pytest

from simulator.ai.persona import choose, personas
from simulator.ai.scene_personas import scene_personas
from simulator.caller.scenes import Scene, SceneTurn, parse_scene, scenes
from simulator.caller.script import Backchannel, BadScript, Cough, Interrupt, Noise, Say, Step

SCENES = scenes()
TURNS = [turn for scene in SCENES for turn in scene.turns]
PAUSED = [turn for turn in TURNS if turn.pauses_s]


HELD_OUT = scenes("held_out")


def test_the_corpus_that_nothing_was_tuned_with_is_as_hard() -> None:
    turns = [turn for scene in HELD_OUT for turn in scene.turns]
    looks = Counter(look for turn in turns for look in turn.looks)
    assert len(turns) >= 100
    assert sum(bool(turn.pauses_s) for turn in turns) >= len(turns) / 2
    assert all(0.4 <= pause_s <= 1.2 for turn in turns for pause_s in turn.pauses_s)
    assert abs(looks["open"] - looks["complete"]) <= looks.total() / 10


def test_the_two_corpora_share_no_turn_but_short_ones() -> None:
    known = {turn.text for turn in TURNS}
    assert not [turn.text for scene in HELD_OUT for turn in scene.turns if turn.text in known and turn.pauses_s]


@pytest.mark.parametrize("scene", HELD_OUT, ids=lambda scene: scene.name)
def test_a_persona_answers_the_held_out_scenes_too(scene: Scene) -> None:
    persona = scene_personas(f"You are held_out_{scene.language}.")[0]
    same = {turn.text: {o.answer for s in HELD_OUT for o in s.turns if o.text == turn.text} for turn in scene.turns}
    for number, turn in enumerate(scene.turns):
        assert persona.answer(["Hola.", turn.text], replies=number + 1, tools={}).text in same[turn.text]


def steps(*kinds: type[Step]) -> list[Step]:
    return [step for scene in SCENES for step in scene.script.steps if isinstance(step, kinds)]


def test_there_are_two_hundred_turns_about_two_thirds_of_them_in_spanish() -> None:
    turns = Counter(scene.language for scene in SCENES for _ in scene.turns)
    assert set(turns) == {"es", "en"}
    assert turns.total() >= 200
    assert 0.5 <= turns["es"] / turns.total() <= 0.7


def test_many_turns_have_pauses_as_people_make_them() -> None:
    assert len(PAUSED) >= 80
    assert all(0.4 <= pause_s <= 1.2 for turn in PAUSED for pause_s in turn.pauses_s)
    assert any(len(turn.pauses_s) > 1 for turn in PAUSED)


def test_a_third_of_the_pauses_and_more_stand_where_the_words_look_complete() -> None:
    looks = Counter(look for turn in PAUSED for look in turn.looks)
    assert looks["complete"] >= looks.total() / 3
    assert looks["open"] >= looks.total() / 3


def test_punctuation_gives_no_unfinished_words_away() -> None:
    """A recogniser writes none of these where somebody pauses."""
    texts = [text for turn in PAUSED for text in turn.texts[:-1]]
    assert not [text for text in texts if text.endswith(("…", ",", "-", ";"))]


def test_the_bot_is_interrupted_and_coughed_at() -> None:
    assert len(steps(Interrupt)) >= 20
    assert len(steps(Backchannel)) >= 20
    assert len(steps(Cough, Noise)) >= 10


def test_what_is_spoken_into_is_long_enough_to_be_cut() -> None:
    short = [scene.name for scene in SCENES for answer in _spoken_into(scene) if len(answer.split()) < 14]
    assert not short


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_the_persona_answers_each_turn_as_the_scene_says(scene: Scene) -> None:
    system = f"You are turns_{scene.language}."
    persona = choose((*scene_personas(system), *personas()), system=system, texts=["hola"])
    same = {turn.text: {other.answer for other in TURNS if other.text == turn.text} for turn in scene.turns}
    for number, turn in enumerate(scene.turns):
        reply = persona.answer(["Hola.", turn.text], replies=number + 1, tools={})
        assert reply.text in same[turn.text]


def test_the_persona_answers_the_end_of_a_turn_and_something_to_everything_else() -> None:
    persona = scene_personas("Eres turns_es.")[0]
    assert persona.answer(["el martes por la mañana."], replies=1, tools={}).text.startswith("Con gusto, el martes")
    assert len(persona.answer(["Quiero una cita para"], replies=1, tools={}).text.split()) > 8


def test_other_bots_keep_their_personas() -> None:
    assert scene_personas("Eres María.") == ()
    candidates = (*scene_personas("turns_es turns_en"), *personas())
    assert choose(candidates, system="Eres María.", texts=["Hola, quiero una cita para mi gato."]).name == "clinic_es"
    assert choose(candidates, system="", texts=["…"]).name == "clinic_es"


@pytest.mark.parametrize(
    "step",
    [
        {"do": "say", "text": "Hola."},
        {"do": "say", "parts": ["Quiero", 0.8, "una cita."], "answer": "Sí."},
        {"do": "say", "parts": ["Quiero", 0.8, "una cita."], "looks": ["odd"], "answer": "Sí."},
    ],
)
def test_a_turn_without_an_answer_or_with_a_pause_nobody_judged_is_refused(step: dict[str, object]) -> None:
    with pytest.raises(BadScript):
        parse_scene("test", {"language": "es", "about": "A test", "steps": [step]})


def _spoken_into(scene: Scene) -> list[str]:
    turns = iter(scene.turns)
    last: SceneTurn | None = None
    found: list[str] = []
    for step in scene.script.steps:
        if isinstance(step, Interrupt | Backchannel | Cough | Noise) and last is not None:
            found.append(last.answer)
        if isinstance(step, Say | Interrupt):
            last = next(turns)
    return found
