"""The memory of a conversation."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.dialogue import CONNECTED, Dialogue, Message, ToolUse

BOOKED = ToolUse(id="t1", name="book", arguments={"day": "martes"}, result="booked")
CHECKED = ToolUse(id="t2", name="check", result="free")


def caller(text: str) -> Message:
    return Message(role="caller", text=text)


def agent(text: str, *tools: ToolUse) -> Message:
    return Message(role="agent", text=text, tools=tools)


@pytest.fixture
def dialogue() -> Dialogue:
    return Dialogue()


def test_a_greeting_that_comes_first_stays_in_memory(dialogue: Dialogue) -> None:
    dialogue.agent_wrote("Buenos días.")
    dialogue.agent_replied()
    dialogue.caller_said("Hola.")
    assert dialogue.messages() == (CONNECTED, agent("Buenos días."), caller("Hola."))


def test_an_empty_memory_can_be_shown_to_a_model(dialogue: Dialogue) -> None:
    assert dialogue.messages() == (CONNECTED,)


def test_a_caller_who_speaks_first_needs_no_stand_in(dialogue: Dialogue) -> None:
    dialogue.caller_said(" Hola. ")
    dialogue.agent_wrote("Buenos días.")
    dialogue.agent_wrote(" ¿Qué desea? ")
    dialogue.agent_replied()
    assert dialogue.messages() == (caller("Hola."), agent("Buenos días. ¿Qué desea?"))


def test_a_reply_that_is_cut_off_is_remembered_as_heard(dialogue: Dialogue) -> None:
    dialogue.caller_said("Hola.")
    dialogue.agent_wrote("Tenemos lugar el martes a las nueve.")
    dialogue.agent_began()
    dialogue.agent_cut_off("Tenemos lugar el ")
    dialogue.caller_said("No, el lunes.")
    assert dialogue.messages() == (caller("Hola."), agent("Tenemos lugar el"), caller("No, el lunes."))


def test_a_reply_of_which_nothing_was_heard_is_dropped(dialogue: Dialogue) -> None:
    dialogue.caller_said("Hola.")
    dialogue.agent_wrote("Buenos días.")
    dialogue.agent_began()
    dialogue.agent_cut_off(" ")
    dialogue.caller_said("Una cita.")
    assert dialogue.messages() == (caller("Hola. Una cita."),)


class TestSupersededReply:
    def test_a_turn_that_repeats_the_unanswered_one_only_adds_to_it(self, dialogue: Dialogue) -> None:
        dialogue.caller_said("Una cita")
        dialogue.agent_wrote("Claro")
        dialogue.caller_said("Una cita para mañana")
        dialogue.caller_said("Una cita para mañana temprano")
        assert dialogue.messages() == (caller("Una cita para mañana temprano"),)

    def test_its_tools_are_not_forgotten_and_the_turn_is_not_doubled(self, dialogue: Dialogue) -> None:
        dialogue.caller_said("Una cita")
        dialogue.agent_used([BOOKED])
        dialogue.caller_said("Una cita para mañana")
        assert dialogue.messages() == (caller("Una cita"), agent("", BOOKED), caller("para mañana"))

    def test_after_the_agent_began_the_same_words_are_another_turn(self, dialogue: Dialogue) -> None:
        dialogue.caller_said("sí")
        dialogue.agent_wrote("Bien")
        dialogue.agent_began()
        dialogue.agent_cut_off("")
        dialogue.caller_said("sí claro")
        assert dialogue.messages() == (caller("sí sí claro"),)

    def test_a_turn_that_only_looks_alike_is_kept_whole(self, dialogue: Dialogue) -> None:
        dialogue.caller_said("sí")
        dialogue.caller_said("siga")
        dialogue.agent_replied()
        dialogue.caller_said("siga")
        assert dialogue.messages() == (caller("sí siga siga"),)


class TestTools:
    def test_during_a_reply_the_model_sees_its_results(self, dialogue: Dialogue) -> None:
        dialogue.caller_said("El martes.")
        dialogue.agent_wrote("Un momento.")
        dialogue.agent_used([CHECKED])
        dialogue.agent_wrote("Sí hay")
        assert dialogue.messages() == (caller("El martes."), agent("Un momento.", CHECKED))

    def test_a_whole_reply_keeps_the_order_of_text_and_tools(self, dialogue: Dialogue) -> None:
        dialogue.caller_said("El martes.")
        dialogue.agent_wrote("Un momento.")
        dialogue.agent_used([CHECKED, BOOKED])
        dialogue.agent_wrote("Anotado.")
        dialogue.agent_replied()
        assert dialogue.messages()[1:] == (agent("Un momento.", CHECKED, BOOKED), agent("Anotado."))

    @pytest.mark.parametrize(
        ("heard", "reply"),
        [
            ("", [agent("", CHECKED), agent("", BOOKED)]),
            ("Un mo", [agent("Un mo", CHECKED), agent("", BOOKED)]),
            ("Un momento.", [agent("Un momento.", CHECKED), agent("", BOOKED)]),
            ("Un momento. Sí", [agent("Un momento.", CHECKED), agent("Sí", BOOKED)]),
            ("Un  momento. Sí hay. Queda", [agent("Un momento.", CHECKED), agent("Sí hay.", BOOKED), agent("Queda")]),
        ],
    )
    def test_results_survive_an_interruption(self, dialogue: Dialogue, heard: str, reply: list[Message]) -> None:
        dialogue.caller_said("El martes.")
        dialogue.agent_wrote("Un momento.")
        dialogue.agent_used([CHECKED])
        dialogue.agent_wrote("Sí hay.")
        dialogue.agent_used([BOOKED])
        dialogue.agent_wrote("Queda anotado.")
        dialogue.agent_cut_off(heard)
        assert dialogue.messages() == (caller("El martes."), *reply)

    def test_a_model_answer_without_tools_leaves_no_trace(self, dialogue: Dialogue) -> None:
        dialogue.agent_used([])
        dialogue.agent_replied()
        assert dialogue.messages() == (CONNECTED,)

    def test_texts_before_tools_join_those_of_the_sentence_before(self, dialogue: Dialogue) -> None:
        dialogue.agent_wrote("Un momento.")
        dialogue.agent_replied()
        dialogue.agent_wrote("Reviso.")
        dialogue.agent_used([CHECKED])
        assert dialogue.messages() == (CONNECTED, agent("Un momento. Reviso.", CHECKED))


class TestBounds:
    def test_the_oldest_go_a_quarter_at_a_time(self) -> None:
        dialogue, lengths = Dialogue(max_messages=8), []
        for turn in range(20):
            dialogue.caller_said(f"pregunta {turn}")
            dialogue.agent_wrote(f"respuesta {turn}")
            dialogue.agent_replied()
            lengths.append(len(dialogue.messages()))
            assert dialogue.messages()[0].role == "caller"
            assert dialogue.messages()[-1] == agent(f"respuesta {turn}")
        assert max(lengths) == 8
        assert min(lengths[4:]) == 6

    def test_a_dialogue_of_less_than_two_messages_is_refused(self) -> None:
        with pytest.raises(ValueError, match="both sides"):
            Dialogue(max_messages=1)


def test_a_restored_conversation_goes_on(dialogue: Dialogue) -> None:
    dialogue.caller_said("se pierde")
    dialogue.restore([agent("Buenos días."), caller("Una cita."), agent("Queda anotada.", BOOKED), agent(" ")])
    dialogue.caller_said("Gracias.")
    assert dialogue.messages() == (
        CONNECTED,
        agent("Buenos días."),
        caller("Una cita."),
        agent("", BOOKED),
        agent("Queda anotada."),
        caller("Gracias."),
    )


TEXTS = st.sampled_from(["", " ", "hola", " una cita ", "una cita para hoy"])
ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["caller_said", "agent_wrote", "agent_cut_off"]), TEXTS),
    st.tuples(st.sampled_from(["agent_began", "agent_replied"])),
    st.tuples(st.just("agent_used"), st.sampled_from([(), (BOOKED,), (BOOKED, CHECKED)])),
)


@given(st.lists(ACTIONS, max_size=60))
def test_the_rules_of_the_models_hold_at_every_moment(actions: list[tuple[str, object]]) -> None:
    dialogue, used = Dialogue(max_messages=10_000), 0
    for name, *arguments in actions:
        getattr(dialogue, name)(*arguments)
        used += len(arguments[0]) if name == "agent_used" else 0
        messages = dialogue.messages()
        assert messages[0].role == "caller"
        assert all(each.text == each.text.strip() and (each.text or each.tools) for each in messages)
        assert all(a.role != b.role or a.tools for a, b in pairwise(messages))
        assert sum(len(each.tools) for each in messages) == used
