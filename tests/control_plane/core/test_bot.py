"""The configured persona."""

from dataclasses import replace

import pytest

from control_plane.core.bot import Bot, PartOfDay, Phrases

PHRASES = Phrases(reprompts=("¿Sigue ahí?",), given_up="Adiós.", provider_failure="Perdón.", resumed="Ya.")
BOT = Bot(
    id="ana",
    name="Ana",
    language="es",
    persona="Eres Ana.",
    greetings=dict.fromkeys(PartOfDay, "Hola."),
    phrases=PHRASES,
)


def test_a_bot_needs_a_greeting_for_every_part_of_the_day() -> None:
    with pytest.raises(ValueError, match="ana has no greeting for noche"):
        replace(BOT, greetings={PartOfDay.MORNING: "Hola", PartOfDay.AFTERNOON: "Hola", PartOfDay.NIGHT: " "})


def test_a_bot_may_do_nothing_unless_told() -> None:
    assert BOT.tools == ()
    assert BOT.voice == ""
