"""An in-process brain that answers from a script."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable

from control_plane.ports.brain import BrainEvent, Question, ReplyEnded, TextDelta, ToolCalled
from control_plane.ports.errors import ProviderError

Step = BrainEvent | ProviderError | asyncio.Event | float
"""An event is yielded, an error raised; an `asyncio.Event` is waited for, and so are so many seconds (a slow model)."""


def says(*pieces: str) -> tuple[Step, ...]:
    """A reply of text alone."""
    return (*(TextDelta(piece) for piece in pieces), ReplyEnded(reason="end"))


def calls(*tools: ToolCalled, text: str = "") -> tuple[Step, ...]:
    """A reply that ends in tool calls."""
    spoken = (TextDelta(text),) if text else ()
    return (*spoken, *tools, ReplyEnded(reason="tools"))


class FakeBrain:
    """Gives one scripted reply a question, in order; a question too many is a fault of the test.

    `questions` holds what was asked, `cancelled` the questions whose reply was closed before its end.
    """

    def __init__(self, *replies: Iterable[Step]) -> None:
        self._replies = deque(tuple(reply) for reply in replies)
        self.questions: list[Question] = []
        self.cancelled: list[Question] = []
        self.warmed = 0
        self.closed = False

    def add(self, reply: Iterable[Step]) -> None:
        """One more reply at the end of the script."""
        self._replies.append(tuple(reply))

    async def answer(self, question: Question) -> AsyncGenerator[BrainEvent, None]:
        self.questions.append(question)
        if not self._replies:
            raise AssertionError("the brain was asked once more than the script says")
        whole = False
        try:
            for step in self._replies.popleft():
                # The model is never faster than the loop: whoever wants to interrupt gets the chance.
                await asyncio.sleep(0)
                match step:
                    case asyncio.Event():
                        await step.wait()
                    case float():
                        await asyncio.sleep(step)
                    case ProviderError():
                        whole = True
                        raise step
                    case _:
                        whole = isinstance(step, ReplyEnded)
                        yield step
        finally:
            if not whole:
                self.cancelled.append(question)

    async def warm(self) -> None:
        self.warmed += 1

    async def aclose(self) -> None:
        self.closed = True
