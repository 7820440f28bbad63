"""What the API takes and gives, as pydantic models at the border."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, cast

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict

from control_plane.ports.reports import SILENCE, TalkFigures
from control_plane.ports.stores import CallRecord, JournalEntry, TurnRecord
from control_plane.resources.call_notes import CallNoteOut
from control_plane.resources.fields import printable, storable
from control_plane.web.ear_out import EarOut

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(printable)]
Number = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(printable)
]

PAGE_LIMIT: Final = 200


def _within_page(value: Any) -> Any:
    """Larger and smaller numbers are brought into the range."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        return min(PAGE_LIMIT, max(1, int(value)))
    raise ValueError("has to be a whole number")


PageLimit = Annotated[
    int,
    BeforeValidator(_within_page, json_schema_input_type=int),
    Field(description=f"1 to {PAGE_LIMIT}; other numbers are brought into the range."),
]
Cursor = Annotated[str, Field(max_length=400, description="`next_cursor` of the page before.")]


class CallIn(BaseModel):
    """Call somebody. The Spanish keys `nombre` and `telefono` and the English `name` and `phone` mean the same."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={"examples": [{"telefono": "+573001234567", "nombre": "Laura", "bot_id": ""}]},
    )

    name: Short = Field(default="", validation_alias=AliasChoices("nombre", "name"))
    phone: Number = Field(validation_alias=AliasChoices("telefono", "phone"), examples=["+573001234567"])
    bot_id: Short = ""
    variables: Annotated[dict[str, str | int | float | bool], AfterValidator(storable)] = Field(
        default_factory=dict, max_length=50
    )
    metadata: Annotated[dict[str, Any], AfterValidator(storable)] = Field(default_factory=dict, max_length=50)
    idempotency_key: Short = ""


class CallStarted(BaseModel):
    """The call that was asked for. `call_control_id` is empty while the carrier has not confirmed the dial."""

    success: bool
    call_id: str
    call_control_id: str
    session_id: str
    state: str


class TransferIn(BaseModel):
    to: Number = Field(examples=["+576015550199"])


class DigitsIn(BaseModel):
    digits: Annotated[str, StringConstraints(pattern="^[0-9A-D*#wW]{1,64}$")] = Field(examples=["12#"])


class SayIn(BaseModel):
    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), AfterValidator(storable)
    ]


class Asked(BaseModel):
    """The request was handed to the call."""

    call_id: str
    asked: str


def duration_s(call: CallRecord) -> float | None:
    if call.answered_at is None or call.ended_at is None:
        return None
    return round(max(0.0, call.ended_at - call.answered_at), 1)


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
    node: str
    """The control plane in which it lives or lived."""
    duration_s: float | None
    """From the answer to the end; null while it goes on and when it was never answered."""
    turn_count: int
    """Things said so far, by both sides."""
    latency_p95_ms: float | None
    """95 of 100 answers of the bot came faster; null without an answer that was measured."""
    recording: str
    """Address of the recording, valid for a while; empty when there is none, and in lists."""
    recording_url: str
    """Path of the recording on this server; empty when there is none."""
    snippet: str = ""
    """In a list by `said`: where the first of the words was said."""
    metadata: dict[str, Any]

    @classmethod
    def of(cls, call: CallRecord, *, talk: TalkFigures = SILENCE, recording: str = "") -> "CallOut":
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
            node=call.node,
            duration_s=duration_s(call),
            turn_count=talk.turns,
            latency_p95_ms=talk.latency_p95_ms,
            recording=recording,
            recording_url=f"/api/calls/{call.id}/recording" if call.recording_key else "",
            metadata=dict(call.metadata),
        )


class TimingOut(TypedDict, total=False):
    """Where the time of an answer went, in ms. A stage whose moments did not happen is missing.

    `stt` to `playout` follow one another; `endpoint` waits on purpose. Of a reply that was made ready `ahead` of the
    decision, what lies within that time took none of the caller's. `total` is from the caller's last sound to the first
    piece of the answer, `gateway` our own share (`dispatch` + `handover` + `playout`), `ear` from the caller's last
    sound to the first sound of the answer, by both tracks of the call (once it has ended). Turns of the caller have
    none.
    """

    stt: float
    endpoint: float
    dispatch: float
    brain: float
    clause: float
    handover: float
    voice: float
    playout: float
    total: float
    ahead: float
    gateway: float
    ear: float


class TurnOut(BaseModel):
    """One turn. `heard` is what the caller heard of `text`; they differ when the bot was interrupted."""

    index: int
    speaker: str
    text: str
    heard: str
    interrupted: bool
    started_at: float
    ended_at: float | None
    timing: TimingOut
    ear_ms: float | None = None
    """How long the caller waited for this answer, by what was audible: once the call has ended."""
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
            timing=cast(TimingOut, dict(turn.timing)),
            ear_ms=turn.timing.get("ear"),
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


class CallWithTurns(CallOut):
    """A call with what was said."""

    turns: list[TurnOut]


class CallDetail(CallOut):
    """A call with everything that happened in it."""

    heard: str
    """What the caller last heard of the bot."""
    turns: list[TurnOut]
    events: list[EventOut]
    notes: list[CallNoteOut]
    """The newest 500, oldest of them first."""
    ear: EarOut | None = None
    """What the call was like at the caller's ear: once it has ended, if the gateway had its audio."""


class CallList(BaseModel):
    """One page of calls, newest first."""

    items: list[CallOut]
    next_cursor: str
    """For the next page; empty on the last one."""


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


class MessageOut(BaseModel):
    """One thing said, as the caller heard it."""

    speaker: str
    text: str


class HistoryOut(BaseModel):
    """What was said, as the caller heard it."""

    session_id: str
    messages: Sequence[MessageOut]
