"""Callers who pause in mid-sentence, and who wait for a bot that fell silent."""

import pytest

from simulator.audio.speech import speech
from simulator.caller.script import BadScript, Noise, Say, parse_script, with_code

WAIT = {"do": "wait_hangup", "timeout_s": 10}
PARTS = ["Quiero una cita", 0.6, "para el martes", 0.4, "por la tarde."]


async def _bot_says(phone, gateway, text, *, begin=0):
    """The gateway's voice from this byte on, followed by a mark."""
    audio = speech(text, voice="bot")
    spoken = phone.world.tts_spoken.begin(text, speaker="bot", call="")
    spoken.append(audio)
    spoken.end()
    await gateway.play(audio[begin:])
    await gateway.send(event="mark", mark={"name": text})


async def test_a_turn_with_pauses_is_one_turn_whose_pauses_are_as_long_as_asked_for(phone, gateway):
    leg = await phone.talk({"do": "say", "parts": PARTS, "wait": False}, WAIT)
    await gateway.until(lambda: leg.record.turns)
    report = await phone.report(leg)
    assert [turn["said"] for turn in report["turns"]] == ["Quiero una cita para el martes por la tarde."]
    assert [said["text"] for said in report["said"]] == PARTS[::2]
    turn = report["turns"][0]
    assert [round(pause["until"] - pause["at"], 2) for pause in turn["pauses"]] == [0.62, 0.42]
    assert turn["began_at"] < turn["pauses"][0]["at"] < turn["pauses"][1]["until"] < turn["caller_ended_at"]


async def test_the_latency_of_a_turn_with_pauses_counts_from_its_end(phone, gateway):
    leg = await phone.talk({"do": "say", "parts": PARTS, "wait": False}, WAIT)
    await gateway.until(lambda: len(leg.record.said) == 2)
    await _bot_says(phone, gateway, "Sí.")
    await gateway.until(lambda: leg.record.turns)
    await _bot_says(phone, gateway, "Muy bien.")
    await gateway.until(lambda: leg.record.turns[0].bot_audible_at)
    report = await phone.report(leg)
    turn = report["turns"][0]
    early = [at for at in report["onsets"] if turn["began_at"] < at < turn["caller_ended_at"]]
    assert len(early) == 1
    assert turn["bot_audible_at"] > turn["caller_ended_at"]


async def test_a_caller_waits_for_a_bot_that_was_silenced_by_a_noise_to_go_on(phone, gateway):
    leg = await phone.talk({"do": "noise", "after_s": 0.3}, {"do": "say", "text": "Gracias."}, WAIT)
    text = "Abrimos de lunes a sábado."
    await _bot_says(phone, gateway, text)
    await gateway.until(lambda: any(one.kind == "noise" for one in leg.record.said))
    await gateway.send(event="clear")
    await gateway.until(lambda: leg.record.clears)
    heard = leg.ears.heard[-1]
    begin = heard.offset - heard.offset % 160
    await _bot_says(phone, gateway, text, begin=begin)
    await gateway.until(lambda: leg.record.turns)
    report = await phone.report(leg)
    assert [said["kind"] for said in report["said"]] == ["noise", "say"]
    first, second = report["heard"]
    assert first["cut"] is True
    assert (second["spoken"], second["from_ms"] > 0) == (text, True)
    assert second["ended_at"] < report["said"][1]["started_at"]


def test_a_pause_is_part_of_the_script():
    script = parse_script(
        {"steps": [{"do": "say", "parts": ["Caso", 0.5, "{code}."]}, {"do": "noise", "seconds": 0.6}]}
    )
    assert script.steps == (Say(parts=("Caso", 0.5, "{code}.")), Noise(seconds=0.6))
    say = with_code(script, "0001").steps[0]
    assert isinstance(say, Say)
    assert (say.texts, say.pauses_s) == (("Caso", "0001."), (0.5,))


@pytest.mark.parametrize(
    "step",
    [
        {"do": "say", "parts": ["a", 0.5]},
        {"do": "say", "parts": ["a", "b", "c"]},
        {"do": "say", "parts": [0.5, "a", 0.5]},
        {"do": "say", "text": "a", "parts": ["a", 0.5, "b"]},
        {"do": "say", "parts": []},
    ],
)
def test_parts_that_do_not_alternate_are_refused(step):
    with pytest.raises(BadScript):
        parse_script({"steps": [step]})
