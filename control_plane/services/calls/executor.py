"""Carrying out a call's commands: one after the other, each under its idempotency key, each outcome kept."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from control_plane.core.call.commands import Answer, CarrierCommand, Dial, FetchRecording, StartStream
from control_plane.core.call.events import CallEvent, CommandFailed, DialAccepted
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.carrier import CallControl, Leg, StreamTicket
from control_plane.ports.errors import CallGone, ProviderError
from control_plane.ports.stores import CallRecord, CallStore, StoreUnavailable
from control_plane.services.calls.session import CallSession, InboxFull

log = get_logger("commands")

QUEUE_LIMIT: Final = 200
"""Commands waiting for one call; more would mean a runaway bot, and the newest is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorParts:
    """What the execution of commands needs."""

    store: CallStore
    control: CallControl
    metrics: Metrics
    ticket: Callable[[str], StreamTicket]
    """Where the carrier shall open the media socket of a call, by call id."""
    language: Callable[[CallRecord], str]
    fetch_recording: Callable[[CallRecord, FetchRecording], Awaitable[None]]
    """Download and keep the carrier's recording. Raises ProviderError."""


class CallExecutor:
    """Works one call's commands in order. Outcomes come back to the call as events."""

    def __init__(self, parts: ExecutorParts) -> None:
        self._parts = parts
        self._queue: asyncio.Queue[tuple[str, CarrierCommand]] = asyncio.Queue(QUEUE_LIMIT)
        self._session: CallSession | None = None

    def serve(self, session: CallSession) -> None:
        """Name the call whose commands these are; before `run`."""
        self._session = session

    def submit(self, command_id: str, command: CarrierCommand) -> None:
        """Queue a command. When the queue is full it stays pending in the store and counts as dropped."""
        try:
            self._queue.put_nowait((command_id, command))
        except asyncio.QueueFull:
            log.error("command queue full", command=type(command).__name__)
            self._count(command, "dropped")

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            command_id, command = await self._queue.get()
            await self.execute(command_id, command)
            self._queue.task_done()

    async def drained(self) -> None:
        """Wait until nothing is queued or under way."""
        await self._queue.join()

    async def execute(self, command_id: str, command: CarrierCommand) -> None:
        """One command to its end: done, refused for good, or left pending when the store is away."""
        assert self._session is not None
        name = type(command).__name__
        error = ""
        try:
            await self._perform(self._session, command_id, command)
        except CallGone as gone:
            error = str(gone)
            self._report(CommandFailed(command=name, code=gone.code, gone=True))
        except ProviderError as failed:
            error = str(failed)
            log.warning("command refused", command=name, error=error)
            self._report(CommandFailed(command=name, code=failed.code or type(failed).__name__))
        except StoreUnavailable as away:
            log.error("command not finished, it will be repeated after a restart", command=name, error=str(away))
            return
        self._count(command, "failed" if error else "done")
        try:
            await self._parts.store.settle_command(command_id, error=error)
        except StoreUnavailable as away:
            log.error("command outcome not stored, it will be repeated after a restart", error=str(away))

    async def _perform(self, session: CallSession, command_id: str, command: CarrierCommand) -> None:
        record = session.record
        if _asks_for_stream(command):
            log.info("Streaming Start requested", command=type(command).__name__)
        match command:
            case Dial():
                ticket = self._parts.ticket(record.id) if command.stream else None
                leg = Leg(call_id=record.id, ticket=ticket, language=self._parts.language(record))
                ids = await self._parts.control.dial(leg, command, command_id=command_id)
                self._tell(DialAccepted(control_id=ids.control_id, leg_id=ids.leg_id, session_id=ids.session_id))
            case FetchRecording():
                await self._parts.fetch_recording(record, command)
            case _:
                leg = Leg(
                    call_id=record.id,
                    control_id=record.control_id,
                    ticket=self._parts.ticket(record.id),
                    language=self._parts.language(record),
                )
                await self._parts.control.perform(leg, command, command_id=command_id)

    def _report(self, event: CommandFailed) -> None:
        assert self._session is not None
        if not self._session.ended:
            self._tell(event)

    def _tell(self, event: CallEvent) -> None:
        assert self._session is not None
        try:
            self._session.post(event)
        except InboxFull:
            log.error("command outcome dropped, the call is overloaded", kind=type(event).__name__)

    def _count(self, command: CarrierCommand, outcome: str) -> None:
        self._parts.metrics.commands_total.labels(kind=type(command).__name__, outcome=outcome).inc()


def _asks_for_stream(command: CarrierCommand) -> bool:
    """A stream is started by itself, or in one request with the dial or the answer."""
    return isinstance(command, StartStream) or (isinstance(command, Dial | Answer) and command.stream)
