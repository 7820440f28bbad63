"""From events to the conversation on the screen."""

from simulator.demo.scene import WIRE, Line, Scene, place_of
from tests.simulator.demo.recorded import EVENTS, LONG, TIMING, answered, barge_in, scene, state, turn, words


def told(seen: Scene) -> list[tuple[str, str, str]]:
    """Speaker, what was heard, what was not."""
    return [(line.speaker, line.text[: line.heard], line.text[line.heard :]) for line in seen.lines]


def test_a_recorded_call_reads_as_it_was_spoken() -> None:
    seen = scene(*EVENTS)
    assert told(seen) == [
        ("agent", "Buenos días, Laura.", ""),
        ("caller", "Se llama Toby.", ""),
        ("agent", "Entiendo,", LONG.removeprefix("Entiendo,")),
        ("caller", "Perdón, adiós.", ""),
        ("agent", "¡Hasta luego!", ""),
    ]
    assert [line.interrupted for line in seen.lines] == [False, False, True, False, False]
    assert (seen.phase, seen.ended_at) == ("ended", 118.0)


def test_words_appear_while_they_are_understood() -> None:
    seen = scene(words("caller", "Se"), words("caller", "Se llama"))
    (line,) = seen.lines
    assert (line.text, line.heard, line.open) == ("Se llama", 8, True)


def test_a_noticed_voice_without_words_is_no_line() -> None:
    assert scene(words("caller", "")).lines == []


def test_the_bots_words_are_heard_as_far_as_they_were_played() -> None:
    seen = scene(words("agent", "Muy bien, el jueves."), words("agent", "¿A qué hora?"))
    line = {"turns": [], "heard": [{"text": "antes", "started_at": 99.0}, {"text": "Muy bien", "started_at": 100.3}]}
    seen.measure(line)
    assert told(seen) == [("agent", "Muy bien, ", "el jueves. ¿A qué hora?")]


def test_a_backchannel_does_not_take_the_floor() -> None:
    seen = scene(
        words("agent", "Abrimos de ocho"),
        barge_in("paused"),
        words("caller", "Ajá."),
        barge_in("resumed"),
        words("agent", "a seis."),
        turn(0, "agent", "Abrimos de ocho a seis."),
    )
    assert [(line.speaker, line.aside) for line in seen.lines] == [("agent", False), ("caller", True)]


def test_a_caller_who_goes_on_replaces_the_beginning_of_the_turn() -> None:
    seen = scene(
        turn(1, "caller", "Mañana"),
        words("caller", "Mañana a las"),
        turn(1, "caller", "Mañana a las cuatro."),
    )
    assert told(seen) == [("caller", "Mañana a las cuatro.", "")]


def test_a_reply_that_nobody_heard_before_the_next_turn_is_gone() -> None:
    seen = scene(
        turn(1, "caller", "Perdón,"),
        words("caller", "¿tienen"),
        words("agent", "¿Me lo puede repetir?"),
        turn(2, "caller", "¿tienen algo?"),
        words("agent", "Muy bien."),
    )
    assert [line.text for line in seen.lines] == ["Perdón,", "¿tienen algo?", "Muy bien."]


def test_the_wire_knows_better_than_the_stopwatch_where_the_time_went() -> None:
    seen = scene(turn(1, "caller", "Se llama Toby."), turn(2, "agent", "Bien.", timed=True))
    reply = seen.lines[-1]
    own = {"stt": 450.0, "brain": 410.0, "voice": 188.0, "gateway": 0.4 + 0.1 + 0.2}
    assert reply.parts() == own
    assert reply.ear_ms is None
    seen.measure({"heard": [], "turns": [answered("Hola, se llama Toby.")]})
    assert reply.parts() == {"stt": 451.0, "brain": 409.0, "voice": 187.0, "gateway": 21.0, "carrier": 12.0}
    assert reply.ear_ms == 1080.0


def test_an_incomplete_measurement_leaves_the_stopwatch_alone() -> None:
    seen = scene(turn(1, "caller", "Se llama Toby."), turn(2, "agent", "Bien.", timed=True))
    seen.measure({"heard": [], "turns": [{**answered("Se llama Toby."), "stages": {"stt_ms": None}}]})
    assert seen.lines[-1].parts()["stt"] == TIMING["stt"]
    assert seen.lines[-1].ear_ms == 1080.0


def test_the_greeting_has_no_latency() -> None:
    seen = scene(turn(0, "agent", "Buenos días."))
    seen.measure({"heard": [], "turns": [answered("Hola.")]})
    assert seen.lines[0].parts() == {}


def test_the_first_time_of_a_phase_counts() -> None:
    seen = scene(state("ringing"), state("talking"), state("talking", "webhook"))
    assert seen.reached == {"ringing": 100.0, "talking": 101.0}
    assert seen.mode == "webhook"


def test_places_are_found_by_letters() -> None:
    assert place_of("¡Sí, mañana!", 2) == len("¡Sí, ")
    assert place_of("¡Sí, mañana!", 0) == len("¡")
    assert place_of("¡Sí, mañana!", 99) == len("¡Sí, mañana!")


def test_of_a_reply_that_was_made_ready_ahead_only_what_was_waited_for_is_shown() -> None:
    stages = {name: 1.0 for names in WIRE.values() for name in names}
    timing = {"stt": 170, "endpoint": 400, "brain": 350, "clause": 30, "voice": 180, "ahead": 400, "total": 730}
    line = Line(speaker="agent", began_at=0.0, timing=timing, wire={"stages": stages})
    assert line.parts() == {"stt": 170, "decision": 400, "brain": 0, "voice": 160, "gateway": 0}
