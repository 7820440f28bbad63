"""Trying a bot out in writing: the real model with the bot's persona, without call, telephone or voice."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

from control_plane.core.bot import Bot
from control_plane.core.dialogue import Dialogue, Message, ToolUse
from control_plane.core.sentences import ClauseSplitter
from control_plane.ports.brain import Brain, BrainEvent, Question, ReplyEnded, TextDelta, ToolCalled
from control_plane.ports.errors import Timeout
from control_plane.ports.infrastructure import Clock
from control_plane.services.conversation.tools import Tool, toolbox

PATIENCE_S: Final = 30.0
"""For a whole reply."""
MAX_ROUNDS: Final = 4
MAX_OPEN: Final = 20
"""Replies that this process writes at once."""
MAX_OPEN_OF_TENANT: Final = 5
"""Of them for one tenant, so that nobody shuts the others out."""


class ChatsFull(Exception):
    """Too many try bots out already."""


@dataclass(frozen=True, slots=True)
class Token:
    """The next piece of the model's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece that the voice would speak at once."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUsed:
    """A tool that the bot would have used; nothing came of it."""

    name: str
    arguments: Mapping[str, object]
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The reply is complete."""

    reason: str
    first_token_ms: float | None
    total_ms: float
    input_tokens: int
    output_tokens: int


ChatEvent = Token | Clause | ToolUsed | Ended


@dataclass(slots=True, kw_only=True)
class _Reply:
    """What is known of a reply while it is written."""

    dialogue: Dialogue
    began: float
    first_token: float | None = None
    end: ReplyEnded = field(default_factory=lambda: ReplyEnded(reason="other"))
    input_tokens: int = 0
    output_tokens: int = 0
    called: list[ToolCalled] = field(default_factory=list)

    def says(self, clause: str) -> Clause:
        self.dialogue.agent_wrote(clause)
        return Clause(clause)


class BotChat:
    """Writes replies; keeps nothing."""

    def __init__(self, brain: Brain, *, transfer_number: str, clock: Clock) -> None:
        self._brain = brain
        self._transfer_number = transfer_number
        self._clock = clock
        self._open: Counter[str] = Counter()
        """Replies that are being written, by tenant."""

    async def reply(
        self, bot: Bot, messages: Sequence[Message], *, tenant_id: str, transfer_number: str = ""
    ) -> AsyncGenerator[ChatEvent]:
        """The bot's next reply, as it is written. Closing it cancels the model's request.

        Raises ProviderError, also when it takes too long, and ChatsFull.
        """
        if self._open.total() >= MAX_OPEN or self._open[tenant_id] >= MAX_OPEN_OF_TENANT:
            raise ChatsFull
        self._open[tenant_id] += 1
        try:
            tools = toolbox(bot.tools, transfer_number=transfer_number or self._transfer_number)
            until = self._clock.steady() + PATIENCE_S
            async with aclosing(self._reply(bot, messages, tools=tools)) as events:
                while (event := await self._next(events, until)) is not None:
                    yield event
        finally:
            self._open[tenant_id] -= 1
            self._open += Counter()  # without those that are at zero

    async def _next(self, events: AsyncGenerator[ChatEvent], until: float) -> ChatEvent | None:
        try:
            async with asyncio.timeout(max(0.0, until - self._clock.steady())):
                return await anext(events, None)
        except TimeoutError:
            raise Timeout("brain", f"no complete reply in {PATIENCE_S:.0f} s") from None

    async def _reply(
        self, bot: Bot, messages: Sequence[Message], *, tools: Mapping[str, Tool]
    ) -> AsyncGenerator[ChatEvent]:
        dialogue = Dialogue()
        dialogue.restore(messages)
        reply = _Reply(dialogue=dialogue, began=self._clock.steady())
        for _ in range(MAX_ROUNDS):
            reply.called = []
            async with aclosing(self._round(bot, tools=tools, reply=reply)) as events:
                async for event in events:
                    yield event
            used, closes = _use(reply.called, tools)
            dialogue.agent_used(used)
            for use in used:
                yield ToolUsed(name=use.name, arguments=use.arguments, result=use.result)
            if closes or not used:
                break
        yield self._ended(reply)

    async def _round(self, bot: Bot, *, tools: Mapping[str, Tool], reply: _Reply) -> AsyncGenerator[ChatEvent]:
        splitter = ClauseSplitter(bot.language)
        specs = tuple(tool.spec for tool in tools.values())
        question = Question(
            system=bot.persona,
            messages=reply.dialogue.messages(),
            tools=specs,
            tag="test chat",
            providers=bot.providers.brain,
            model=bot.providers.brain_model,
        )
        async with aclosing(self._brain.answer(question)) as events:
            async for event in events:
                for told in self._taken(event, splitter, reply=reply):
                    yield told
        for clause in splitter.flush():
            yield reply.says(clause)

    def _taken(self, event: BrainEvent, splitter: ClauseSplitter, *, reply: _Reply) -> list[ChatEvent]:
        """What is told of the model's event."""
        match event:
            case TextDelta(text=text):
                if reply.first_token is None:
                    reply.first_token = self._clock.steady()
                return [Token(text), *map(reply.says, splitter.feed(text))]
            case ToolCalled():
                reply.called.append(event)
            case ReplyEnded():
                reply.end = event
                reply.input_tokens += event.input_tokens
                reply.output_tokens += event.output_tokens
        return []

    def _ended(self, reply: _Reply) -> Ended:
        first = None if reply.first_token is None else round((reply.first_token - reply.began) * 1000, 1)
        return Ended(
            reason=reply.end.reason,
            first_token_ms=first,
            total_ms=round((self._clock.steady() - reply.began) * 1000, 1),
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
        )


def _use(called: Sequence[ToolCalled], tools: Mapping[str, Tool]) -> tuple[list[ToolUse], bool]:
    """What the tools answer, and whether the reply ends with one of them."""
    used, closes = [], False
    for call in called:
        tool = tools.get(call.name)
        outcome = None if tool is None or call.broken else tool.act(call.arguments)
        result = outcome.result if outcome else "Error: there is no such tool, or its arguments are not JSON."
        closes = closes or bool(outcome and outcome.closes)
        used.append(ToolUse(id=call.id, name=call.name, arguments=call.arguments, result=result))
    return used, closes
