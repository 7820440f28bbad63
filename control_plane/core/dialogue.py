"""The memory of a conversation: who said what, cut to what was really heard.

The message rules of the language models hold at every moment: a tool use is answered by exactly one result in the next
message, no text block is empty, no agent text ends in white space.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUse:
    """A tool the agent asked for, and its outcome as text."""

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    result: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of one side. An agent message may use tools; their results belong to the same value."""

    role: Literal["caller", "agent"]
    text: str
    tools: tuple[ToolUse, ...] = ()


CONNECTED: Final = Message(role="caller", text="(llamada conectada)")
"""Stands for the caller when the agent speaks first: a model's messages begin with the other side."""

_KEPT: Final = 0.75


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A memory at one moment; only `Dialogue` reads it."""

    kept: tuple[Message, ...]
    steps: tuple[Message, ...]
    written: tuple[str, ...]
    unanswered: str


class Dialogue:
    """What both sides know of each other. A reply enters the memory as far as it was heard, its tools in any case.

    A reply goes: `agent_wrote` for every clause, `agent_began` with its first audio, `agent_used` when tools have
    answered, and at its end `agent_replied` or `agent_cut_off`. A fixed sentence (greeting, reprompt) is a reply too.
    """

    def __init__(self, *, max_messages: int = 80) -> None:
        if max_messages < 2:
            raise ValueError("a dialogue needs room for both sides")
        self._max_messages = max_messages
        self._kept: list[Message] = []
        self._steps: list[Message] = []
        self._written: list[str] = []
        self._unanswered = ""

    def caller_said(self, text: str) -> None:
        """The caller's turn is committed.

        A turn that repeats the one before, because its reply had not begun (see `TurnMachine`), adds only what
        continues it. A reply in progress that nobody settled was superseded: nothing of it was heard.
        """
        self.agent_cut_off("")
        text = text.strip()
        repeats = text == self._unanswered or text.startswith(f"{self._unanswered} ")
        addition = text.removeprefix(self._unanswered) if repeats else text
        self._unanswered = text
        self._keep(Message(role="caller", text=addition))

    def agent_wrote(self, clause: str) -> None:
        """The reply goes on with this text; clauses are joined by spaces."""
        if clause := clause.strip():
            self._written.append(clause)

    def agent_began(self) -> None:
        """The caller hears the first audio: what the caller says from now on does not repeat the turn before."""
        self._unanswered = ""

    def agent_used(self, tools: Sequence[ToolUse]) -> None:
        """The tools of one model answer that have a result, after the text written so far. They stay, come what may."""
        if tools:
            self._steps.append(Message(role="agent", text=" ".join(self._written), tools=tuple(tools)))
            self._written = []

    def agent_replied(self) -> None:
        """The reply was heard to its end."""
        self._settle([*self._steps, self._tail()])
        self._unanswered = ""

    def agent_cut_off(self, heard: str) -> None:
        """The reply was broken off after `heard`; what else was written is forgotten."""
        self._settle(_as_heard(self._steps, heard))
        if heard.strip():
            self._unanswered = ""

    def messages(self) -> tuple[Message, ...]:
        """The memory for a language model, with the tool uses of the reply in progress but not its unfinished text.

        Begins with a caller message. Neighbours of one side are one message, except after tools: there the results
        stand between them.
        """
        joined = _joined([*self._kept, *self._steps])
        if not joined or joined[0].role != "caller":
            joined.insert(0, CONNECTED)
        return tuple(joined)

    def snapshot(self) -> Snapshot:
        """The memory as it is now, for `rollback`."""
        return Snapshot(tuple(self._kept), tuple(self._steps), tuple(self._written), self._unanswered)

    def rollback(self, snapshot: Snapshot) -> None:
        """What happened since was only tried: forget it."""
        self._kept, self._steps = list(snapshot.kept), list(snapshot.steps)
        self._written, self._unanswered = list(snapshot.written), snapshot.unanswered

    def restore(self, turns: Iterable[Message]) -> None:
        """Take over a conversation from stored turns, each with the text that was heard.

        The tools of an agent's turn are put before its text: what was heard last is what they made possible.
        """
        self._kept, self._steps, self._written, self._unanswered = [], [], [], ""
        for turn in turns:
            if turn.tools:
                self._keep(Message(role=turn.role, text="", tools=turn.tools))
            self._keep(Message(role=turn.role, text=turn.text))

    def _tail(self) -> Message:
        return Message(role="agent", text=" ".join(self._written))

    def _settle(self, reply: Iterable[Message]) -> None:
        for message in reply:
            self._keep(message)
        self._steps, self._written = [], []

    def _keep(self, message: Message) -> None:
        self._kept = _joined([*self._kept, message])
        if len(self._kept) <= self._max_messages:
            return
        # A whole quarter goes at once: the messages a model has cached stay the same for many turns.
        kept = self._kept[-int(self._max_messages * _KEPT) :]
        first = next((index for index, each in enumerate(kept) if each.role == "caller"), 0)
        self._kept = kept[first:]


def _joined(messages: Iterable[Message]) -> list[Message]:
    """Without empty messages, texts stripped, neighbours of one side made one."""
    out: list[Message] = []
    for message in messages:
        text = message.text.strip()
        if not text and not message.tools:
            continue
        if out and out[-1].role == message.role and not out[-1].tools:
            text = f"{out.pop().text} {text}".strip()
        out.append(Message(role=message.role, text=text, tools=message.tools))
    return out


def _as_heard(steps: Sequence[Message], heard: str) -> list[Message]:
    """Divide what was heard among the steps of a reply, by the number of characters that are not white space."""
    out, rest = [], heard.strip()
    for step in steps:
        size = _weight(step.text)
        whole = _weight(rest) >= size
        out.append(Message(role="agent", text=step.text if whole else rest, tools=step.tools))
        rest = _after(rest, size) if whole else ""
    return [*out, Message(role="agent", text=rest)]


def _weight(text: str) -> int:
    return sum(not char.isspace() for char in text)


def _after(text: str, weight: int) -> str:
    """What is left of `text` after so many characters that are not white space."""
    for index, char in enumerate(text):
        if weight == 0:
            return text[index:].lstrip()
        weight -= not char.isspace()
    return ""
