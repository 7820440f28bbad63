"""Who cost what in a turn."""

import pytest

from simulator.stages import StageLedger, percentiles


def turn(ledger: StageLedger, call: str, code: str, start: float) -> None:
    """One second: 10 ms ear, 250 stt, 5 to brain, 350 brain, 15 to voice, 180 voice, 178 to ear, 12 carrier."""
    said = f"Hola, caso {code}."
    ledger.caller_spoke(call, said, ended_at=start)
    ledger.stt_final_sent(said, start + 0.260, heard_at=start + 0.010, call=call)
    question = ledger.brain_asked(f"hola caso {code}", start + 0.265)
    ledger.brain_token(question, "Entendido, ", at=start + 0.600)
    ledger.brain_token(question, f"caso {code}.", at=start + 0.615)
    utterance = ledger.voice_asked(f"Entendido, caso {code}. ", start + 0.630)
    ledger.brain_token(question, " Abrimos a las ocho.", at=start + 0.650)
    ledger.voice_given(utterance, "Abrimos a las ocho.")
    ledger.voice_audio_sent(utterance, start + 0.810)
    ledger.voice_audio_sent(utterance, start + 0.900)
    ledger.bot_audible(call, start + 1.0, arrived_at=start + 0.988)


def test_the_stages_of_a_turn_add_up_to_its_latency() -> None:
    ledger = StageLedger()
    turn(ledger, "a", "uno", 10.0)
    (found,) = ledger.turns()
    assert found["said"] == "Hola, caso uno."
    assert found["stages"] == pytest.approx(
        {
            "ear_ms": 10,
            "stt_ms": 250,
            "to_brain_ms": 5,
            "brain_ms": 350,
            "to_voice_ms": 15,
            "voice_ms": 180,
            "to_ear_ms": 178,
            "carrier_ms": 12,
        }
    )
    assert found["latency_ms"] == pytest.approx(1000)
    assert found["providers_ms"] == pytest.approx(780)
    assert found["gateway_share_ms"] == pytest.approx(208)


def test_calls_at_the_same_time_are_told_apart_by_their_words() -> None:
    ledger = StageLedger()
    codes = ["uno", "dos", "tres", "cuatro"]
    for index, code in enumerate(codes):
        ledger.caller_spoke(f"call-{code}", f"Caso {code}.", ended_at=5.0 + index / 100)
    for index, code in enumerate(reversed(codes)):
        question = ledger.brain_asked(f"caso {code}", 5.5 + index / 100)
        ledger.brain_token(question, f"Entendido, caso {code}.", at=5.8 + index / 100)
    for code in codes:
        asked = ledger.voice_asked("Entendido,", 5.9)
        ledger.voice_given(asked, f"caso {code}.")
        ledger.voice_audio_sent(asked, 6.0)
        ledger.bot_audible(f"call-{code}", 6.1)
    for index, code in enumerate(codes):
        (found,) = ledger.for_call(f"call-{code}")
        assert found["stages"]["brain_ms"] == pytest.approx(300)
        assert found["latency_ms"] == pytest.approx(1100 - index * 10)


def test_equal_words_in_two_calls_share_nothing() -> None:
    ledger = StageLedger()
    for call, start in (("a", 1.0), ("b", 1.2)):
        turn(ledger, call, "uno", start)
    assert [found["latency_ms"] for found in ledger.turns()] == pytest.approx([1000, 1000])


def test_a_stage_that_was_not_seen_is_unknown() -> None:
    ledger = StageLedger()
    ledger.caller_spoke("a", "Hola", ended_at=1.0)
    ledger.stt_final_sent("Hola", 1.3, heard_at=1.02, call="a")
    ledger.bot_audible("a", 2.0)
    (found,) = ledger.turns()
    assert found["latency_ms"] == pytest.approx(1000)
    assert found["gateway_share_ms"] is None
    assert found["stages"]["stt_ms"] == pytest.approx(280)
    assert found["stages"]["to_ear_ms"] is None


def test_a_question_asked_ahead_of_the_final_costs_the_gateway_nothing() -> None:
    ledger = StageLedger()
    ledger.caller_spoke("a", "Caso uno", ended_at=1.0)
    early = ledger.brain_asked("Caso uno", 1.1)
    ledger.brain_token(early, "Bien.", at=1.2)
    ledger.stt_final_sent("Caso uno", 1.3, heard_at=1.0, call="a")
    asked = ledger.voice_asked("Bien.", 1.31)
    ledger.voice_audio_sent(asked, 1.5)
    ledger.bot_audible("a", 1.6)
    stages = ledger.turns()[0]["stages"]
    assert (stages["to_brain_ms"], stages["brain_ms"]) == (0, 0)
    assert stages["to_voice_ms"] == pytest.approx(10)
    assert sum(stages.values()) == pytest.approx(600)


def test_a_cancelled_speculation_is_passed_over() -> None:
    ledger = StageLedger()
    ledger.caller_spoke("a", "Caso uno", ended_at=1.0)
    first = ledger.brain_asked("Caso uno", 1.1)
    ledger.brain_token(first, "Bi", at=1.2)
    ledger.brain_cancelled(first, 1.25)
    second = ledger.brain_asked("Caso uno", 1.3)
    ledger.brain_token(second, "Bien.", at=1.6)
    ledger.stt_final_sent("Caso uno", 1.3, heard_at=1.0, call="a")
    asked = ledger.voice_asked("Bien.", 1.61)
    ledger.voice_audio_sent(asked, 1.7)
    ledger.bot_audible("a", 1.8)
    assert ledger.turns()[0]["stages"]["brain_ms"] == pytest.approx(300)
    assert [(one.question, one.characters_sent) for one in ledger.cancellations] == [("casouno", 2)]


def test_the_same_words_turn_after_turn_are_told_apart() -> None:
    ledger = StageLedger()
    for start in (10.0, 14.0, 18.0):
        turn(ledger, "a", "uno", start)
        stale = ledger.brain_asked("hola caso uno", start + 1.2)
        ledger.brain_token(stale, "Entendido, caso uno.", at=start + 1.3)
        ledger.brain_cancelled(stale, start + 1.3)
    assert [found["gateway_share_ms"] for found in ledger.turns()] == pytest.approx([208, 208, 208])


def test_a_final_that_comes_before_the_end_of_the_same_words_said_again_is_not_of_the_first_turn() -> None:
    ledger = StageLedger()
    for start in (10.0, 19.0):
        ledger.caller_spoke("a", "Hola, caso uno.", ended_at=start)
        ledger.stt_final_sent("Hola, caso uno.", start - 0.01, heard_at=start - 0.03, call="a")
        question = ledger.brain_asked("hola caso uno", start + 0.1)
        ledger.brain_token(question, "Bien.", at=start + 0.4)
        asked = ledger.voice_asked("Bien.", start + 0.41)
        ledger.voice_audio_sent(asked, start + 0.6)
        ledger.bot_audible("a", start + 0.7)
    assert [found["gateway_share_ms"] for found in ledger.turns()] == pytest.approx([210, 210])
    assert [found["latency_ms"] for found in ledger.turns()] == pytest.approx([700, 700])


def test_what_belongs_to_the_next_turn_is_not_this_ones() -> None:
    ledger = StageLedger()
    ledger.caller_spoke("a", "Caso uno", ended_at=1.0)
    ledger.caller_spoke("a", "Caso dos", ended_at=3.0)
    ledger.bot_audible("a", 4.0)
    assert [found["latency_ms"] for found in ledger.turns()] == [None, pytest.approx(1000)]


def test_the_summary_has_the_percentiles_of_what_is_known() -> None:
    ledger = StageLedger()
    for index in range(20):
        turn(ledger, f"call-{index}", f"n{index}x", index * 3.0)
    summary = ledger.summary()
    assert summary["turns"] == 20
    assert summary["gateway_share_ms"] == pytest.approx({"p50": 208, "p95": 208, "p99": 208})
    assert summary["stages"]["stt_ms"]["p95"] == pytest.approx(250)


def test_percentiles_are_nearest_rank() -> None:
    assert percentiles(range(1, 101)) == {"p50": 50, "p95": 95, "p99": 99}
    assert percentiles([None, 7.0]) == {"p50": 7.0, "p95": 7.0, "p99": 7.0}
    assert percentiles([]) == {"p50": None, "p95": None, "p99": None}


def test_the_final_of_a_turn_with_pauses_is_that_of_its_last_part() -> None:
    ledger = StageLedger()
    ledger.caller_spoke("a", "Quiero una cita el martes.", ended_at=5.0, last_part="el martes.")
    ledger.stt_final_sent("Quiero una cita", 4.2, heard_at=3.9, call="a")
    ledger.stt_final_sent("el martes.", 5.25, heard_at=5.0, call="a")
    (found,) = ledger.turns()
    assert found["stages"]["stt_ms"] == pytest.approx(250)


def test_what_was_asked_in_vain_is_counted_too() -> None:
    ledger = StageLedger()
    turn(ledger, "a", "uno", 10.0)
    early = ledger.brain_asked("hola caso", 10.1)
    ledger.brain_token(early, "Sí.", at=10.3)
    ledger.brain_cancelled(early, 10.4)
    assert ledger.costs() == {
        "brain_asked": 2,
        "brain_cancelled": 1,
        "brain_characters": len("entendidocasounoabrimosalasocho") + len("si"),
        "voice_asked": 1,
        "voice_characters": len("entendidocasounoabrimosalasocho"),
    }
