"""The document of a bot: everything that people decide about it, and what a call makes of it.

A field says of itself when it takes effect; docs/bots.md has the table.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from control_plane.core.bot import Bot, Hours, MachinePolicy, PartOfDay, Phrases, ProviderChoice
from control_plane.core.refusals import Fault
from control_plane.core.sellers.hours import minutes
from control_plane.resources.bots.parts import (
    BotGreetings,
    BotHours,
    BotMachinePolicy,
    BotPhrases,
    BotProviders,
    BotTurns,
    Weekday,
)
from control_plane.resources.bots.standard import PHRASES, greetings
from control_plane.resources.fields import E164, ID_PATTERN, Language, Line, Name, Prose

ToolName = Literal["end_call", "send_digits", "transfer_call"]
"""Tools that there are: those of services/conversation/tools.py, which a test compares."""

LATER: Final = frozenset({"engine", "flow_id"})
"""Fields that are kept and checked, and that calls do not follow yet."""

_KEPT: Final = "Kept for later: calls do not follow it yet."

_WEEKDAYS: Final = get_args(Weekday)

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
    providers: BotProviders = Field(default=BotProviders(), description="Who listens, thinks and speaks, in order.")
    turns: BotTurns = BotTurns()
    hours: BotHours = Field(default=BotHours(), description="When callers are served; calls of ours are not affected.")
    answering_machine: BotMachinePolicy = Field(
        default=BotMachinePolicy(), description="What to do when an answering machine takes a call of ours."
    )
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
            no_match=phrases.no_match or standard.no_match,
            fillers=tuple(filter(None, phrases.fillers)) or standard.fillers,
        ),
        voice=document.voice,
        providers=_choice(document.providers),
        tools=tuple(document.tools),
        keyterms=tuple(document.keyterms),
        no_input_s=document.no_input_s,
        turns=document.turns.model_dump(exclude_none=True),
        hours=_hours(document.hours),
        answering_machine=MachinePolicy(**document.answering_machine.model_dump()),
    )


def _hours(wanted: BotHours) -> Hours:
    days = ((_WEEKDAYS.index(day), ranges) for day, ranges in wanted.week.items())
    return Hours(
        week={day: tuple((minutes(each.opens), minutes(each.closes)) for each in ranges) for day, ranges in days},
        zone=wanted.zone or "",
        closed_message=wanted.closed_message,
    )


def _choice(wanted: BotProviders) -> ProviderChoice:
    return ProviderChoice(
        stt=tuple(wanted.stt),
        brain=tuple(wanted.brain),
        tts=tuple(wanted.tts),
        stt_model=wanted.stt_model,
        brain_model=wanted.brain_model,
        tts_model=wanted.tts_model,
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
            no_match=phrases.no_match,
            fillers=list(phrases.fillers),
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
