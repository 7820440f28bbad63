"""Carrying out a call's commands: one after the other, each under its idempotency key, each outcome kept."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from control_plane.core.call.commands import Answer, CarrierCommand, Dial, FetchRecording, Hangup, StartStream
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

KEEP_S: Final = 10.0
"""How long the call may take to keep a command's outcome."""

PERSISTENCE_S: Final[Mapping[type, tuple[float, ...]]] = {Hangup: (1.0, 3.0, 10.0), FetchRecording: (1.0, 5.0, 20.0)}
"""Pauses between further attempts, beyond those of the carrier's adapter, at what nobody else would do for us."""


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

    def release(self) -> None:
        """The call is over: nothing is carried out any more, and what it holds can go."""
        self._session = None

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
            try:
                await self.execute(command_id, command)
            except Exception as fault:
                # A border: a fault of ours in one command must leave the call able to hang up.
                log.error("command met a fault of ours", command=type(command).__name__, exc_info=fault)
                self._count(command, "failed")
                await self._tell(CommandFailed(command=type(command).__name__, code="fault"))
            finally:
                self._queue.task_done()

    @property
    def waiting(self) -> int:
        """How many commands are queued."""
        return self._queue.qsize()

    async def drained(self) -> None:
        """Wait until nothing is queued or under way."""
        await self._queue.join()

    async def execute(self, command_id: str, command: CarrierCommand) -> None:
        """One command to its end: done, refused for good, or left pending for the next start.

        It is settled only when the call has kept the outcome: a crash in between repeats it under the same id.
        """
        name = type(command).__name__
        error = ""
        try:
            outcome = await self._persist(command_id, command)
        except CallGone as gone:
            error, outcome = str(gone), CommandFailed(command=name, code=gone.code, gone=True)
        except ProviderError as failed:
            log.warning("command refused", command=name, error=str(failed))
            error, outcome = str(failed), CommandFailed(command=name, code=failed.code or type(failed).__name__)
        except StoreUnavailable as away:
            log.error("command not finished, it will be repeated after a restart", command=name, error=str(away))
            return
        self._count(command, "failed" if error else "done")
        if outcome is None or await self._tell(outcome):
            await self._settle(command_id, error)

    async def _persist(self, command_id: str, command: CarrierCommand) -> CallEvent | None:
        """Try the commands that must not fail for a passing reason again, for a while. Raises ProviderError."""
        for pause in PERSISTENCE_S.get(type(command), ()):
            try:
                return await self._perform(command_id, command)
            except ProviderError as error:
                if not error.retryable:
                    raise
                log.warning("command failed, trying again", command=type(command).__name__, pause_s=pause)
            await asyncio.sleep(pause)
        return await self._perform(command_id, command)

    async def _perform(self, command_id: str, command: CarrierCommand) -> CallEvent | None:
        """Do it; what the call has to know of the success, if anything. Raises ProviderError, StoreUnavailable."""
        assert self._session is not None
        record = self._session.record
        ticket = None
        if _asks_for_stream(command):
            log.info("Streaming Start requested", command=type(command).__name__)
            ticket = self._parts.ticket(record.id)
        language = self._parts.language(record)
        leg = Leg(call_id=record.id, control_id=record.control_id, ticket=ticket, language=language)
        match command:
            case Dial():
                ids = await self._parts.control.dial(replace(leg, control_id=""), command, command_id=command_id)
                return DialAccepted(control_id=ids.control_id, leg_id=ids.leg_id, session_id=ids.session_id)
            case FetchRecording():
                await self._parts.fetch_recording(record, command)
            case _:
                await self._parts.control.perform(leg, command, command_id=command_id)
        return None

    async def _tell(self, outcome: CallEvent) -> bool:
        """Whether the call has kept the outcome. One that has ended knows all it needs of a failure."""
        assert self._session is not None
        ended = self._session.ended
        if ended and isinstance(outcome, CommandFailed):
            return True
        try:
            # Nobody reads the inbox of a call that has ended.
            await (self._session.take(outcome) if ended else self._session.put(outcome, timeout_s=KEEP_S))
        except (InboxFull, TimeoutError):
            log.error("command outcome not kept, the command will be repeated", kind=type(outcome).__name__)
            return False
        return True

    async def _settle(self, command_id: str, error: str) -> None:
        try:
            await self._parts.store.settle_command(command_id, error=error)
        except StoreUnavailable as away:
            log.error("command outcome not stored, it will be repeated after a restart", error=str(away))

    def _count(self, command: CarrierCommand, outcome: str) -> None:
        self._parts.metrics.commands_total.labels(kind=type(command).__name__, outcome=outcome).inc()


def _asks_for_stream(command: CarrierCommand) -> bool:
    """A stream is started by itself, or in one request with the dial or the answer."""
    return isinstance(command, StartStream) or (isinstance(command, Dial | Answer) and command.stream)
