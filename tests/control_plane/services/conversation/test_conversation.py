"""Turn by turn: what a caller says becomes a question, the answer becomes speech, and both are kept."""

import asyncio

from control_plane.core.call.events import HangupRequested, TransferRequested
from control_plane.core.turn.events import DigitPressed, FinalHeard, InterimHeard
from control_plane.ports.brain import ToolCalled
from control_plane.services.conversation.conversation import NOBODY_SPOKE
from control_plane.testing.brains import calls, says
from tests.conversations import BOT, talking
from tests.virtual_time import eventually

VIRTUAL_TIME = True

HOURS = ("Claro que sí, ", "abrimos a las nueve. ", "¿Le sirve?")
WHOLE = "Claro que sí, abrimos a las nueve. ¿Le sirve?"


async def test_a_turn_of_the_caller_is_answered_clause_by_clause() -> None:
    async with talking(says(*HOURS)) as it:
        it.hears("¿A qué hora abren?")
        caller, agent = await it.until_turns(2)
        assert it.question() == [("caller", "¿A qué hora abren?")]
        assert [said.strip() for said in it.utterance.said] == ["Claro que sí,", "abrimos a las nueve.", "¿Le sirve?"]
        assert (caller.speaker, caller.text) == ("caller", "¿A qué hora abren?")
        assert (agent.speaker, agent.text, agent.heard, agent.interrupted) == ("agent", WHOLE, WHOLE, False)
        assert it.metric("turns_total") == 1


async def test_the_first_clause_is_audible_while_the_model_still_writes() -> None:
    written = asyncio.Event()
    first, *rest = says(*HOURS)
    async with talking((first, written, *rest)) as it:
        it.hears("¿A qué hora abren?")
        await it.until_audible()
        assert len(it.utterance.said) == 1
        written.set()
        await it.until_turns(2)
        assert len(it.utterance.said) == 3


async def test_the_next_question_holds_what_was_said_before() -> None:
    async with talking(says("A las nueve."), says("De nada.")) as it:
        it.hears("¿A qué hora abren?")
        await it.until_turns(2)
        it.hears("Muchas gracias.")
        await it.until_turns(4)
        assert it.question() == [
            ("caller", "¿A qué hora abren?"),
            ("agent", "A las nueve."),
            ("caller", "Muchas gracias."),
        ]


async def test_a_turn_goes_on_with_its_stages_measured() -> None:
    async with talking(says("A las nueve.")) as it:
        it.hears("¿A qué hora abren?")
        _, agent = await it.until_turns(2)
        assert {
            "stt",
            "endpoint",
            "dispatch",
            "brain",
            "clause",
            "handover",
            "voice",
            "playout",
            "total",
            "gateway",
        } == set(agent.timing)
        assert agent.timing["total"] < 100
        assert it.metric("turn_total_seconds_count") == 1


async def test_keys_after_an_old_murmur_are_not_timed_from_that_murmur() -> None:
    async with talking(says("A las nueve en punto, de lunes a viernes."), says("Gracias.")) as it:
        it.hears("¿A qué hora abren?")
        await it.until_audible()
        it.hears("ajá")
        await it.until_turns(2)
        await asyncio.sleep(3)
        it.conversation.perceive(DigitPressed(digit="#"))
        *_, agent = await it.until_turns(4)
        assert agent.timing["total"] < 1000


async def test_a_caller_who_goes_on_before_the_answer_gets_one_answer_to_all_of_it() -> None:
    thinking = asyncio.Event()
    async with talking((thinking, *says("Nunca.")), says("Con gusto, la anoto.")) as it:
        it.hears("Quiero una cita")
        await eventually(lambda: it.brain.questions)
        it.hears("para mi perro.")
        caller, agent = await it.until_turns(2)
        assert it.brain.cancelled == it.brain.questions[:1]
        assert it.question() == [("caller", "Quiero una cita para mi perro.")]
        assert caller.text == "Quiero una cita para mi perro."
        assert agent.text == "Con gusto, la anoto."


async def test_two_turns_in_the_same_instant_do_not_make_the_bot_repeat_itself() -> None:
    async with talking(says("A las nueve."), says("De nada.")) as it:
        it.hears("¿A qué hora abren?")
        await it.until_turns(2)
        it.hears("Muchas")
        it.conversation.perceive(FinalHeard(text="gracias.", ends_speech=True))
        *_, caller, agent = await it.until_turns(4)
        assert it.question() == [
            ("caller", "¿A qué hora abren?"),
            ("agent", "A las nueve."),
            ("caller", "Muchas gracias."),
        ]
        assert (caller.text, agent.text) == ("Muchas gracias.", "De nada.")
        assert len(it.turns.kept) == 4


async def test_what_is_understood_so_far_is_told_on_the_bus() -> None:
    async with talking(says("Hola.")) as it:
        it.conversation.perceive(InterimHeard(text="Buenas"))
        it.hears("Buenas tardes.")
        await it.until_turns(2)
        words = []
        while len(words) < 3:
            message = await anext(it.heard_on_bus)
            if message.topic == "call.words":
                words.append((message.body["speaker"], message.body["pii_text"]))
        assert words == [("caller", "Buenas"), ("caller", "Buenas tardes."), ("agent", "Hola.")]


async def test_a_silent_caller_is_asked_again_in_order_then_told_goodbye_and_hung_up() -> None:
    async with talking() as it:
        it.conversation.say("Buenos días.")
        greeting, first, second, goodbye = await it.until_turns(4, within_s=60)
        assert greeting.text == "Buenos días."
        assert [first.text, second.text] == list(BOT.phrases.reprompts)
        assert goodbye.text == BOT.phrases.given_up
        await eventually(lambda: it.posted)
        assert it.posted == [NOBODY_SPOKE]
        assert it.metric("reprompts_total") == 3
        assert 8 <= first.started_at - (greeting.ended_at or 0) < 8.1


async def test_a_caller_who_speaks_up_is_asked_from_the_beginning_again() -> None:
    async with talking(says("Dígame.")) as it:
        it.conversation.say("Buenos días.")
        await it.until_turns(2)
        it.hears("Perdón, aquí estoy.")
        *_, again = await it.until_turns(5)
        assert again.text == BOT.phrases.reprompts[0]


async def test_the_call_is_hung_up_only_after_the_goodbye_was_played() -> None:
    goodbye = calls(ToolCalled(id="t1", name="end_call"), text="Gracias por llamar, hasta luego.")
    async with talking(goodbye) as it:
        it.hears("Nada más, adiós.")
        await it.until_audible()
        began = asyncio.get_running_loop().time()
        assert it.posted == []
        await eventually(lambda: it.posted)
        assert it.posted == [HangupRequested(reason="the bot said goodbye")]
        assert asyncio.get_running_loop().time() - began > 0.06 * len("Gracias por llamar, hasta luego.") - 0.4
        _, agent = await it.until_turns(2)
        assert agent.tools == [{"name": "end_call", "arguments": {}}]


async def test_a_goodbye_without_words_hangs_up_even_when_the_carrier_keeps_the_mark() -> None:
    async with talking(calls(ToolCalled(id="t1", name="end_call"))) as it:
        it.phone.marks_return = False
        it.hears("Nada más, adiós.")
        await eventually(lambda: it.posted)
        assert it.posted == [HangupRequested(reason="the bot said goodbye")]


async def test_an_interrupted_goodbye_does_not_hang_up() -> None:
    goodbye = calls(ToolCalled(id="t1", name="end_call"), text="Gracias por llamar, hasta luego.")
    async with talking(goodbye, says("Claro.")) as it:
        it.hears("Nada más, adiós.")
        await it.until_audible()
        await asyncio.sleep(0.5)
        it.hears("Espere, una pregunta.")
        await it.until_turns(4)
        assert it.posted == []


async def test_a_transfer_is_announced_before_it_happens() -> None:
    announced = calls(ToolCalled(id="t1", name="transfer_call"), text="Le paso la llamada.")
    async with talking(announced) as it:
        it.hears("Quiero hablar con alguien.")
        await it.until_audible()
        assert it.posted == []
        await eventually(lambda: it.posted)
        assert it.posted == [TransferRequested(to="+573005550199")]


async def test_a_text_that_is_said_replaces_what_the_bot_was_saying() -> None:
    async with talking() as it:
        it.conversation.say("Uno dos tres cuatro cinco seis siete ocho nueve diez.")
        await it.until_audible()
        await asyncio.sleep(0.85)
        it.conversation.say("Atención.")
        cut, said = await it.until_turns(2)
        assert cut.interrupted
        assert cut.heard == "Uno dos tres"
        assert (said.text, said.interrupted) == ("Atención.", False)


async def test_a_second_text_in_the_same_instant_replaces_the_first() -> None:
    async with talking() as it:
        it.conversation.say("Buenos días.")
        await it.until_turns(1)
        it.conversation.say("Esto no.")
        it.conversation.say("Esto sí.")
        greeting, said = await it.until_turns(2)
        assert (greeting.text, said.text) == ("Buenos días.", "Esto sí.")
        assert [message.text for message in it.dialogue.messages()[1:]] == ["Buenos días. Esto sí."]


async def test_closing_in_the_middle_of_a_reply_keeps_what_was_heard() -> None:
    async with talking(says("Uno dos tres cuatro cinco seis siete ocho nueve diez.")) as it:
        it.hears("Cuente.")
        await it.until_audible()
        await asyncio.sleep(0.85)
        it.conversation.close()
        _, agent = await it.until_turns(2)
        assert agent.heard == "Uno dos tres"
        assert it.utterance.cancelled
        assert it.phone.messages[-1] == "clear"


async def test_after_it_is_closed_nothing_is_perceived_any_more() -> None:
    async with talking() as it:
        it.conversation.say("Buenos días.")
        await it.until_turns(1)
        it.conversation.close()
        it.hears("¿Hola?")
        await asyncio.sleep(60)
        assert it.brain.questions == []
        assert len(it.turns.kept) == 1
