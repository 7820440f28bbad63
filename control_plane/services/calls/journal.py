"""How call events and carrier commands travel through the store: class name and JSON fields."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, cast, get_args

from control_plane.core.call.commands import CarrierCommand, Command
from control_plane.core.call.events import CallEvent
from control_plane.ports.stores import StoredCommand

EVENT_TYPES: Final = {kind.__name__: kind for kind in get_args(CallEvent)}
COMMAND_TYPES: Final = {kind.__name__: kind for kind in get_args(CarrierCommand)}

ORDER_S: Final = 1e-6
"""Commands of one event are stored so far apart, so that their times tell their order."""

_FIELDS: Final = {
    kind: tuple(field.name for field in fields(kind)) for kind in (*EVENT_TYPES.values(), *COMMAND_TYPES.values())
}

_COMMAND_IDS: Final = uuid.UUID("6b7f6c9e-54f7-4f0c-9d0e-2f7c7f3b6a10")


def pack(value: CallEvent | CarrierCommand) -> tuple[str, dict[str, Any]]:
    """(kind, body) of an event or command, whose fields hold nothing that could change."""
    return type(value).__name__, {name: getattr(value, name) for name in _FIELDS[type(value)]}


def unpack_event(kind: str, body: Mapping[str, Any]) -> CallEvent:
    """The event again. Raises KeyError for a kind of another version."""
    return cast(CallEvent, EVENT_TYPES[kind](**body))


def unpack_command(kind: str, body: Mapping[str, Any]) -> CarrierCommand:
    """The command again. Raises KeyError for a kind of another version."""
    return cast(CarrierCommand, COMMAND_TYPES[kind](**body))


def command_id(call_id: str, seq: int, *, position: int) -> str:
    """The idempotency key of the command at `position` caused by event `seq`: the same after every restart."""
    return str(uuid.uuid5(_COMMAND_IDS, f"{call_id}/{seq}/{position}"))


def to_store(call_id: str, seq: int, *, commands: Sequence[Command], now: float) -> list[StoredCommand]:
    """The carrier commands among those that event `seq` caused, as they are kept until they are carried out."""
    kept = []
    for position, command in enumerate(commands):
        if isinstance(command, CarrierCommand):
            kind, body = pack(command)
            identity = command_id(call_id, seq, position=position)
            at = now + position * ORDER_S
            kept.append(StoredCommand(id=identity, call_id=call_id, kind=kind, body=body, at=at))
    return kept
