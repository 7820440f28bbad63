"""Writing a reply: asks the brain, cuts its words into clauses while they come, runs the tools it calls."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final, assert_never

from control_plane.core.bot import Bot
from control_plane.core.call.events import CallEvent
from control_plane.core.dialogue import Dialogue, ToolUse
from control_plane.core.sentences import ClauseSplitter
from control_plane.core.turn.timing import Stage, TurnTiming
from control_plane.ports.brain import Brain, BrainEvent, Question, ReplyEnded, TextDelta, ToolCalled
from control_plane.ports.errors import ProviderError
from control_plane.services.conversation.tools import Outcome, Tool

MAX_ROUNDS: Final = 4
"""So many times a reply may go back to the model with tool results."""


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass(slots=True)
class Round:
    """One question to the model, in steady seconds; None for what has not happened."""

    asked: float
    first_token: float | None = None
    ended: float | None = None
    end: ReplyEnded | None = None
    fault: str = ""

    def take(self, event: BrainEvent, now: float) -> None:
        """The model has said something."""
        if self.first_token is None:
            self.first_token = now
        if isinstance(event, ReplyEnded):
            self.end = event


@dataclass(slots=True)
class Draft:
    """A reply while it is written: everything said so far, tools used, and what is to happen when it was heard."""

    text: str = ""
    tools: list[ToolUse] = field(default_factory=list)
    then: list[CallEvent] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    """What was asked of the model for it."""
    sure: asyncio.Event = field(default_factory=_set)
    """Cleared while nobody knows whether the reply will be given: until then no tool is used."""

    def add(self, clause: str) -> None:
        self.text = f"{self.text} {clause}".strip()


Clauses = Callable[[Draft, TurnTiming], AsyncGenerator[str]]
"""The clauses of a reply, which fill its draft and mark the moments of their making."""


def fixed(text: str, then: CallEvent | None) -> Clauses:
    """A reply that needs no model; `then` follows when it was heard."""

    async def clauses(draft: Draft, timing: TurnTiming) -> AsyncGenerator[str]:
        draft.add(text)
        if then is not None:
            draft.then.append(then)
        yield text

    return clauses


class ReplyWriter:
    """Turns the dialogue so far into the clauses of the next reply."""

    def __init__(
        self, brain: Brain, bot: Bot, *, tools: Mapping[str, Tool], tag: str, now: Callable[[], float]
    ) -> None:
        self._brain = brain
        self._bot = bot
        self._tools = tools
        self._tag = tag
        self._now = now

    async def write(self, dialogue: Dialogue, draft: Draft, *, timing: TurnTiming) -> AsyncGenerator[str]:
        """Clauses as soon as they are speakable. Raises ProviderError. Closing it cancels the model's request."""
        for _ in range(MAX_ROUNDS):
            called: list[ToolCalled] = []
            async with aclosing(self._round(dialogue, draft, called=called, timing=timing)) as clauses:
                async for clause in clauses:
                    draft.add(clause)
                    yield clause
            if not called:
                break
            await draft.sure.wait()
            if self._use(called, dialogue, draft=draft):
                break

    async def _round(
        self, dialogue: Dialogue, draft: Draft, *, called: list[ToolCalled], timing: TurnTiming
    ) -> AsyncGenerator[str]:
        """The clauses of one answer of the model; its tool calls are added to `called`."""
        splitter = ClauseSplitter(self._bot.language)
        timing.mark(Stage.BRAIN_ASKED, self._now())
        async with aclosing(self._answer(self._question(dialogue), draft)) as events:
            async for event in events:
                for clause in self._clauses(event, splitter, called=called, timing=timing):
                    yield clause
        for clause in splitter.flush():
            timing.mark(Stage.FIRST_CLAUSE, self._now())
            yield clause

    async def _answer(self, question: Question, draft: Draft) -> AsyncGenerator[BrainEvent]:
        """What the model answers; the draft learns when."""
        asked = Round(asked=self._now())
        draft.rounds.append(asked)
        try:
            async with aclosing(self._brain.answer(question)) as events:
                async for event in events:
                    asked.take(event, self._now())
                    yield event
        except ProviderError as error:
            asked.fault = type(error).__name__
            raise
        finally:
            asked.ended = self._now()

    def _clauses(
        self, event: BrainEvent, splitter: ClauseSplitter, *, called: list[ToolCalled], timing: TurnTiming
    ) -> list[str]:
        """What has become speakable with this event."""
        match event:
            case TextDelta(text=text):
                timing.mark(Stage.FIRST_TOKEN, self._now())
                if clauses := splitter.feed(text):
                    timing.mark(Stage.FIRST_CLAUSE, self._now())
                return clauses
            case ToolCalled():
                called.append(event)
            case ReplyEnded():
                pass
            case _:
                assert_never(event)
        return []

    def _question(self, dialogue: Dialogue) -> Question:
        return Question(
            system=self._bot.persona,
            messages=dialogue.messages(),
            tools=tuple(tool.spec for tool in self._tools.values()),
            tag=self._tag,
            providers=self._bot.providers.brain,
            model=self._bot.providers.brain_model,
        )

    def _use(self, called: list[ToolCalled], dialogue: Dialogue, *, draft: Draft) -> bool:
        """Run the tools; True when the reply needs no further words of the model."""
        outcomes = [self._act(call) for call in called]
        used = [
            ToolUse(id=call.id, name=call.name, arguments=call.arguments, result=outcome.result)
            for call, outcome in zip(called, outcomes, strict=True)
        ]
        dialogue.agent_used(used)
        draft.tools += used
        draft.then += [outcome.then for outcome in outcomes if outcome.then is not None]
        return any(outcome.closes for outcome in outcomes)

    def _act(self, call: ToolCalled) -> Outcome:
        tool = self._tools.get(call.name)
        if tool is None:
            return Outcome(result=f"Error: there is no tool {call.name}.")
        if call.broken:
            return Outcome(result="Error: the arguments are not JSON.")
        return tool.act(call.arguments)
