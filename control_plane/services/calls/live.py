"""A live call in this process: its actor, its conversation side and its executor, run together to the end."""

import asyncio
from dataclasses import dataclass
from typing import Final

from control_plane.core.call.events import CallEvent
from control_plane.observability.logging import bind_call, get_logger
from control_plane.services.calls.executor import CallExecutor
from control_plane.services.calls.session import CallSession, InboxFull
from control_plane.services.calls.talk import CallTalk
from control_plane.services.supervisor import Supervisor

log = get_logger("calls")

LAST_COMMANDS_S: Final = 600.0
"""How long the commands of an ended call (a hang-up that must get through, the download of a recording) may take, each
with its own patience and repeats, before they are left to the next start."""


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class LiveCall:
    """What the rest of the process can do with a call that has not ended."""

    session: CallSession
    talk: CallTalk
    executor: CallExecutor

    @property
    def call_id(self) -> str:
        return self.session.record.id

    @property
    def control_id(self) -> str:
        return self.session.record.control_id

    def post(self, event: CallEvent) -> None:
        """From the media stream and the conversation: events that can be told again are not worth failing for."""
        try:
            self.session.post(event)
        except InboxFull:
            log.error("call event dropped, the call is overloaded", kind=type(event).__name__)

    async def run(self, supervisor: Supervisor) -> None:
        """Until the call has ended and all that follows from it is done."""
        with bind_call(self.call_id):
            commands = supervisor.spawn(self.executor.run(), "call commands")
            try:
                await self.session.run()
                await self.talk.aclose()
                async with asyncio.timeout(LAST_COMMANDS_S):
                    await self._settle()
            except TimeoutError:
                log.warning("commands of an ended call are left for the next start")
            finally:
                commands.cancel()
                # Also when the actor met a fault: nobody would end a conversation that has no call any more.
                await self.talk.stop()
                self.executor.release()

    async def _settle(self) -> None:
        """An outcome may ask for more: the late name of a dialled leg for its hang-up."""
        await self.executor.drained()
        while self.session.waiting:
            await self.session.run()
            await self.executor.drained()
