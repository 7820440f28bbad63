"""The document of a bot: everything that people decide about it, and what a call makes of it.

A field says of itself when it takes effect; docs/bots.md has the table.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from control_plane.core.bot import Bot, PartOfDay, Phrases
from control_plane.core.refusals import Fault
from control_plane.resources.bots.parts import (
    BotGreetings,
    BotHours,
    BotMachinePolicy,
    BotPhrases,
    BotProviders,
    BotTurns,
)
from control_plane.resources.bots.standard import PHRASES, greetings
from control_plane.resources.fields import E164, ID_PATTERN, Language, Line, Name, Prose

ToolName = Literal["end_call", "send_digits", "transfer_call"]
"""Tools that there are: those of services/conversation/tools.py, which a test compares."""

LATER: Final = frozenset({"providers", "turns", "hours", "answering_machine", "engine", "flow_id"})
"""Fields that are kept and checked, and that calls do not follow yet."""

_KEPT: Final = "Kept for later: calls do not follow it yet."

_PARTS: Final = {PartOfDay.MORNING: "morning", PartOfDay.AFTERNOON: "afternoon", PartOfDay.NIGHT: "night"}


class BotDocument(BaseModel):
    """A bot as people describe it. Calls use the published version; one keeps the version that it began with."""

    model_config = ConfigDict(extra="forbid")

    name: Name = "Asistente"
    persona: Prose = Field(
        default="",
        description="What the model is told about itself, the same for every call: no clock and no caller in it.",
    )
    language: Language = Field(default="es", description="What the recogniser expects and the voice speaks.")
    voice: Line = Field(default="", description="The provider's voice id; empty: the installation's.")
    greetings: BotGreetings = BotGreetings()
    phrases: BotPhrases = BotPhrases()
    tools: list[ToolName] = Field(default=["end_call"], max_length=20, description="What it may do in a call.")
    keyterms: list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]] = Field(
        default=[], max_length=100, description="Words that the recogniser should expect."
    )
    no_input_s: float = Field(default=8.0, ge=2, le=60, description="Silence before the caller is asked again.")
    transfer_number: E164 | None = Field(
        default=None, description="Where `transfer_call` leads; null: the installation's TRANSFER_NUMBER."
    )
    record: bool = Field(default=True, description="False: its calls are not recorded. True: as RECORD_CALLS says.")
    max_call_s: int | None = Field(
        default=None, ge=30, le=14_400, description="The longest conversation, within MAX_CALL_SECONDS."
    )
    providers: BotProviders = Field(default=BotProviders(), description=_KEPT)
    turns: BotTurns = Field(default=BotTurns(), description=_KEPT)
    hours: BotHours = Field(default=BotHours(), description=_KEPT)
    answering_machine: BotMachinePolicy = Field(default=BotMachinePolicy(), description=_KEPT)
    engine: Literal["pipeline", "speech"] = Field(default="pipeline", description=_KEPT)
    flow_id: Annotated[str, StringConstraints(pattern=f"({ID_PATTERN})|^$")] = Field(default="", description=_KEPT)


def publishable(document: BotDocument) -> tuple[Fault, ...]:
    """What is missing before calls can use it."""
    faults = [] if document.persona.strip() else [Fault("draft.persona", "the model has to be told who it is")]
    if document.answering_machine.policy == "leave_message" and not document.answering_machine.message:
        faults.append(Fault("draft.answering_machine.message", "there is no message to leave"))
    if document.hours.week and not document.hours.closed_message:
        faults.append(Fault("draft.hours.closed_message", "callers have to be told when nobody is there"))
    return tuple(faults)


def to_bot(document: BotDocument, bot_id: str) -> Bot:
    """What a call works with; what the document leaves open is filled in."""
    standard, hello = PHRASES[document.language], greetings(document.language, document.name)
    own, phrases = document.greetings, document.phrases
    return Bot(
        id=bot_id,
        name=document.name,
        language=document.language,
        persona=document.persona,
        greetings={part: getattr(own, field) or hello[part] for part, field in _PARTS.items()},
        phrases=Phrases(
            reprompts=tuple(filter(None, phrases.reprompts)) or standard.reprompts,
            given_up=phrases.given_up or standard.given_up,
            provider_failure=phrases.provider_failure or standard.provider_failure,
            resumed=phrases.resumed or standard.resumed,
        ),
        voice=document.voice,
        tools=tuple(document.tools),
        keyterms=tuple(document.keyterms),
        no_input_s=document.no_input_s,
    )


def of_bot(bot: Bot) -> BotDocument:
    """A bot that ships, as people may go on with it."""
    phrases = bot.phrases
    return BotDocument(
        name=bot.name,
        persona=bot.persona,
        language=bot.language,
        voice=bot.voice,
        greetings=BotGreetings(**{field: bot.greetings[part] for part, field in _PARTS.items()}),
        phrases=BotPhrases(
            reprompts=list(phrases.reprompts),
            given_up=phrases.given_up,
            provider_failure=phrases.provider_failure,
            resumed=phrases.resumed,
        ),
        tools=list(bot.tools),
        keyterms=list(bot.keyterms),
        no_input_s=bot.no_input_s,
    )


def stored(document: BotDocument) -> dict[str, Any]:
    """As it is kept."""
    return document.model_dump(mode="json")


def read(document: Mapping[str, Any]) -> BotDocument:
    """From what is kept; fields that are no more are passed over."""
    return BotDocument.model_validate({name: value for name, value in document.items() if name in _FIELDS})


_FIELDS: Final = frozenset(BotDocument.model_fields)
