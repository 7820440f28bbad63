"""Which kinds of events there are, and what is told with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from control_plane.ports.stores import CallRecord
from control_plane.resources.contacts.imports import ImportJob
from control_plane.resources.registered import RESOURCES
from control_plane.resources.resource import Resource

CALL_STARTED: Final = "call.started"
CALL_ENDED: Final = "call.ended"
CONTACTS_IMPORTED: Final = "contacts.imported"
TEST: Final = "webhook.test"

VERBS: Final = ("created", "updated", "deleted")

_ID: Final = "019a3c5e-8f00-7c3e-9a51-2f6d1b7c4e10"
_AT: Final = 1_795_280_075.6


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKind:
    """A kind of event; `example` is the `data` of one."""

    kind: str
    about: str
    example: Mapping[str, Any]


class CallTold(BaseModel):
    """A call, as webhooks tell it. Times in unix seconds."""

    id: str
    direction: str
    state: str
    sender: str
    to: str
    name: str
    bot_id: str
    created_at: float
    answered_at: float | None
    ended_at: float | None
    duration_s: float | None
    """From the answer to the end."""
    hangup_cause: str
    reason: str
    recording_url: str
    """Path of the recording on this server; empty when there is none, or not yet."""
    variables: dict[str, Any]
    metadata: dict[str, Any]

    @classmethod
    def of(cls, call: CallRecord) -> "CallTold":
        ended = call.answered_at is not None and call.ended_at is not None
        return cls(
            id=call.id,
            direction=call.direction,
            state=call.state,
            sender=call.sender,
            to=call.to,
            name=call.contact_name,
            bot_id=call.bot_id,
            created_at=call.created_at,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            duration_s=round(max(0.0, call.ended_at - call.answered_at), 1) if ended else None,  # type: ignore[operator]
            hangup_cause=call.hangup_cause,
            reason=str(call.machine.get("reason", "")),
            recording_url=f"/api/calls/{call.id}/recording" if call.recording_key else "",
            variables=dict(call.variables),
            metadata=dict(call.metadata),
        )


class ImportedTold(BaseModel):
    """An import that has ended, as webhooks tell it. Contacts that it made or changed are not told one by one."""

    id: str
    state: str
    """`done`, `failed` or `cancelled`; what was taken before stays."""
    error: str
    file_name: str
    list_id: str
    total: int
    created: int
    updated: int
    skipped: int
    failed: int
    started_at: float | None
    ended_at: float | None

    @classmethod
    def of(cls, job: ImportJob) -> "ImportedTold":
        return cls.model_validate(job, from_attributes=True)


_IMPORTED: Final = {
    "id": _ID,
    "state": "done",
    "error": "",
    "file_name": "enero.csv",
    "list_id": "",
    "total": 1200,
    "created": 1100,
    "updated": 60,
    "skipped": 30,
    "failed": 10,
    "started_at": _AT,
    "ended_at": _AT + 4,
}
_CALL: Final = {
    "id": _ID,
    "direction": "outbound",
    "state": "ringing",
    "sender": "+576015550100",
    "to": "+573001234567",
    "name": "Laura",
    "bot_id": "maria",
    "created_at": _AT,
    "answered_at": None,
    "ended_at": None,
    "duration_s": None,
    "hangup_cause": "",
    "reason": "",
    "recording_url": "",
    "variables": {},
    "metadata": {"order": "A-17"},
}
_ENDED: Final = {
    "state": "ended",
    "answered_at": _AT + 8,
    "ended_at": _AT + 68.5,
    "duration_s": 60.5,
    "hangup_cause": "normal",
    "recording_url": f"/api/calls/{_ID}/recording",
}


@cache
def kinds() -> tuple[EventKind, ...]:
    """All of them, by name."""
    found = [
        EventKind(kind=CALL_STARTED, about="A call came in, or was placed.", example=_CALL),
        EventKind(kind=CALL_ENDED, about="A call is over.", example={**_CALL, **_ENDED}),
        EventKind(
            kind=CONTACTS_IMPORTED,
            about="An import of contacts has ended; its contacts are not told one by one.",
            example=_IMPORTED,
        ),
        EventKind(kind=TEST, about="Somebody pressed the button that tests a webhook.", example={"hello": "world"}),
    ]
    for resource in RESOURCES:
        found += [_of(resource, verb) for verb in VERBS if resource.announced]
    return tuple(sorted(found, key=lambda kind: kind.kind))


def _of(resource: Resource, verb: str) -> EventKind:
    words = resource.one.replace("_", " ")
    article = "An" if words[0] in "aeiou" else "A"
    about = f"{article} {words} was {verb}; as it is {'was before' if verb == 'deleted' else 'now'}."
    return EventKind(
        kind=f"{resource.one}.{verb}", about=about.replace("is was", "was"), example=_example(resource, verb)
    )


def _example(resource: Resource, verb: str) -> Mapping[str, Any]:
    """What the resource itself shows of one, else what one is made from."""
    stamps = {"id": _ID, "version": 1 if verb == "created" else 2, "created_at": _AT, "updated_at": _AT}
    for model in (resource.out, resource.create):
        said = model.model_config.get("json_schema_extra") if model is not None else None
        if isinstance(said, dict) and said.get("examples"):
            return {**stamps, **said["examples"][0]}  # type: ignore[index,dict-item]
    return stamps
