import asyncio
import base64

import pytest

from simulator.audio.g711 import ALAW_TO_ULAW
from simulator.audio.speech import speech
from simulator.faults import Fault

WAIT = {"do": "wait_hangup", "timeout_s": 10}


def _said(text, **options):
    return {"do": "say", "text": text, "wait": False, **options}


async def test_the_socket_opens_with_connected_and_start_then_audio_flows(phone, gateway):
    leg = await phone.talk(WAIT)
    await gateway.until(lambda: len(gateway.frames("media")) >= 10)
    first, second = gateway.messages[:2]
    assert first == {"event": "connected", "version": "1.0.0"}
    assert second["start"]["call_control_id"] == leg.call_control_id
    assert second["start"]["media_format"] == {"encoding": "PCMU", "sample_rate": 8000, "channels": 1}
    assert isinstance(second["sequence_number"], str)
    media = gateway.frames("media")
    assert [int(message["media"]["chunk"]) for message in media[:10]] == list(range(1, 11))
    assert len(base64.b64decode(media[0]["media"]["payload"])) == 160
    await gateway.heard("streaming.started")


async def test_the_token_comes_as_a_header_and_in_connected(phone, gateway):
    await phone.dial(stream_url=gateway.stream_url, stream_auth_token="secret")
    await gateway.until(lambda: gateway.frames("connected"))
    assert gateway.headers[0]["x-telnyx-streaming-auth-token"] == "secret"
    assert gateway.messages[0]["connected"]["x-telnyx-streaming-auth-token"] == "secret"


async def test_what_the_caller_says_is_recognised_from_the_bytes_alone(phone, gateway):
    leg = await phone.talk(_said("Hola."), {"do": "hangup"})
    await gateway.heard("call.hangup")
    audio = gateway.audio()
    spoken = phone.world.spoken.recent()[0]
    start = audio.find(bytes(spoken.audio))
    assert start >= 0
    found = phone.world.spoken.recognise(audio[start + 777 : start + 1500])
    assert found is not None
    assert (found[0].text, found[0].call, found[1]) == ("Hola.", leg.id, 777 / 8000)


async def test_two_callers_saying_the_same_are_told_apart(phone, gateway):
    for _ in range(2):
        await phone.talk(_said("Hola."), {"do": "hangup"})
    await gateway.until(lambda: len(gateway.events("call.hangup")) == 2)
    first, second = phone.world.spoken.recent()
    assert first.call != second.call
    assert phone.world.spoken.recognise(bytes(first.audio[160:480]))[0] is first
    assert phone.world.spoken.recognise(bytes(second.audio[160:480]))[0] is second


async def test_a_mark_returns_when_the_audio_before_it_was_played(phone, gateway):
    await phone.talk(WAIT)
    began = phone.world.now()
    await gateway.play(speech("Hola.", voice="bot"))
    await gateway.send(event="mark", mark={"name": "end"})
    await gateway.until(lambda: gateway.frames("mark"))
    assert gateway.frames("mark")[0]["mark"] == {"name": "end"}
    assert 0.39 < phone.world.now() - began < 0.6


async def test_clear_stops_the_sound_and_returns_the_marks(phone, gateway):
    leg = await phone.talk(WAIT)
    await gateway.play(speech("Una frase que dura bastante más.", voice="bot"))
    await gateway.send(event="mark", mark={"name": "end"})
    await asyncio.sleep(0.1)
    assert not gateway.frames("mark")
    await gateway.send(event="clear")
    await gateway.until(lambda: gateway.frames("mark"), 0.3)
    assert leg.stream.playout.next_frame() is None
    assert (await phone.report(leg))["clears"][0]["during"] is None


@pytest.mark.parametrize(
    ("message", "kind", "code"),
    [
        ({"event": "media", "media": {"payload": "%%%"}}, "bad_base64", 100004),
        ({"media": {}}, "bad_json", 100003),
        ({"event": "mark", "mark": {}}, "bad_mark", 100003),
    ],
)
async def test_a_message_that_cannot_be_read_is_answered_with_an_error(phone, gateway, message, kind, code):
    leg = await phone.talk(WAIT)
    await gateway.send(**message)
    await gateway.until(lambda: gateway.frames("error"))
    assert gateway.frames("error")[0]["payload"]["code"] == code
    assert leg.record.client_faults[0].kind == kind


@pytest.mark.parametrize(("size", "kind"), [(80, "short_chunk"), (200, "ragged_chunk")])
async def test_audio_that_is_not_whole_frames_is_held_against_the_client(phone, gateway, size, kind):
    leg = await phone.talk(WAIT)
    await gateway.play(bytes([0x30]) * size)
    await gateway.send(event="mark", mark={"name": "x"})
    await gateway.until(lambda: gateway.frames("mark"))
    assert [fault["kind"] for fault in (await phone.report(leg))["client_faults"]] == [kind]


async def test_raw_audio_in_the_default_mp3_mode_is_silent_and_limited(phone, gateway):
    leg = await phone.talk(WAIT, stream={"stream_bidirectional_mode": "mp3"})
    await gateway.play(speech("Hola.", voice="bot"))
    await gateway.play(speech("Hola.", voice="bot"))
    await gateway.until(lambda: gateway.frames("error"))
    assert gateway.frames("error")[0]["payload"]["code"] == 100005
    assert not leg.ears.onsets
    assert [fault.kind for fault in leg.record.client_faults] == ["mp3_mode", "rate_limit"]


async def test_at_the_end_come_stop_streaming_stopped_and_hangup(phone, gateway):
    leg = await phone.talk(WAIT)
    await phone.act(leg, "hangup")
    await gateway.heard("call.hangup")
    assert gateway.messages[-1]["event"] == "stop"
    assert gateway.names[-2:] == ["streaming.stopped", "call.hangup"]
    report = await phone.report(leg)
    assert (report["line_closed"], report["hung_up_by"]) == (True, "gateway")


async def test_keys_are_reported_by_webhook_and_on_the_socket(phone, gateway):
    await phone.talk({"do": "silence", "seconds": 0.1}, {"do": "dtmf", "digits": "7", "wait": False}, WAIT)
    assert (await gateway.heard("call.dtmf.received"))["digit"] == "7"
    await gateway.until(lambda: gateway.frames("dtmf"))
    assert gateway.frames("dtmf")[0]["dtmf"] == {"digit": "7"}


async def test_a_stream_that_cannot_be_opened_fails_and_the_call_lives_on(phone, gateway):
    phone.world.faults.add(Fault(target="telnyx.media", kind="connect_failed"))
    leg = await phone.ring(WAIT)
    await phone.act(leg, "answer", stream_url=gateway.stream_url)
    failed = await gateway.heard("streaming.failed")
    assert failed["failure_reason"] == "connection_failed"
    assert leg.alive
    assert (await phone.act(leg, "streaming_start", stream_url=gateway.stream_url))[0] == 200
    await gateway.until(lambda: gateway.frames("start"))


async def test_a_lost_socket_comes_without_stop_and_may_reconnect(phone, gateway):
    phone.world.faults.add(Fault(target="telnyx.media", kind="reconnect", params={"after_s": 0.1, "pause_s": 0.05}))
    leg = await phone.talk(WAIT)
    await gateway.until(lambda: len(gateway.frames("start")) == 2)
    assert not gateway.frames("stop")
    first, second = gateway.frames("start")
    assert first["stream_id"] != second["stream_id"]
    assert leg.alive


async def test_an_a_law_leg_is_known_to_the_ledger_as_the_gateway_will_see_it(phone, gateway):
    phone.world.faults.add(Fault(target="telnyx.media", kind="pcma"))
    await phone.talk(_said("Hola."), {"do": "hangup"})
    await gateway.heard("call.hangup")
    assert gateway.frames("start")[0]["start"]["media_format"]["encoding"] == "PCMA"
    spoken = phone.world.spoken.recent()[0]
    assert gateway.audio().translate(ALAW_TO_ULAW).find(bytes(spoken.audio)) >= 0


async def test_frames_can_be_longer_and_out_of_order(phone, gateway):
    phone.world.faults.add(Fault(target="telnyx.media", kind="frame_ms", params={"ms": 60}))
    phone.world.faults.add(Fault(target="telnyx.media", kind="out_of_order", params={"every": 3}))
    await phone.talk(WAIT)
    await gateway.until(lambda: len(gateway.frames("media")) >= 4)
    chunks = [int(message["media"]["chunk"]) for message in gateway.frames("media")[:4]]
    assert sorted(chunks) == [1, 2, 3, 4]
    assert chunks != sorted(chunks)
    assert len(base64.b64decode(gateway.frames("media")[0]["media"]["payload"])) == 480


async def test_on_hold_no_frames_come_at_all(phone, gateway):
    fault = Fault(target="telnyx.media", kind="missing_frames", params={"after_s": 0.1, "seconds": 0.3})
    phone.world.faults.add(fault)
    leg = await phone.talk(WAIT)
    await asyncio.sleep(0.3)
    assert len(gateway.frames("media")) <= 5
    await gateway.until(lambda: len(gateway.frames("media")) > 10)
    assert leg.alive


async def test_a_gateway_that_does_not_read_loses_the_socket(phone, gateway):
    leg = await phone.talk(WAIT)
    leg.stream.choked(True)
    leg.stream.choked(False)
    leg.stream.choked(True)
    await gateway.heard("streaming.stopped")
    assert [fault["kind"] for fault in (await phone.report(leg))["client_faults"]] == ["not_reading"]
    assert leg.alive
