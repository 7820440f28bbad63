"""The conversation itself: perceives, lets the turn machine decide, and replies through whatever mouth there is."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final, assert_never

from control_plane.core.bot import Bot
from control_plane.core.call.events import CallEvent, HangupRequested
from control_plane.core.dialogue import Dialogue
from control_plane.core.turn import commands as c
from control_plane.core.turn.events import (
    AgentPaused,
    AgentStarted,
    AgentStopped,
    DigitPressed,
    FinalHeard,
    InterimHeard,
    SpeechStopped,
    TurnEvent,
)
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.errors import ProviderError
from control_plane.ports.infrastructure import Clock
from control_plane.services.conversation.mouth import Mouth, MouthLost
from control_plane.services.conversation.reply import Clauses, Draft, ReplyWriter, fixed
from control_plane.services.conversation.turn_log import TurnLog
from control_plane.services.supervisor import Supervisor

log = get_logger("conversation")

NO_VOICE: Final = HangupRequested(reason="no voice could be had")
NOBODY_SPOKE: Final = HangupRequested(reason="the caller did not speak")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationParts:
    """What a conversation works with. `post` hands an event to the call's actor."""

    bot: Bot
    dialogue: Dialogue
    machine: TurnMachine
    writer: ReplyWriter
    turns: TurnLog
    clock: Clock
    metrics: Metrics
    supervisor: Supervisor
    post: Callable[[CallEvent], None]
    spare_mouth: Callable[[], Mouth | None]
    """Another way to make the bot audible when the mouth in use is lost."""


@dataclass(slots=True, kw_only=True)
class _Reply:
    """A reply under way."""

    timing: TurnTiming
    began_at: float
    """Unix seconds."""
    draft: Draft = field(default_factory=Draft)
    keep: bool = False
    begun: bool = False  # before that the mouth still answers for the reply before
    heard: str = ""
    """By a mouth that was lost since."""
    task: asyncio.Task[None] | None = None


class Conversation:
    """Caller and bot, turn by turn. One reply runs at a time; another one replaces it, nobody waits for it.

    Its public methods are called on one event loop, by the media stream and the call's actor, and never wait.
    """

    def __init__(self, parts: ConversationParts, mouth: Mouth) -> None:
        self._parts = parts
        self._mouth = mouth
        self._reply: _Reply | None = None
        self._speech_ended: float | None = None
        self._final_at: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = self._paused = False
        self._reprompts = 0

    # --- what comes in ----------------------------------------------------------------------------

    def say(self, text: str, *, then: CallEvent | None = None) -> None:
        """The bot says this, whatever it was saying before; `then` follows when it was heard."""
        self._begin(fixed(text, then), TurnTiming(), keep=True)

    def perceive(self, event: TurnEvent, *, at: float | None = None) -> None:
        """The caller or the agent did something, now or `at` a steady time shortly before."""
        if self._closed:
            return
        now = self._parts.clock.steady()
        if isinstance(event, InterimHeard | FinalHeard):
            self._parts.turns.caller_says(event.text)
        match event:
            case SpeechStopped():
                self._speech_ended = now if at is None else at
            case FinalHeard():
                self._final_at = now
            case DigitPressed():
                self._speech_ended, self._final_at = None, now
            case _:
                pass
        self._obey(self._parts.machine.handle(event, now))

    def agent_audible(self) -> None:
        """The first audio of the reply went out."""
        self._parts.dialogue.agent_began()
        self._parts.turns.agent_began()
        self.perceive(AgentStarted())

    def close(self) -> None:
        """The conversation is over; what was heard of a running reply is kept."""
        self._supersede()
        self._closed = True
        self._arm()

    def _tick(self) -> None:
        self._timer = None
        if not self._closed:
            self._obey(self._parts.machine.tick(self._parts.clock.steady()))

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        wake_at = self._parts.machine.wake_at
        if wake_at is not None and not self._closed:
            self._timer = asyncio.get_running_loop().call_at(wake_at, self._tick)

    # --- what the turn machine wants --------------------------------------------------------------

    def _obey(self, commands: tuple[c.TurnCommand, ...]) -> None:
        for command in commands:
            match command:
                case c.Commit(text=text):
                    self._commit(text)
                case c.Pause():
                    self._pause()
                case c.CutOff():
                    self._cut_off()
                case c.Resume():
                    self._resume()
                case c.Reprompt(reason=reason):
                    self._reprompt(reason)
                case _:
                    assert_never(command)
        self._arm()

    def _commit(self, text: str) -> None:
        self._supersede()
        self._reprompts = 0
        self._parts.turns.caller(text)
        self._parts.dialogue.caller_said(text)
        self._parts.metrics.turns_total.inc()
        writer, dialogue = self._parts.writer, self._parts.dialogue
        self._begin(lambda draft, marks: writer.write(dialogue, draft, timing=marks), self._turn_timing())

    def _turn_timing(self) -> TurnTiming:
        """The marks of the caller's side of the turn just committed."""
        timing = TurnTiming()
        if self._speech_ended is not None:
            timing.mark(Stage.SPEECH_ENDED, self._speech_ended)
        timing.mark(Stage.STT_FINAL, self._final_at if self._final_at is not None else self._parts.clock.steady())
        self._speech_ended = self._final_at = None
        return timing

    def _pause(self) -> None:
        remaining = self._mouth.pause()
        self._paused = True
        self._parts.turns.barge_in("paused")
        self.perceive(AgentPaused(remaining_s=remaining))

    def _resume(self) -> None:
        self._count_barge_in("resumed")
        self._paused = False
        self._mouth.resume()

    def _cut_off(self) -> None:
        self._count_barge_in("cut_off")
        self._supersede()

    def _count_barge_in(self, outcome: str) -> None:
        self._parts.metrics.barge_ins_total.labels(outcome=outcome).inc()
        self._parts.turns.barge_in(outcome)

    def _reprompt(self, reason: c.Silence) -> None:
        self._parts.metrics.reprompts_total.inc()
        phrases = self._parts.bot.phrases
        match reason:
            case c.Silence.NO_INPUT:
                self.say(phrases.reprompts[self._reprompts % len(phrases.reprompts)])
                self._reprompts += 1
            case c.Silence.GIVEN_UP:
                self.say(phrases.given_up, then=NOBODY_SPOKE)
            case _:
                assert_never(reason)

    # --- replies ----------------------------------------------------------------------------------

    def _begin(self, clauses: Clauses, timing: TurnTiming, *, keep: bool = False) -> None:
        self._supersede()
        reply = _Reply(timing=timing, began_at=self._parts.clock.wall(), keep=keep)
        self._reply, self._paused = reply, False
        reply.task = self._parts.supervisor.spawn(self._deliver(reply, clauses), "reply")

    def _supersede(self) -> None:
        """End the reply that runs, if any: model and voice are cancelled, memory keeps what was heard."""
        reply, self._reply = self._reply, None
        if reply is None:
            return
        assert reply.task is not None
        reply.task.cancel()
        heard = f"{reply.heard} {self._mouth.drop()}".strip() if reply.begun else ""
        self._parts.dialogue.agent_cut_off(heard)
        if heard or reply.draft.tools:
            self._parts.turns.agent(reply.draft, heard, timing=reply.timing, began_at=reply.began_at)

    async def _deliver(self, reply: _Reply, clauses: Clauses) -> None:
        """One reply from its first word to its last heard one. Cancelled when it is superseded."""
        try:
            await self._try_to_voice(reply, clauses)
        except Exception as fault:  # a border: whatever it is, no reply may be left without an end
            log.error("the bot has no voice left", exc_info=fault)
            reply.draft.then.append(NO_VOICE)
        if self._reply is not reply:
            return
        self._reply = None
        draft = reply.draft
        self._parts.dialogue.agent_replied()
        self._parts.turns.agent(draft, draft.text, timing=reply.timing, began_at=reply.began_at)
        self.perceive(AgentStopped())
        for event in draft.then:
            self._parts.post(event)

    async def _try_to_voice(self, reply: _Reply, clauses: Clauses) -> None:
        try:
            await self._voice(reply, clauses)
        except ProviderError as error:
            self._count_failure(error)
            await self._apologise(reply)
        except MouthLost:
            raise
        except Exception as fault:  # a border: a fault of ours in one reply must not leave the caller in silence
            log.error("reply met a fault of ours", exc_info=fault)
            await self._apologise(reply)

    async def _voice(self, reply: _Reply, clauses: Clauses) -> None:
        await self._mouth.begin(reply.timing)
        reply.begun = True
        async with aclosing(clauses(reply.draft, reply.timing)) as source:
            async for clause in source:
                await self._utter(reply, clause)
        await self._finish(reply)

    async def _utter(self, reply: _Reply, clause: str) -> None:
        self._parts.turns.agent_says(clause)
        self._parts.dialogue.agent_wrote(clause)
        try:
            await self._mouth.say(clause, keep=reply.keep)
        except MouthLost as lost:
            await self._change_mouth(reply, lost)

    async def _finish(self, reply: _Reply) -> None:
        try:
            await self._mouth.finish()
        except MouthLost as lost:
            await self._change_mouth(reply, lost)
            await self._mouth.finish()

    async def _change_mouth(self, reply: _Reply, lost: MouthLost) -> None:
        """Say by another mouth what is unheard of the reply so far."""
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

    async def _apologise(self, reply: _Reply) -> None:
        """The model failed: nothing more of its reply will come, and the caller must not sit in silence."""
        text = self._parts.bot.phrases.provider_failure
        reply.draft.add(text)
        await self._utter(reply, text)
        await self._finish(reply)

    def _count_failure(self, error: ProviderError) -> None:
        log.warning("reply broken off", provider=error.provider, error=str(error))
        self._parts.metrics.provider_errors_total.labels(provider=error.provider, kind=type(error).__name__).inc()
