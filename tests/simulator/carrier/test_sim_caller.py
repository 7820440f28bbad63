import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.audio.speech import speech
from simulator.audio.wav import read_ulaw, write_ulaw
from simulator.caller.script import SCRIPTS, BadScript, Say, load_script, parse_script

WAIT = {"do": "wait_hangup", "timeout_s": 10}


async def _bot_says(phone, gateway, text):
    """The gateway's voice, in the ledger of voices as the AI side enters it, followed by a mark."""
    audio = speech(text, voice="bot")
    spoken = phone.world.tts_spoken.begin(text, speaker="bot", call="")
    spoken.append(audio)
    spoken.end()
    await gateway.play(audio)
    await gateway.send(event="mark", mark={"name": text})


async def test_the_caller_waits_for_the_bot_and_the_answer_is_timed(phone, gateway):
    leg = await phone.talk({"do": "say", "text": "Hola."}, WAIT)
    await _bot_says(phone, gateway, "Bueno.")
    await gateway.until(lambda: leg.record.turns)
    ended = leg.record.turns[0].caller_ended_at
    assert ended > leg.ears.heard[0].ended_at
    await _bot_says(phone, gateway, "Ya.")
    await gateway.until(lambda: len(gateway.frames("mark")) == 2)
    report = await phone.report(leg)
    assert [heard["text"] for heard in report["heard"]] == ["Bueno.", "Ya."]
    assert report["turns"][0]["said"] == "Hola."
    assert 0 < report["turns"][0]["latency_ms"] < 500
    assert report["said"][0]["text"] == "Hola."


async def test_an_interruption_is_measured_from_its_first_loud_frame_to_the_clear(phone, gateway):
    leg = await phone.talk({"do": "interrupt", "text": "Perdón.", "after_s": 0.2}, WAIT)
    await _bot_says(phone, gateway, "Tenemos el lunes, el martes y el miércoles por la mañana.")
    await gateway.until(lambda: leg.record.barge_ins)
    await gateway.send(event="clear")
    await gateway.until(lambda: leg.record.turns)
    report = await phone.report(leg)
    assert 0 < report["barge_ins"][0]["clear_ms"] < 200
    assert report["clears"][0]["during"] == "interrupt"
    assert report["heard"][0]["cut"] is True
    assert "Tenemos el lunes, el martes y el miércoles".startswith(report["heard"][0]["text"])


async def test_a_hole_in_the_bots_speech_is_a_gap(phone, gateway):
    leg = await phone.talk(WAIT)
    text = "Una frase con un agujero."
    audio = speech(text, voice="bot")
    phone.world.tts_spoken.begin(text, speaker="bot", call="").append(audio)
    await gateway.play(audio[:4800])
    await asyncio.sleep(0.75)
    await gateway.play(audio[4800:])
    await gateway.send(event="mark", mark={"name": "end"})
    await gateway.until(lambda: gateway.frames("mark"))
    gaps = (await phone.report(leg))["gaps"]
    assert len(gaps) == 1
    assert 80 < gaps[0]["ms"] < 400


async def test_a_pause_after_a_returned_mark_is_no_gap(phone, gateway):
    leg = await phone.talk(WAIT)
    for text in ("Hola.", "Adiós."):
        await _bot_says(phone, gateway, text)
        await gateway.until(lambda text=text: gateway.frames("mark") and gateway.messages and leg.ears.finished)
        await asyncio.sleep(0.6)
    report = await phone.report(leg)
    assert report["gaps"] == []
    assert len(report["heard"]) == 2


async def test_a_caller_can_hang_up_into_the_bots_speech(phone, gateway):
    leg = await phone.talk({"do": "hangup", "after_s": 0.1})
    await _bot_says(phone, gateway, "Buenas tardes, habla María.")
    hangup = await gateway.heard("call.hangup")
    assert hangup["hangup_source"] == "caller"
    report = await phone.report(leg)
    assert report["hung_up_by"] == "caller"
    assert report["heard"][0]["cut"] is True


async def test_in_webhook_mode_the_carrier_speaks_and_transcribes(phone, gateway):
    leg = await phone.ring({"do": "say", "text": "Hola, buenas."}, WAIT)
    await phone.act(leg, "answer")
    await phone.act(leg, "transcription_start")
    await phone.act(leg, "speak", payload="Bueno.", voice="es")
    await gateway.heard("call.speak.started")
    assert (await gateway.heard("call.speak.ended"))["status"] == "completed"
    await gateway.until(lambda: len(gateway.events("call.transcription")) == 2)
    interim, final = [event["payload"]["transcription_data"] for event in gateway.events("call.transcription")]
    assert (interim["transcript"], interim["is_final"]) == ("Hola,", False)
    assert (final["transcript"], final["is_final"]) == ("Hola, buenas.", True)
    assert (await phone.report(leg))["heard"][0]["text"] == "Bueno."


async def test_a_recorded_sound_is_fetched_and_played_for_its_real_length(phone, gateway):
    async def sound(_: web.Request) -> web.Response:
        return web.Response(body=write_ulaw(speech("Hola.", voice="bot")))

    app = web.Application()
    app.add_routes([web.get("/sound.wav", sound)])
    server = TestServer(app)
    await server.start_server()
    leg = await phone.ring(WAIT)
    await phone.act(leg, "answer")
    began = phone.world.now()
    status, _ = await phone.act(leg, "playback_start", audio_url=str(server.make_url("/sound.wav")))
    assert status == 200
    ended = await gateway.heard("call.playback.ended")
    assert ended["status"] == "completed"
    assert 0.35 < phone.world.now() - began < 0.8
    missing = await phone.act(leg, "playback_start", audio_url=str(server.make_url("/none.wav")))
    assert (missing[0], missing[1]["errors"][0]["code"]) == (400, "90040")
    await server.close()


async def test_stopping_a_playback_silences_it(phone, gateway):
    leg = await phone.ring(WAIT)
    await phone.act(leg, "answer")
    await phone.act(leg, "speak", payload="Una frase bastante larga para pararla.", voice="es")
    await gateway.heard("call.speak.started")
    await phone.act(leg, "playback_stop")
    assert (await gateway.heard("call.speak.ended"))["status"] == "cancelled"
    assert leg.player.idle


async def test_a_recording_is_saved_after_the_hangup_with_both_channels(phone, gateway):
    leg = await phone.talk({"do": "say", "text": "Hola.", "wait": False}, {"do": "hangup"})
    await phone.act(leg, "record_start", format="wav", channels="dual")
    saved = await gateway.heard("call.recording.saved")
    async with phone.http.get(saved["recording_urls"]["wav"]) as response:
        assert response.status == 200
        data = await response.read()
    assert data[22:24] == b"\x02\x00"
    assert bytes(phone.world.spoken.recent()[0].audio[1600:3200]) in read_ulaw(data)
    async with phone.http.get(f"{phone.running.url}/sim/calls/{leg.id}/audio.wav") as response:
        assert response.status == 200


async def test_the_summary_counts_what_happened(phone, gateway):
    leg = await phone.ring({"do": "hangup"})
    await phone.act(leg, "answer")
    await gateway.heard("call.hangup")
    summary = await phone.sim("GET", "/summary")
    assert (summary["calls"], summary["live"], summary["scripts_done"]) == (1, 0, 1)
    await phone.sim("POST", "/reset")
    assert (await phone.sim("GET", "/calls"))["calls"] == []


async def test_delays_and_faults_are_changed_over_the_control_api(phone):
    changed = await phone.sim("PATCH", "/delays", {"telnyx_answer_s": 0.5})
    assert changed["telnyx_answer_s"] == phone.world.delays.telnyx_answer_s == 0.5
    await phone.sim("POST", "/faults", {"target": "telnyx.dial", "kind": "http_500"})
    assert (await phone.dial())[0] == 500
    listed = await phone.sim("GET", "/faults")
    assert listed == {"pending": [], "taken": [["telnyx.dial", "http_500"]]}
    async with phone.http.patch(f"{phone.running.url}/sim/delays", json={"nonsense": 1}) as response:
        assert response.status == 400


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.json")), ids=lambda path: path.stem)
def test_every_shipped_script_can_be_read(path):
    script = load_script(path.stem)
    assert script.name == path.stem
    assert script.steps


def test_the_appointment_has_four_turns_one_interruption_and_a_goodbye():
    kinds = [type(step).__name__ for step in load_script("appointment").steps]
    assert kinds == ["Say", "Say", "Interrupt", "Say", "Say", "WaitHangup"]


@pytest.mark.parametrize(
    "data",
    [
        {"steps": [{"do": "dance"}]},
        {"steps": [{"do": "say"}]},
        {"steps": [{"do": "say", "text": "a", "loud": True}]},
        {"answer": "maybe"},
        {"colour": "red"},
    ],
)
def test_a_script_with_a_mistake_is_refused(data):
    with pytest.raises(BadScript):
        parse_script(data)


def test_a_script_by_path_is_refused():
    with pytest.raises(BadScript):
        load_script("../scripts/appointment")


def test_a_step_reads_its_fields():
    assert parse_script({"steps": [{"do": "say", "text": "a"}]}).steps == (Say(text="a"),)
