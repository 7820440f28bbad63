"""What the simulated model says."""

from typing import Any

import pytest

from simulator.ai.persona import Persona, Reply, arguments_for, choose, personas

TOOLS: dict[str, dict[str, Any]] = {"end_call": {}, "transfer_call": {}, "book_appointment": {}}


def persona(name: str) -> Persona:
    return next(one for one in personas() if one.name == name)


def answer(*texts: str, name: str = "clinic_es") -> Reply:
    return persona(name).answer(texts, replies=len(texts) - 1, tools=TOOLS)


def test_an_appointment_in_spanish_from_the_greeting_to_the_goodbye() -> None:
    said = ["Hola, quisiera una cita."]
    assert "¿Me dice cómo se llama su mascota" in answer(*said).text
    said.append("Se llama Toby, y desde ayer tiene tos.")
    offers = answer(*said).text
    assert len(offers) > 250
    assert "revisar a Toby" in offers
    said.append("Mejor el jueves por la tarde.")
    assert "a las cuatro" in answer(*said).text
    said.append("A las cuatro.")
    confirmed = answer(*said)
    assert "queda confirmado" in confirmed.text
    assert "Toby" in confirmed.text
    assert confirmed.tool is not None
    said.append("No, nada más, muchas gracias.")
    assert answer(*said).tool is not None
    assert answer(*said).tool.name == "end_call"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("¿A qué hora abren?", "ocho de la mañana"),
        ("¿CUÁNTO CUESTA la consulta?", "cuatrocientos pesos"),
        ("Hola, buenas tardes", "habla María"),
        ("El martes, si se puede", "jueves por la tarde"),
        ("Mi gato no respira", "de inmediato"),
        ("A las cuatro, gracias", "confirmado"),
        ("Hola, ¿qué servicios ofrecen?", "limpieza dental"),
        ("blablablá", "agendar una cita"),
    ],
)
def test_single_questions_in_spanish(text: str, expected: str) -> None:
    assert expected in answer(text).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I would like to book an appointment", "pet's name"),
        ("My dog is called Rex and he is coughing", "look at Rex"),
        ("Thursday afternoon please", "half past three"),
        ("At four", "confirmed"),
        ("What are your opening hours?", "Monday to Saturday"),
        ("How much is it?", "forty dollars"),
        ("Case XJ-9", "case XJ-9."),
    ],
)
def test_single_questions_in_english(text: str, expected: str) -> None:
    assert expected in answer(text, name="clinic_en").text


def test_the_code_of_a_bench_case_is_echoed_as_it_was_said() -> None:
    assert answer("Hola, caso Bravo7, ¿qué horario tienen?").text.startswith("Entendido, caso Bravo7. Abrimos")


def test_a_bench_case_can_say_goodbye() -> None:
    reply = answer("Caso Bravo7, nada más. Gracias, adiós.")
    assert "caso Bravo7" in reply.text
    assert reply.tool is not None


def test_variants_are_taken_in_turn() -> None:
    first, second = (
        persona("clinic_es").answer(["eh"], replies=0, tools={}).text,
        persona("clinic_es").answer(["eh"], replies=1, tools={}).text,
    )
    assert first != second


def test_a_thank_you_ends_the_call_only_after_a_conversation() -> None:
    assert persona("clinic_es").answer(["Gracias"], replies=0, tools=TOOLS).tool is None
    assert persona("clinic_es").answer(["Gracias"], replies=3, tools=TOOLS).tool is not None


def test_a_tool_that_is_not_offered_is_not_used() -> None:
    assert persona("clinic_es").answer(["Adiós"], replies=3, tools={}).tool is None


def test_the_language_is_the_users_else_the_prompts() -> None:
    assert choose(personas(), system="You are a clinic.", texts=["Hola, quiero una cita"]).language == "es"
    assert (
        choose(personas(), system="Eres María, de la clínica.", texts=["hello, what are your hours"]).language == "en"
    )
    assert choose(personas(), system="You are Mary at the clinic, answer with care.", texts=["ok"]).language == "en"
    assert choose(personas(), system="", texts=["…"]).language == "es"


def test_arguments_satisfy_a_schema() -> None:
    schema = {
        "properties": {"reason": {"type": "string"}, "times": {"type": "integer"}, "to": {"enum": ["a", "b"]}},
        "required": ["times", "to"],
    }
    assert arguments_for(schema, {"reason": "x", "unknown": 1}) == {"reason": "x", "times": 0, "to": "a"}


def test_every_reply_begins_with_a_short_clause() -> None:
    for one in personas():
        for rule in one.rules:
            for text in rule.say:
                cut = min((text.find(mark) for mark in ",.?!;" if mark in text), default=len(text))
                assert cut <= 45, text
