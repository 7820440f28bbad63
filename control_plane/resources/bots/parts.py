"""The parts of a bot's document that have fields of their own."""

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from control_plane.resources.fields import Line, Zone, storable

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(storable)]
"""A template: `{nombre}` and the call's variables are filled in, `[…]` goes when a variable in it is missing."""

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_FORBID: Final = ConfigDict(extra="forbid")


class BotGreetings(BaseModel):
    """How the bot opens a call, by the hour where the other person lives. Empty: a greeting with its name."""

    model_config = _FORBID

    morning: Sentence = ""
    afternoon: Sentence = ""
    night: Sentence = ""


class BotPhrases(BaseModel):
    """What is said without asking the model. Empty: the standard phrase of the language."""

    model_config = _FORBID

    reprompts: list[Sentence] = Field(default=[], max_length=5)
    """One after the other, when nobody speaks."""
    given_up: Sentence = ""
    provider_failure: Sentence = ""
    resumed: Sentence = ""
    no_match: Sentence = ""
    """Somebody spoke and was not understood."""
    fillers: list[Sentence] = Field(default=[], max_length=5)
    """A word in between when a reply takes longer than two seconds."""


class BotProviders(BaseModel):
    """Names of providers, the first one first, the others when it fails. Empty: those of the installation."""

    model_config = _FORBID

    stt: list[Line] = Field(default=[], max_length=5)
    brain: list[Line] = Field(default=[], max_length=5)
    tts: list[Line] = Field(default=[], max_length=5)
    stt_model: Line = ""
    brain_model: Line = ""
    tts_model: Line = ""


class BotTurns(BaseModel):
    """How patient the bot is, and how easily interrupted; seconds. What is null is as usual."""

    model_config = _FORBID

    endpointing: Literal["fixed", "adaptive", "semantic"] | None = Field(
        default=None, description="How it is decided that the caller's turn is over; null: TURN_ENDPOINTING."
    )
    speculation: bool | None = Field(
        default=None, description="Whether replies are made ready before that is certain; null: TURN_SPECULATION."
    )
    endpoint_patience_s: float | None = Field(default=None, ge=0.2, le=5)
    min_words: int | None = Field(default=None, ge=1, le=10)
    answer_window_s: float | None = Field(default=None, ge=0, le=5)
    false_alarm_s: float | None = Field(default=None, ge=0.2, le=5)
    pause_limit_s: float | None = Field(default=None, ge=0.5, le=15)
    false_alarms: int | None = Field(default=None, ge=1, le=20)
    digit_gap_s: float | None = Field(default=None, ge=0.5, le=10)


class BotHourRange(BaseModel):
    """From when until when somebody is there, on one day."""

    model_config = _FORBID

    opens: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    closes: Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("it has to close after it opens; split a night at midnight")
        return self


class BotHours(BaseModel):
    """When the bot takes calls as usual. Without any day: always."""

    model_config = _FORBID

    zone: Zone | None = None
    """Null: the tenant's."""
    week: dict[Weekday, Annotated[list[BotHourRange], Field(max_length=5)]] = {}
    closed_message: Sentence = ""


class BotMachinePolicy(BaseModel):
    """What to do when an answering machine takes the call."""

    model_config = _FORBID

    policy: Literal["talk", "leave_message", "hang_up"] = "talk"
    message: Sentence = ""
