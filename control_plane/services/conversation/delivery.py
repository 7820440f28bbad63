"""The way of one reply to the caller's ear: through the mouth, another one when that is lost, never in long silence."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from control_plane.core.bot import Bot
from control_plane.core.call.events import HangupRequested
from control_plane.core.dialogue import Dialogue, Snapshot
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import ProviderError
from control_plane.ports.infrastructure import Clock
from control_plane.services.conversation.fillers import Fillers
from control_plane.services.conversation.mouth import Mouth, MouthLost
from control_plane.services.conversation.reply import Clauses, Draft
from control_plane.services.conversation.turn_log import TurnLog
from control_plane.services.supervisor import Supervisor

log = get_logger("conversation")

NO_VOICE: Final = HangupRequested(reason="no voice could be had")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryParts:
    """What a delivery works with."""

    bot: Bot
    dialogue: Dialogue
    turns: TurnLog
    clock: Clock
    metrics: Metrics
    supervisor: Supervisor
    spare_mouth: Callable[[], Mouth | None]
    """Another way to make the bot audible when the mouth in use is lost."""


@dataclass(slots=True, kw_only=True)
class Reply:
    """A reply under way."""

    timing: TurnTiming
    began_at: float
    """Unix seconds."""
    words: tuple[str, ...] | None = None
    """The caller's words that it answers, while it is not certain that they are all; None: it is certain."""
    before: Snapshot | None = None
    """What the bot remembered before it was tried."""
    draft: Draft = field(default_factory=Draft)
    keep: bool = False
    begun: bool = False  # before that the mouth still answers for the reply before
    unpublished: list[str] = field(default_factory=list)
    """Clauses of which nobody has been told, because nobody may ever hear them."""
    heard: str = ""
    """By a mouth that was lost since."""
    task: asyncio.Task[None] | None = None

    @property
    def is_guess(self) -> bool:
        return self.words is not None


class Delivery:
    """Makes one reply after the other audible. What it is asked to stop stops at once."""

    def __init__(self, parts: DeliveryParts, mouth: Mouth) -> None:
        self._parts = parts
        self._mouth = mouth
        self._paused = False
        self._fillers = Fillers(parts, audible_until=lambda: self._mouth.audible_until, interject=self._interject)

    @property
    def can_hold(self) -> bool:
        """Whether a reply can be made ready without being heard."""
        return self._mouth.can_hold

    def pause(self) -> float:
        """Fall silent at once; seconds that are left unheard."""
        self._paused = True
        return self._mouth.pause()

    def resume(self) -> None:
        self._paused = False
        self._mouth.resume()

    def release(self, reply: Reply) -> None:
        """The reply that was made ready is the right one: let it be heard."""
        reply.words = reply.before = None
        reply.draft.sure.set()
        for clause in reply.unpublished:
            self._parts.turns.agent_says(clause)
        reply.unpublished.clear()
        if reply.begun:
            self._mouth.release()
        self._fillers.watch(reply.timing.at(Stage.SPEECH_ENDED))

    def drop(self, reply: Reply) -> str:
        """End the reply and answer what was heard of it."""
        self._paused = False
        self._fillers.stop()
        if reply.task is not None:
            reply.task.cancel()
        return f"{reply.heard} {self._mouth.drop()}".strip() if reply.begun else ""

    async def deliver(self, reply: Reply, clauses: Clauses) -> None:
        """From the first word to the last heard one. Cancelled when it is superseded."""
        if not reply.is_guess:
            self._fillers.watch(reply.timing.at(Stage.SPEECH_ENDED))
        try:
            await self._try_to_voice(reply, clauses)
        except Exception as fault:  # a border: whatever it is, no reply may be left without an end
            log.error("the bot has no voice left", exc_info=fault)
            reply.draft.then.append(NO_VOICE)
        # A guess that is complete is not over: it has not been heard.
        await reply.draft.sure.wait()

    def close(self) -> None:
        """There will be no other reply."""
        self._fillers.close()

    def over(self) -> None:
        """Nothing more of the reply is to come."""
        self._fillers.stop()

    async def _try_to_voice(self, reply: Reply, clauses: Clauses) -> None:
        try:
            await self._voice(reply, clauses)
        except ProviderError as error:
            self._count_failure(error)
            if reply.is_guess:
                reply.words = ()  # nothing the caller says will fit it
            else:
                await self._apologise(reply)
        except MouthLost:
            raise
        except Exception as fault:  # a border: a fault of ours in one reply must not leave the caller in silence
            log.error("reply met a fault of ours", exc_info=fault)
            await self._apologise(reply)

    async def _voice(self, reply: Reply, clauses: Clauses) -> None:
        await self._mouth.begin(reply.timing, held=reply.is_guess or self._paused)
        reply.begun = True
        async with aclosing(clauses(reply.draft, reply.timing)) as source:
            async for clause in source:
                await self._utter(reply, clause)
        await self._finish(reply)

    async def _utter(self, reply: Reply, clause: str) -> None:
        if reply.is_guess:
            reply.unpublished.append(clause)
        else:
            self._parts.turns.agent_says(clause)
        self._parts.dialogue.agent_wrote(clause)
        try:
            await self._mouth.say(clause, keep=reply.keep)
        except MouthLost as lost:
            await self._change_mouth(reply, lost)

    async def _finish(self, reply: Reply) -> None:
        try:
            await self._mouth.finish()
        except MouthLost as lost:
            await self._change_mouth(reply, lost)
            await self._mouth.finish()

    async def _change_mouth(self, reply: Reply, lost: MouthLost) -> None:
        """Say by another mouth what is unheard of the reply so far."""
        await reply.draft.sure.wait()  # the other one may not be able to hold
        spare = self._parts.spare_mouth()
        if spare is None:
            raise lost
        log.warning("voice lost, the carrier speaks", error=str(lost))
        reply.heard = self._mouth.drop()
        self._mouth = spare
        await spare.begin(reply.timing)
        if self._paused:
            spare.pause()  # the caller is speaking
        if rest := reply.draft.text.removeprefix(reply.heard).strip():
            await spare.say(rest)

    async def _apologise(self, reply: Reply) -> None:
        """The model failed: nothing more of its reply will come, and the caller must not sit in silence."""
        text = self._parts.bot.phrases.provider_failure
        reply.draft.add(text)
        await self._utter(reply, text)
        await self._finish(reply)

    async def _interject(self, text: str) -> bool:
        if self._paused:
            return False
        return await self._mouth.interject(text)

    def _count_failure(self, error: ProviderError) -> None:
        log.warning("reply broken off", provider=error.provider, error=str(error))
        self._parts.metrics.provider_errors_total.labels(provider=error.provider, kind=type(error).__name__).inc()
