"""Fixed sentences with variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.bot import Bot, PartOfDay, Phrases
from control_plane.core.greeting import MAX_VALUE, greeting, part_of_day, render

BOT = Bot(
    id="ana",
    name="Ana",
    language="es",
    persona="Eres Ana.",
    greetings={
        PartOfDay.MORNING: "Buenos días, {nombre}.",
        PartOfDay.AFTERNOON: "Buenas tardes, {nombre}.",
        PartOfDay.NIGHT: "Buenas noches, {nombre}.",
    },
    phrases=Phrases(reprompts=(), given_up="", provider_failure="", resumed=""),
)


@pytest.mark.parametrize(
    ("hours", "part"),
    [
        (range(5, 12), PartOfDay.MORNING),
        (range(12, 19), PartOfDay.AFTERNOON),
        ([*range(19, 24), *range(5)], PartOfDay.NIGHT),
    ],
)
def test_every_hour_has_its_part_of_the_day(hours: list[int], part: PartOfDay) -> None:
    assert {part_of_day(hour) for hour in hours} == {part}


@pytest.mark.parametrize("hour", [-1, 24])
def test_there_are_24_hours(hour: int) -> None:
    with pytest.raises(ValueError, match="not an hour"):
        part_of_day(hour)


def test_the_greeting_follows_the_hour() -> None:
    assert greeting(BOT, 9, variables={"nombre": "Juan"}) == "Buenos días, Juan."
    assert greeting(BOT, 15, variables={"nombre": "Juan"}) == "Buenas tardes, Juan."
    assert greeting(BOT, 22, variables={}) == "Buenas noches."


@pytest.mark.parametrize(
    ("template", "spoken"),
    [
        ("Hola, {nombre}. Soy Ana.", "Hola. Soy Ana."),
        ("Hola {nombre}, soy Ana.", "Hola, soy Ana."),
        ("Hola {nombre} soy Ana.", "Hola soy Ana."),
        ("{nombre}, buenos días.", "Buenos días."),
        ("Hola. [¿Hablo con {nombre}? ]Soy Ana.", "Hola. Soy Ana."),
        ("Sin variables.", "Sin variables."),
        ("{nombre}", ""),
    ],
)
@pytest.mark.parametrize("variables", [{}, {"nombre": None}, {"nombre": " \n"}])
def test_a_missing_variable_leaves_a_natural_sentence(template: str, spoken: str, variables: dict[str, object]) -> None:
    assert render(template, variables) == spoken


def test_an_optional_part_is_spoken_when_its_variable_is_known() -> None:
    assert render("Hola. [¿Hablo con {nombre}? ]Soy Ana.", {"nombre": "Juan"}) == "Hola. ¿Hablo con Juan? Soy Ana."


@pytest.mark.parametrize("value", ["{clave}", "[{clave}]", "{nombre.__class__}", "%s", "a]b[c", "{0!r}"])
def test_a_value_is_only_text(value: str) -> None:
    assert render("[Hola {nombre}.]", {"nombre": value, "clave": "secreto"}) == f"Hola {value}."


def test_format_tricks_in_a_template_stay_text() -> None:
    assert render("{nombre.__class__} {0!r}", {"nombre": "Juan"}) == "{nombre.__class__} {0!r}"


def test_a_value_is_one_bounded_line() -> None:
    assert render("Hola {nombre}.", {"nombre": "Juan\r\n\x00  Pérez"}) == "Hola Juan Pérez."
    assert len(render("{nombre}", {"nombre": "a" * 1000})) == MAX_VALUE
    assert render("Son {total}.", {"total": 0}) == "Son 0."


@given(st.text(), st.dictionaries(st.sampled_from(["nombre", "a"]), st.text()))
def test_any_template_can_be_rendered(template: str, variables: dict[str, str]) -> None:
    render(template, variables)
