"""The message rules hold for every dialogue, however odd."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.brains.anthropic_messages import CALL_CONNECTED, CALLER_SILENT, to_messages
from control_plane.core.dialogue import Message, ToolUse

texts = st.one_of(st.sampled_from(["", " ", "\n\t", "Hola. ", " sí", " "]), st.text(max_size=12))
tool_uses = st.builds(
    ToolUse,
    id=st.sampled_from(["t1", "t2", "t3", "t4"]),
    name=st.sampled_from(["book", "transfer"]),
    arguments=st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    result=texts,
)
dialogues = st.lists(
    st.one_of(
        st.builds(Message, role=st.just("caller"), text=texts),
        st.builds(Message, role=st.just("agent"), text=texts, tools=st.lists(tool_uses, max_size=3).map(tuple)),
    ),
    max_size=10,
)


def blocks(message: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [block for block in message["content"] if block["type"] == kind]


@given(dialogues)
def test_the_conversation_is_the_users_at_both_ends_and_alternates(dialogue: list[Message]) -> None:
    roles = [message["role"] for message in to_messages(dialogue)]
    assert roles[0] == roles[-1] == "user"
    assert all(one != other for one, other in pairwise(roles))


@given(dialogues)
def test_no_message_is_empty_and_no_text_is_blank(dialogue: list[Message]) -> None:
    for message in to_messages(dialogue):
        assert message["content"]
        assert all(block["text"].strip() for block in blocks(message, "text"))


@given(dialogues)
def test_agent_text_does_not_end_in_white_space(dialogue: list[Message]) -> None:
    for message in to_messages(dialogue):
        if message["role"] == "assistant":
            assert all(block["text"] == block["text"].rstrip() for block in blocks(message, "text"))


@given(dialogues)
def test_every_tool_use_is_answered_once_and_first_in_the_next_message(dialogue: list[Message]) -> None:
    messages = to_messages(dialogue)
    for message, following in pairwise(messages):
        if message["role"] == "user":
            continue
        asked = [block["id"] for block in blocks(message, "tool_use")]
        answers = following["content"][: len(asked)]
        assert [block.get("tool_use_id") for block in answers] == asked
        assert len(blocks(following, "tool_result")) == len(asked)
    assert not blocks(messages[0], "tool_result")


@given(dialogues)
def test_a_tool_id_is_used_once_in_a_conversation(dialogue: list[Message]) -> None:
    ids = [block["id"] for message in to_messages(dialogue) for block in blocks(message, "tool_use")]
    assert len(ids) == len(set(ids))


@given(dialogues)
def test_nothing_that_was_said_is_lost(dialogue: list[Message]) -> None:
    sent = [block["text"] for message in to_messages(dialogue) for block in blocks(message, "text")]
    said = [message.text.strip() for message in dialogue if message.text.strip()]
    assert [text for text in sent if text not in (CALL_CONNECTED, CALLER_SILENT)] == said


def test_a_whole_call_reads_as_expected() -> None:
    booking = ToolUse(id="t1", name="book", arguments={"day": "lunes"}, result="Booked.")
    assert to_messages(
        [
            Message(role="agent", text="Buenos días. "),
            Message(role="caller", text="Una cita el lunes."),
            Message(role="agent", text="Un momento.", tools=(booking,)),
            Message(role="agent", text="Listo, el lunes."),
            Message(role="caller", text="Gracias."),
        ]
    ) == [
        {"role": "user", "content": [{"type": "text", "text": CALL_CONNECTED}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Buenos días."}]},
        {"role": "user", "content": [{"type": "text", "text": "Una cita el lunes."}]},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Un momento."},
                {"type": "tool_use", "id": "t1", "name": "book", "input": {"day": "lunes"}},
            ],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "Booked."}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Listo, el lunes."}]},
        {"role": "user", "content": [{"type": "text", "text": "Gracias."}]},
    ]


def test_what_the_caller_says_follows_the_results_in_the_same_message() -> None:
    looked_up = ToolUse(id="t1", name="look_up", result="")
    messages = to_messages(
        [
            Message(role="caller", text="¿Cuándo?"),
            Message(role="agent", text="", tools=(looked_up,)),
            Message(role="caller", text="¿Hola?"),
        ]
    )
    assert messages[-1]["content"] == [
        {"type": "tool_result", "tool_use_id": "t1"},
        {"type": "text", "text": "¿Hola?"},
    ]


def test_an_agent_who_must_speak_again_is_told_of_the_silence() -> None:
    messages = to_messages([Message(role="caller", text="Hola."), Message(role="agent", text="¿Sí?")])
    assert messages[-1] == {"role": "user", "content": [{"type": "text", "text": CALLER_SILENT}]}


def test_a_dialogue_without_words_is_a_call_that_was_connected() -> None:
    assert to_messages([]) == [{"role": "user", "content": [{"type": "text", "text": CALL_CONNECTED}]}]
