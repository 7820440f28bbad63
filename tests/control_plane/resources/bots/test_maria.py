"""María, as the telephone needs her."""

import re

import pytest

from control_plane.core.bot import Bot
from control_plane.core.greeting import greeting
from control_plane.resources.bots import BOTS
from control_plane.resources.bots.maria import MARIA

CLOCK = r"\b(hoy es|fecha actual|hora actual|son las|20\d\d|enero|febrero|marzo|abril|mayo|junio|julio|agosto)\b"


def said_by(bot: Bot) -> list[str]:
    phrases = bot.phrases
    fixed = [*phrases.reprompts, phrases.given_up, phrases.provider_failure, phrases.resumed]
    return [greeting(bot, hour, variables={}) for hour in range(24)] + fixed


def test_bot_ids_are_unique_and_maria_is_the_first() -> None:
    assert BOTS[0] is MARIA
    assert len({bot.id for bot in BOTS}) == len(BOTS)


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.id)
def test_the_prompt_is_the_same_for_every_call(bot: Bot) -> None:
    assert not re.search(r"[{}\d]", bot.persona)
    assert not re.search(CLOCK, bot.persona.lower())


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.id)
def test_the_prompt_gives_no_example_of_markdown(bot: Bot) -> None:
    assert not re.search(r"[*#`]|^\s*[-–•]", bot.persona, re.MULTILINE)


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.id)
def test_the_prompt_names_every_tool(bot: Bot) -> None:
    assert all(tool in bot.persona for tool in bot.tools)


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.id)
def test_fixed_sentences_can_be_spoken_as_they_are(bot: Bot) -> None:
    for sentence in said_by(bot):
        assert sentence == sentence.strip()
        assert sentence[-1] in ".?!"
        assert not re.search(r"[{}\[\]*#`\d]", sentence)
        assert sentence.count("¿") == sentence.count("?")


def test_maria_greets_by_the_time_of_day_and_by_name() -> None:
    assert greeting(MARIA, 8, variables={"nombre": "Lucía"}).startswith("Buenos días, Lucía. Habla María")
    assert greeting(MARIA, 13, variables={}).startswith("Buenas tardes. Habla María")
    assert greeting(MARIA, 2, variables={}).startswith("Buenas noches. Habla María")


def test_maria_can_end_and_transfer_the_call() -> None:
    assert set(MARIA.tools) == {"end_call", "transfer_call"}
    assert MARIA.language == "es"
