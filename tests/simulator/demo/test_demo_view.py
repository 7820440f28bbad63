"""What a person sees of one call."""

from io import StringIO

import pytest
from rich.console import Console

from simulator.demo.plain import PlainText
from simulator.demo.scene import Scene
from simulator.demo.view import Tail, Waterfall, render, words
from tests.simulator.demo.recorded import EVENTS, answered, scene


@pytest.fixture
def seen() -> Scene:
    made = scene(*EVENTS)
    made.measure({"heard": [], "turns": [answered("Se llama Toby."), answered("Perdón, adiós.")]})
    return made


def drawn(what: object, *, width: int = 80, height: int = 100, colours: bool = False) -> str:
    console = Console(
        file=StringIO(),
        width=width,
        height=height,
        force_terminal=colours,
        color_system="truecolor" if colours else None,
        no_color=not colours,
        legacy_windows=False,
    )
    console.print(what)
    file = console.file
    assert isinstance(file, StringIO)
    return file.getvalue()


def test_the_picture_of_a_call_fits_eighty_columns(seen: Scene) -> None:
    lines = drawn(render(seen, 130.0)).splitlines()
    assert max(map(len, lines)) <= 80
    assert "dialing · ringing · answered · talking · ending ·  ended" in lines[0]
    assert lines[0].endswith("18.0 s")


def test_the_caller_stands_left_and_the_bot_right(seen: Scene) -> None:
    lines = drawn(render(seen, 130.0)).splitlines()
    assert "▌ Se llama Toby." in [line.rstrip() for line in lines]
    assert any(line.startswith(" " * 10 + "▌ ¡Hasta luego!") for line in lines)


def test_an_interruption_is_marked_and_the_unheard_rest_struck_through(seen: Scene) -> None:
    assert "✂ interrupted" in drawn(render(seen, 130.0))
    text = words(seen.lines[2])
    (rest,) = text.spans
    assert "strike" in str(rest.style)
    assert text.plain[rest.start : rest.end].startswith(" vamos a ayudarle.")


def test_the_time_of_a_reply_stands_below_it(seen: Scene) -> None:
    assert "stt 451 · brain 409 · voice 187 · gateway 21 · carrier 12 = 1080 ms" in drawn(render(seen, 130.0))


def test_without_colours_the_bar_is_made_of_letters() -> None:
    bar = drawn(Waterfall({"stt": 500.0, "brain": 300.0, "voice": 190.0, "gateway": 10.0}, 1000.0), width=20)
    assert bar == "ssssssssssbbbbbbvvvg\n"


def test_what_takes_time_is_seen_and_nothing_is_wider_than_the_screen() -> None:
    parts = {"stt": 990.0, "brain": 2.0, "voice": 2.0, "gateway": 0.2, "carrier": 6.0}
    cells = Waterfall(parts, 1000.2).cells(20)
    assert cells == {"stt": 17, "brain": 1, "voice": 1, "gateway": 0, "carrier": 1}


def test_a_pipe_gets_no_control_codes(seen: Scene) -> None:
    assert "\x1b" not in drawn(render(seen, 130.0))
    assert "\x1b" in drawn(render(seen, 130.0), colours=True)


def test_a_call_longer_than_the_screen_shows_its_end(seen: Scene) -> None:
    lines = drawn(Tail(render(seen, 130.0)), height=12).splitlines()
    assert len(lines) == 11
    assert any("¡Hasta luego!" in line for line in lines)


def test_plain_lines_are_told_once_and_only_when_they_are_certain() -> None:
    made = Scene(caller="Laura", began_at=100.0)
    text = PlainText(made)
    told: list[str] = []
    for second, event in enumerate(EVENTS):
        made.apply(event, 100.0 + second)
        told += text.fresh()
    told += text.rest()
    assert [line.strip() for line in told if "=" not in line] == [
        "0.0 s  ringing",
        "1.0 s  talking",
        "2.0 s  María: Buenos días, Laura.",
        "5.0 s  Laura: Se llama Toby.",
        "8.0 s  María: Entiendo, ✂ [unheard: vamos a ayudarle. Para revisar a Toby tengo varios espacios.]",
        "13.0 s  Laura: Perdón, adiós.",
        "15.0 s  María: ¡Hasta luego!",
        "17.0 s  ending",
        "18.0 s  ended",
    ]
