"""What is kept: calls with their events, commands and turns; webhooks as received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from control_plane.ports.tables import DEFAULT_TENANT


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call. Times in unix seconds; `state` and everything in `machine` are the call machine's snapshot."""

    id: str
    direction: str
    """`inbound` or `outbound`."""
    carrier: str
    sender: str
    to: str
    state: str
    bot_id: str
    created_at: float
    contact_name: str = ""
    control_id: str = ""
    leg_id: str = ""
    session_id: str = ""
    answered_at: float | None = None
    ended_at: float | None = None
    hangup_cause: str = ""
    mode: str = "stream"
    """`stream` or `webhook`: how the conversation runs now."""
    recording_key: str = ""
    idempotency_key: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)
    node: str = ""
    """The control plane in which it lives."""
    tenant_id: str = DEFAULT_TENANT
    """Whose call it is."""
    bot_version: int = 0
    """The published version of the bot that it began with, and keeps; 0: the bot as it ships."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One event of a call as stored. `seq` counts from 1 within the call."""

    call_id: str
    seq: int
    kind: str
    """Class name of the event."""
    body: Mapping[str, Any]
    at: float
    source_id: str = ""
    """The carrier's event id when a webhook brought it: unique over all calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCommand:
    """A carrier command that is to be executed; `id` is the idempotency key, derived from the event that caused it."""

    id: str
    call_id: str
    kind: str
    body: Mapping[str, Any]
    at: float
    state: str = "pending"
    """`pending`, `done` or `failed`."""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """One thing said by one side. `heard` differs from `text` when the agent was interrupted."""

    call_id: str
    index: int
    speaker: str
    """`caller` or `agent`."""
    text: str
    heard: str
    started_at: float
    ended_at: float | None = None
    interrupted: bool = False
    timing: Mapping[str, float] = field(default_factory=dict)
    """Stage durations in milliseconds, see core/turn/timing.py; agent turns only."""
    tools: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWebhook:
    """A webhook as it arrived: verified, not yet worked."""

    carrier: str
    event_id: str
    kind: str
    body: bytes
    received_at: float
    worked: bool = False
    """Nobody has to work it; it is kept so that it is known when it comes again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls of a tenant to list; empty fields do not filter. Newest first."""

    tenant_id: str
    state: str = ""
    direction: str = ""
    live: bool | None = None
    cause: str = ""
    bot_id: str = ""
    since: float | None = None
    """Begun at this time (unix seconds) or later."""
    until: float | None = None
    """Begun before this time."""
    text: str = ""
    """Part of the contact's name, in any case, or of one of the numbers, however it is written."""
    said: str = ""
    """Words that were said in it, each from its beginning, without regard to case and accents."""
    number: str = ""
    """The number at the other end, as carriers write it."""
    recorded: bool | None = None
    min_talk_s: float | None = None
    """Talked for so long or longer."""
    min_latency_ms: float | None = None
    """The 95th percentile of its answers' latency is this or more."""
    limit: int = 50
    cursor: str = ""
    """Opaque, from the page before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage:
    items: Sequence[CallRecord]
    next_cursor: str = ""
    snippets: Mapping[str, str] = field(default_factory=dict)
    """By call, when words were searched: where the first of them was said."""


class DuplicateKey(Exception):
    """The idempotency key or id is taken. `call_id` is the call that took it."""

    def __init__(self, call_id: str) -> None:
        super().__init__(call_id)
        self.call_id = call_id


class StoreUnavailable(Exception):
    """The database cannot be reached or refuses for now; nothing of the transaction was kept. Safe to log."""


class CallStore(Protocol):
    """Calls and what happened to them. Every method is one transaction and may raise StoreUnavailable."""

    async def create(self, call: CallRecord, entry: JournalEntry, *, commands: Sequence[StoredCommand]) -> None:
        """Raises DuplicateKey when the idempotency key was used before."""
        ...

    async def record(self, call: CallRecord, entry: JournalEntry, *, commands: Sequence[StoredCommand]) -> bool:
        """Event, new state and pending commands together. The webhook `entry.source_id` is marked as worked with them.

        False, and nothing stored, when an entry with this source id exists already.
        """
        ...

    async def get(self, call_id: str) -> CallRecord | None: ...

    async def by_idempotency_key(self, tenant_id: str, key: str) -> CallRecord | None: ...

    async def by_control_id(self, control_id: str) -> CallRecord | None: ...

    async def by_session_id(self, session_id: str) -> CallRecord | None:
        """A call that has not ended, by the name that the carrier gives to all legs that belong together."""
        ...

    async def list(self, wanted: CallFilter) -> CallPage: ...

    async def live(self) -> Sequence[CallRecord]:
        """Every call that has not ended."""
        ...

    async def counts(self, tenant_id: str) -> Mapping[str, int]:
        """Number of a tenant's calls by state."""
        ...

    async def last_seq(self, call_id: str) -> int:
        """Sequence number of the newest journal entry; 0 when there is none."""
        ...

    async def journal(self, call_id: str) -> Sequence[JournalEntry]: ...

    async def pending_commands(self) -> Sequence[StoredCommand]:
        """Oldest first, over all calls."""
        ...

    async def settle_command(self, command_id: str, *, error: str = "") -> None:
        """Mark as done, or as failed with a reason."""
        ...

    async def save_turn(self, turn: TurnRecord) -> None:
        """Insert, or replace the turn with the same index."""
        ...

    async def turns(self, call_id: str) -> Sequence[TurnRecord]: ...

    async def set_recording(self, call_id: str, key: str) -> None: ...


class WebhookStore(Protocol):
    """Webhooks between acknowledgement and work."""

    async def add(self, webhook: StoredWebhook) -> bool:
        """False when this event id of this carrier was stored before."""
        ...

    async def add_all(self, webhooks: Sequence[StoredWebhook]) -> Sequence[bool]:
        """The same for several in one transaction, in their order; all or none."""
        ...

    async def unworked(self, *, limit: int = 500) -> Sequence[StoredWebhook]:
        """The oldest `limit`, oldest first."""
        ...

    async def mark_worked(self, carrier: str, event_id: str) -> None: ...
