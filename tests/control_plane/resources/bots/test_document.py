"""A bot's document: what a call makes of it, what it leaves open, and what it must not say."""

import dataclasses
from typing import get_args

import pytest
from pydantic import ValidationError

from control_plane.core.bot import Hours, MachinePolicy, PartOfDay
from control_plane.core.call.state import OnMachine
from control_plane.core.turn.policy import EndpointingKind, TurnPolicy, with_changes
from control_plane.resources.bots import BOTS
from control_plane.resources.bots.document import LATER, BotDocument, of_bot, publishable, read, stored, to_bot
from control_plane.resources.bots.parts import BotMachinePolicy, BotTurns
from control_plane.resources.bots.standard import PHRASES
from control_plane.services.conversation.tools import toolbox


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.id)
def test_a_shipped_bot_is_the_same_after_it_was_stored(bot) -> None:  # type: ignore[no-untyped-def]
    assert to_bot(read(stored(of_bot(bot))), bot.id) == bot
    assert publishable(of_bot(bot)) == ()


@pytest.mark.parametrize("language", ["es", "en", "multi"])
def test_what_is_left_open_is_filled_in(language: str) -> None:
    bot = to_bot(BotDocument(name="Ana", language=language), "x")
    assert (bot.id, bot.phrases) == ("x", PHRASES[language])
    assert all("Ana" in bot.greetings[part] for part in PartOfDay)


def test_what_is_said_replaces_only_its_own_place() -> None:
    document = BotDocument.model_validate({"greetings": {"night": "Hola."}, "phrases": {"resumed": "¿Sí?"}})
    bot = to_bot(document, "x")
    assert bot.greetings[PartOfDay.NIGHT] == "Hola."
    assert bot.greetings[PartOfDay.MORNING].startswith("Buenos días")
    assert bot.phrases == dataclasses.replace(PHRASES["es"], resumed="¿Sí?")


def test_its_tools_are_those_that_there_are() -> None:
    allowed = BotDocument.model_json_schema()["properties"]["tools"]["items"]["enum"]
    assert set(toolbox(tuple(allowed), transfer_number="+576015550100")) == set(allowed)


def test_its_turns_are_fields_of_the_policy_with_their_usual_value_inside_the_limits() -> None:
    usual = {field.name: field.default for field in dataclasses.fields(TurnPolicy)}
    usual["speculation"] = True
    assert set(BotTurns.model_fields) <= usual.keys()
    BotTurns(**{name: usual[name] for name in BotTurns.model_fields})


def test_its_turns_are_those_of_its_calls() -> None:
    document = BotDocument.model_validate({"turns": {"endpointing": "fixed", "speculation": False, "min_words": 3}})
    policy = with_changes(TurnPolicy(endpointing=EndpointingKind.SEMANTIC, speculations=3), to_bot(document, "x").turns)
    assert (policy.endpointing, policy.speculations, policy.min_words) == (EndpointingKind.FIXED, 0, 3)


def test_what_takes_effect_later_says_so() -> None:
    described = BotDocument.model_json_schema()["properties"]
    assert {name for name, field in described.items() if "later" in field.get("description", "")} == LATER


def test_fields_that_are_no_more_do_not_make_a_stored_bot_unreadable() -> None:
    assert read({**stored(BotDocument(name="Ana")), "colour": "red"}).name == "Ana"


def test_a_day_has_hours_in_order() -> None:
    with pytest.raises(ValidationError, match="close after it opens"):
        BotDocument.model_validate({"hours": {"week": {"monday": [{"opens": "10:00", "closes": "10:00"}]}}})
    document = BotDocument.model_validate({"hours": {"week": {"sunday": [{"opens": "22:00", "closes": "24:00"}]}}})
    assert [fault.field for fault in publishable(document)] == ["draft.persona", "draft.hours.closed_message"]


def test_its_hours_and_what_it_does_with_machines_are_those_of_its_calls() -> None:
    days = {"monday": [{"opens": "09:00", "closes": "14:00"}, {"opens": "16:30", "closes": "24:00"}], "sunday": []}
    document = BotDocument.model_validate(
        {
            "hours": {"zone": "Europe/Madrid", "week": days, "closed_message": "Cerrado."},
            "answering_machine": {"policy": "leave_message", "message": "Le llamamos."},
        }
    )
    bot = to_bot(document, "x")
    week = {0: ((9 * 60, 14 * 60), (16 * 60 + 30, 24 * 60)), 6: ()}
    assert bot.hours == Hours(week=week, zone="Europe/Madrid", closed_message="Cerrado.")
    assert bot.answering_machine == MachinePolicy(policy="leave_message", message="Le llamamos.")
    assert {action.value for action in OnMachine} == set(get_args(BotMachinePolicy.model_fields["policy"].annotation))
