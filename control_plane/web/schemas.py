"""What the API takes and gives, as pydantic models at the border."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from control_plane.ports.stores import CallRecord, JournalEntry, TurnRecord

_UNSTORABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and the ends of lines, and halves of characters: no database and no voice takes them."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("control characters are not taken")
    return text


def _storable(value: Any) -> Any:
    """Any JSON value, to its depth. Raises ValueError."""
    left = [value]
    while left:
        match left.pop():
            case str(text) if _UNSTORABLE.search(text):
                raise ValueError("control characters are not taken")
            case float(number) if not math.isfinite(number):
                raise ValueError("numbers have to be finite")
            case dict(members):
                left += [*members.keys(), *members.values()]
            case list(items):
                left += items
    return value


Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_printable)]
Number = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(_printable)
]


class CallIn(BaseModel):
    """Call somebody. The Spanish keys `nombre` and `telefono` and the English `name` and `phone` mean the same."""

    model_config = ConfigDict(populate_by_name=True)

    name: Short = Field(default="", validation_alias=AliasChoices("nombre", "name"))
    phone: Number = Field(validation_alias=AliasChoices("telefono", "phone"), examples=["+573001234567"])
    bot_id: Short = ""
    variables: Annotated[dict[str, str | int | float | bool], AfterValidator(_storable)] = Field(
        default_factory=dict, max_length=50
    )
    metadata: Annotated[dict[str, Any], AfterValidator(_storable)] = Field(default_factory=dict, max_length=50)
    idempotency_key: Short = ""


class CallStarted(BaseModel):
    """The call that was asked for. `call_control_id` is empty while the carrier has not confirmed the dial."""

    success: bool
    call_id: str
    call_control_id: str
    session_id: str
    state: str


class TransferIn(BaseModel):
    to: Number


class DigitsIn(BaseModel):
    digits: Annotated[str, StringConstraints(pattern="^[0-9A-D*#wW]{1,64}$")]


class SayIn(BaseModel):
    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), AfterValidator(_storable)
    ]


class Asked(BaseModel):
    """The request was handed to the call."""

    call_id: str
    asked: str


class CallOut(BaseModel):
    """One call. Times in unix seconds."""

    id: str
    direction: str
    state: str
    mode: str
    sender: str
    to: str
    name: str
    bot_id: str
    call_control_id: str
    session_id: str
    created_at: float
    answered_at: float | None
    ended_at: float | None
    hangup_cause: str
    reason: str
    recording: str
    """Address of the recording, valid for a while; empty when there is none."""
    metadata: dict[str, Any]

    @classmethod
    def of(cls, call: CallRecord, *, recording: str = "") -> "CallOut":
        return cls(
            id=call.id,
            direction=call.direction,
            state=call.state,
            mode=call.mode,
            sender=call.sender,
            to=call.to,
            name=call.contact_name,
            bot_id=call.bot_id,
            call_control_id=call.control_id,
            session_id=call.session_id,
            created_at=call.created_at,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            hangup_cause=call.hangup_cause,
            reason=str(call.machine.get("reason", "")),
            recording=recording,
            metadata=dict(call.metadata),
        )


class TurnOut(BaseModel):
    """One turn. `timing` has stage durations in ms (agent turns), see docs/conversation.md."""

    index: int
    speaker: str
    text: str
    heard: str
    interrupted: bool
    started_at: float
    ended_at: float | None
    timing: dict[str, float]
    tools: list[dict[str, Any]]

    @classmethod
    def of(cls, turn: TurnRecord) -> "TurnOut":
        return cls(
            index=turn.index,
            speaker=turn.speaker,
            text=turn.text,
            heard=turn.heard,
            interrupted=turn.interrupted,
            started_at=turn.started_at,
            ended_at=turn.ended_at,
            timing=dict(turn.timing),
            tools=[dict(tool) for tool in turn.tools],
        )


class EventOut(BaseModel):
    """One entry of a call's journal."""

    seq: int
    kind: str
    at: float
    body: dict[str, Any]

    @classmethod
    def of(cls, entry: JournalEntry) -> "EventOut":
        return cls(seq=entry.seq, kind=entry.kind, at=entry.at, body=dict(entry.body))


class CallDetail(CallOut):
    """A call with everything that happened in it."""

    turns: list[TurnOut] = Field(default_factory=list)
    events: list[EventOut] = Field(default_factory=list)


class CallList(BaseModel):
    items: list[CallOut]
    next_cursor: str


class SessionStats(BaseModel):
    """How many calls there are, by state, and how many live in this process."""

    live: int
    total: int
    by_state: Mapping[str, int]


class SessionOut(BaseModel):
    """The context of a call's conversation."""

    session_id: str
    call_id: str
    bot_id: str
    language: str
    state: str
    mode: str
    variables: dict[str, Any]
    turns: int
    last_heard: str


class HistoryOut(BaseModel):
    """What was said, as the caller heard it."""

    session_id: str
    messages: Sequence[Mapping[str, str]]
