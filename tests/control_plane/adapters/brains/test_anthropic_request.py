"""What is asked of Claude besides the dialogue."""

from typing import Any

import pytest

from control_plane.adapters.brains.anthropic_request import least_thinking, to_request
from control_plane.core.dialogue import Message
from control_plane.ports.brain import Question, ToolSpec

BOOK = ToolSpec(name="book", description="Books.", parameters={"type": "object"})
END = ToolSpec(name="end", description="Ends.", parameters={"type": "object"})
CACHED = {"type": "ephemeral"}


def question(**changes: Any) -> Question:
    return Question(**{"system": "Eres Ana.", "messages": (Message(role="caller", text="Hola."),)} | changes)


def test_the_system_text_and_the_last_tool_are_cached() -> None:
    request = to_request(question(tools=(BOOK, END)), "claude-haiku-5-5")
    assert request["system"] == [{"type": "text", "text": "Eres Ana.", "cache_control": CACHED}]
    assert [tool.get("cache_control") for tool in request["tools"]] == [None, CACHED]
    assert request["tools"][0] == {"name": "book", "description": "Books.", "input_schema": {"type": "object"}}


def test_what_is_not_there_is_not_sent() -> None:
    request = to_request(question(system="  "), "claude-haiku-5-5")
    assert not {"system", "tools", "metadata"} & request.keys()


def test_the_call_is_named_by_its_opaque_tag() -> None:
    assert to_request(question(tag="c-1"), "m")["metadata"] == {"user_id": "c-1"}


def test_the_question_chooses_model_and_length() -> None:
    request = to_request(question(model="claude-sonnet-5-5", max_tokens=99), "claude-haiku-5-5")
    assert (request["model"], request["max_tokens"], request["stream"]) == ("claude-sonnet-5-5", 99, True)
    assert to_request(question(), "claude-haiku-5-5")["model"] == "claude-haiku-5-5"


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("claude-haiku-5-5", {"thinking": {"type": "disabled"}}),
        ("claude-haiku-4-5-20251001", {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5", {"thinking": {"type": "disabled"}}),
        ("claude-sonnet-5-5", {"thinking": {"type": "between_tools"}}),
        ("claude-opus-5", {"thinking": {"type": "disabled"}}),
        ("claude-opus-5-5", {"output_config": {"effort": "low"}}),
        ("claude-fable-5-2", {"output_config": {"effort": "low"}}),
        ("somebody-elses", {}),
    ],
)
def test_each_model_is_kept_from_thinking_as_far_as_it_allows(model: str, fields: dict[str, Any]) -> None:
    assert least_thinking(model) == fields
    assert to_request(question(model=model), "m").items() >= fields.items()


def test_sampling_settings_which_are_refused_are_never_sent() -> None:
    assert not {"temperature", "top_p", "top_k"} & to_request(question(), "claude-haiku-5-5").keys()


def test_an_answer_that_has_begun_is_asked_to_go_on_behind_what_is_cached() -> None:
    plain, begun = (to_request(question(begun=text), "claude-haiku-5-5") for text in ("", "Abrimos de "))
    assert begun["messages"] == plain["messages"]
    assert begun["system"][:1] == plain["system"]
    assert '"Abrimos de"' in begun["system"][1]["text"]
    assert "cache_control" not in begun["system"][1]


def test_a_model_that_takes_a_beginning_gets_it_as_its_own_words() -> None:
    request = to_request(question(begun="Abrimos de "), "claude-haiku-4-5")
    assert request["messages"][-1] == {"role": "assistant", "content": [{"type": "text", "text": "Abrimos de"}]}
    assert len(request["system"]) == 1
