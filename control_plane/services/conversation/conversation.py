"""The conversation itself: perceives, lets the turn machine decide, and replies through whatever mouth there is."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
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
from control_plane.core.turn.guesses import said_words, same_words
from control_plane.core.turn.machine import TurnMachine
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.observability.logging import get_logger
from control_plane.observability.metrics import Metrics
from control_plane.ports.infrastructure import Clock
from control_plane.services.conversation.delivery import Delivery, DeliveryParts, Reply
from control_plane.services.conversation.mouth import Mouth
from control_plane.services.conversation.reply import Clauses, Draft, ReplyWriter, fixed
from control_plane.services.conversation.speculations import Speculations
from control_plane.services.conversation.turn_log import TurnLog
from control_plane.services.supervisor import Supervisor

log = get_logger("conversation")

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


class Conversation:
    """Caller and bot, turn by turn. One reply runs at a time; another one replaces it, nobody waits for it.

    Its public methods are called on one event loop, by the media stream and the call's actor, and never wait.
    """

    def __init__(self, parts: ConversationParts, mouth: Mouth) -> None:
        self._parts = parts
        self._delivery = Delivery(_delivery_parts(parts), mouth)
        self._speculations = Speculations(parts.metrics)
        self._reply: Reply | None = None
        self._speech_ended: float | None = None
        self._final_at: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = self._obeying = False
        self._orders: deque[c.TurnCommand] = deque()
        self._reprompts = 0

    # --- what comes in ----------------------------------------------------------------------------

    def say(self, text: str, *, then: CallEvent | None = None) -> None:
        """The bot says this, whatever it was saying before; `then` follows when it was heard."""
        self._begin(fixed(text, then), TurnTiming(), keep=True)

    def perceive(self, event: TurnEvent) -> None:
        """The caller or the agent did something."""
        if self._closed:
            return
        now = self._parts.clock.steady()
        if isinstance(event, InterimHeard | FinalHeard):
            self._parts.turns.caller_says(event.text)
        match event:
            case SpeechStopped(silent_s=silent_s):
                self._speech_ended = now - silent_s
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
        self._delivery.close()

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
        """First in, first out: a command may make the machine perceive something, which gives more commands."""
        self._orders.extend(commands)
        if self._obeying:
            return
        self._obeying = True
        try:
            while self._orders:
                self._carry_out(self._orders.popleft())
        finally:
            self._obeying = False
            self._orders.clear()
        self._arm()

    def _carry_out(self, command: c.TurnCommand) -> None:
        match command:
            case c.Commit(text=text):
                self._commit(text)
            case c.Speculate(text=text):
                self._speculate(text)
            case c.Withdraw():
                self._withdraw()
            case c.Hold():
                self._hold()
            case c.Release():
                self._delivery.resume()
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

    def _commit(self, text: str) -> None:
        guess = self._reply if self._reply is not None and same_words(text, self._reply.words) else None
        if guess is None:
            self._supersede()
        self._reprompts = 0
        self._parts.turns.caller(text)
        self._parts.metrics.turns_total.inc()
        if guess is not None:
            self._mark_turn(guess.timing)
            self._speculations.used(guess)
            self._delivery.release(guess)
            return
        self._parts.dialogue.caller_said(text)
        timing = TurnTiming()
        self._mark_turn(timing)
        self._begin(self._written, timing)

    def _speculate(self, text: str) -> None:
        """Make a reply ready for what has probably been said; a sentence that must be heard is not given up for it."""
        if not self._delivery.can_hold or (self._reply is not None and self._reply.keep):
            return
        self._supersede()
        before = self._parts.dialogue.snapshot()
        self._parts.dialogue.caller_said(text)
        guess = Reply(timing=TurnTiming(), began_at=self._parts.clock.wall(), words=said_words(text), before=before)
        guess.draft.sure.clear()
        self._start(guess, self._written)

    def _withdraw(self) -> None:
        if self._reply is not None and self._reply.is_guess:
            self._supersede()

    def _hold(self) -> None:
        if self._delivery.can_hold and self._reply is not None:
            self._delivery.pause()

    def _written(self, draft: Draft, timing: TurnTiming) -> AsyncGenerator[str]:
        return self._parts.writer.write(self._parts.dialogue, draft, timing=timing)

    def _mark_turn(self, timing: TurnTiming) -> None:
        """The marks of the caller's side of the turn just committed."""
        now = self._parts.clock.steady()
        if self._speech_ended is not None:
            timing.mark(Stage.SPEECH_ENDED, self._speech_ended)
        timing.mark(Stage.STT_FINAL, self._final_at if self._final_at is not None else now)
        timing.mark(Stage.COMMITTED, now)
        self._speech_ended = self._final_at = None

    def _pause(self) -> None:
        remaining = self._delivery.pause()
        self._parts.turns.barge_in("paused")
        self.perceive(AgentPaused(remaining_s=remaining))

    def _resume(self) -> None:
        self._count_barge_in("resumed")
        self._delivery.resume()

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
            case c.Silence.NO_MATCH:
                self.say(phrases.no_match or phrases.reprompts[self._reprompts % len(phrases.reprompts)])
            case c.Silence.GIVEN_UP:
                self.say(phrases.given_up, then=NOBODY_SPOKE)
            case _:
                assert_never(reason)

    # --- replies ----------------------------------------------------------------------------------

    def _begin(self, clauses: Clauses, timing: TurnTiming, *, keep: bool = False) -> None:
        self._supersede()
        self._start(Reply(timing=timing, began_at=self._parts.clock.wall(), keep=keep), clauses)

    def _start(self, reply: Reply, clauses: Clauses) -> None:
        self._reply = reply
        reply.task = self._parts.supervisor.spawn(self._deliver(reply, clauses), "reply")

    def _supersede(self) -> None:
        """End the reply that runs, if any: model and voice are cancelled, memory keeps what was heard."""
        reply, self._reply = self._reply, None
        if reply is None:
            return
        heard = self._delivery.drop(reply)
        if reply.before is not None:
            self._parts.dialogue.rollback(reply.before)
            self._speculations.discarded(reply)
            return
        self._parts.dialogue.agent_cut_off(heard)
        if heard or reply.draft.tools:
            self._parts.turns.agent(reply.draft, heard, timing=reply.timing, began_at=reply.began_at)

    async def _deliver(self, reply: Reply, clauses: Clauses) -> None:
        await self._delivery.deliver(reply, clauses)
        if self._reply is not reply:
            return
        self._reply = None
        self._delivery.over()
        draft = reply.draft
        self._parts.dialogue.agent_replied()
        self._parts.turns.agent(draft, draft.text, timing=reply.timing, began_at=reply.began_at)
        self.perceive(AgentStopped(said=draft.text))
        for event in draft.then:
            self._parts.post(event)


def _delivery_parts(parts: ConversationParts) -> DeliveryParts:
    return DeliveryParts(
        bot=parts.bot,
        dialogue=parts.dialogue,
        turns=parts.turns,
        clock=parts.clock,
        metrics=parts.metrics,
        supervisor=parts.supervisor,
        spare_mouth=parts.spare_mouth,
    )
