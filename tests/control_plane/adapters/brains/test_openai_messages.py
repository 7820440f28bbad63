"""The message rules of chat completions hold for every dialogue, however odd."""

from itertools import pairwise

from hypothesis import given

from control_plane.adapters.brains.anthropic_messages import CALL_CONNECTED, CALLER_SILENT
from control_plane.adapters.brains.openai_messages import to_messages
from control_plane.core.dialogue import Message, ToolUse
from tests.control_plane.adapters.brains.test_anthropic_messages import dialogues


@given(dialogues)
def test_the_user_begins_and_the_last_word_is_the_users_or_a_tools(dialogue: list[Message]) -> None:
    roles = [message["role"] for message in to_messages("", dialogue)]
    assert roles[0] == "user"
    assert roles[-1] in ("user", "tool")


@given(dialogues)
def test_no_neighbours_have_one_role_but_results(dialogue: list[Message]) -> None:
    for one, other in pairwise(to_messages("Eres Ana.", dialogue)):
        assert one["role"] != other["role"] or one["role"] == "tool"


@given(dialogues)
def test_no_text_is_blank(dialogue: list[Message]) -> None:
    for message in to_messages(" ", dialogue):
        text = message["content"]
        assert text.strip() if text is not None else message["tool_calls"]


@given(dialogues)
def test_every_call_is_answered_right_after_it_and_once(dialogue: list[Message]) -> None:
    messages = to_messages("", dialogue)
    seen: set[str] = set()
    for place, message in enumerate(messages):
        asked = [call["id"] for call in message.get("tool_calls", ())]
        answers = [each.get("tool_call_id") for each in messages[place + 1 : place + 1 + len(asked)]]
        assert answers == asked
        assert not seen & set(asked)
        seen.update(asked)
    assert seen == {message["tool_call_id"] for message in messages if message["role"] == "tool"}


@given(dialogues)
def test_nothing_the_caller_said_is_lost(dialogue: list[Message]) -> None:
    sent = "\n".join(message["content"] or "" for message in to_messages("", dialogue))
    assert all(message.text.strip() in sent for message in dialogue if message.role == "caller")


def test_a_whole_call_reads_as_expected() -> None:
    booked = ToolUse(id="t1", name="book", arguments={"day": "lunes"}, result="Booked.")
    silent = ToolUse(id="t2", name="note")
    dialogue = [
        Message(role="agent", text="¿Sí? "),
        Message(role="caller", text="Una cita."),
        Message(role="agent", text="Un momento.", tools=(booked, silent)),
        Message(role="agent", text="Listo."),
    ]
    assert to_messages("Eres Ana.", dialogue) == [
        {"role": "system", "content": "Eres Ana."},
        {"role": "user", "content": CALL_CONNECTED},
        {"role": "assistant", "content": "¿Sí?"},
        {"role": "user", "content": "Una cita."},
        {
            "role": "assistant",
            "content": "Un momento.",
            "tool_calls": [
                {"id": "t1", "type": "function", "function": {"name": "book", "arguments": '{"day":"lunes"}'}},
                {"id": "t2", "type": "function", "function": {"name": "note", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "t1", "content": "Booked."},
        {"role": "tool", "tool_call_id": "t2", "content": "(no result)"},
        {"role": "assistant", "content": "Listo."},
        {"role": "user", "content": CALLER_SILENT},
    ]


def test_a_dialogue_without_words_is_a_call_that_was_connected() -> None:
    assert to_messages("", []) == [{"role": "user", "content": CALL_CONNECTED}]


def test_an_answer_that_has_begun_is_asked_to_go_on_in_the_system_text() -> None:
    hello = (Message(role="caller", text="Hola."),)
    first, second = to_messages("Eres Ana.", hello, begun="Abrimos de ")
    assert first["role"] == "system"
    assert first["content"].startswith("Eres Ana.\n\n")
    assert '"Abrimos de"' in first["content"]
    assert second == {"role": "user", "content": "Hola."}
