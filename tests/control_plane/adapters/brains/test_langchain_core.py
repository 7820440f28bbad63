"""The adapter with chat models of the real `langchain_core`."""

from typing import Any

from control_plane.adapters.brains.langchain import LangChainBrain
from control_plane.core.dialogue import Message, ToolUse
from control_plane.ports.brain import Question, ReplyEnded, TextDelta, ToolCalled

BOOKED = ToolUse(id="t1", name="book", arguments={"day": "lunes"}, result="Booked.")
QUESTION = Question(
    system="Eres Ana.",
    messages=(
        Message(role="caller", text="Una cita."),
        Message(role="agent", text="Un momento.", tools=(BOOKED,)),
    ),
)


def fake(*messages: Any) -> Any:
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel

    return GenericFakeChatModel(messages=iter(messages))


async def test_a_streaming_model_answers_a_conversation_with_tools() -> None:
    brain = LangChainBrain(model=lambda: fake("Buenos días, Juana."))
    events = [event async for event in brain.answer(QUESTION)]
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "Buenos días, Juana."
    assert len(events) > 2
    assert isinstance(events[-1], ReplyEnded)


async def test_a_list_of_answers_is_a_model_too() -> None:
    from langchain_core.language_models.fake_chat_models import FakeListChatModel

    brain = LangChainBrain(model=lambda: FakeListChatModel(responses=["Hola."]))
    events = [event async for event in brain.answer(QUESTION)]
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "Hola."


async def test_pieces_of_calls_have_the_shape_that_is_read() -> None:
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk
    from langchain_core.outputs import ChatGenerationChunk

    class Calling(BaseChatModel):
        @property
        def _llm_type(self) -> str:
            return "calling"

        def _generate(self, *_: Any, **__: Any) -> Any:
            raise NotImplementedError

        async def _astream(self, *_: Any, **__: Any) -> Any:
            pieces = [
                {"index": 0, "id": "t1", "name": "book", "args": '{"day":'},
                {"index": 0, "id": None, "name": None, "args": '"lunes"}'},
            ]
            for piece in pieces:
                chunk = AIMessageChunk(content="", tool_call_chunks=[{**piece, "type": "tool_call_chunk"}])
                yield ChatGenerationChunk(message=chunk)
            usage = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
            yield ChatGenerationChunk(
                message=AIMessageChunk(
                    content="", usage_metadata=usage, response_metadata={"finish_reason": "tool_calls"}
                )
            )

    events = [event async for event in LangChainBrain(model=Calling).answer(QUESTION)]
    assert events == [
        ToolCalled(id="t1", name="book", arguments={"day": "lunes"}),
        ReplyEnded(reason="tools", input_tokens=3, output_tokens=4),
    ]
