"""Whole calls from outside: over a media stream, by webhooks, and from one to the other."""

import io
import wave
from collections.abc import Callable

import httpx
import pytest

from tests.stack.running import Stack, eventually

pytestmark = pytest.mark.stack

SHORT = {
    "steps": [
        {"do": "say", "text": "Quiero saber el horario."},
        {"do": "say", "text": "Nada más, adiós."},
        {"do": "wait_hangup", "timeout_s": 20},
    ]
}


def verbs(far_end: dict) -> list[str]:
    return [command["verb"] for command in far_end["commands"]]


def test_caller_and_bot_talk_over_a_stream_and_the_line_is_closed_after_the_goodbye(
    start: Callable[..., Stack],
) -> None:
    stack = start()
    call_id = stack.call("appointment")
    call = stack.until_ended(call_id, within_s=100)
    far_end = stack.far_end(call_id)
    assert (call["mode"], call["hangup_cause"], call["reason"]) == ("stream", "normal", "the bot said goodbye")
    assert far_end["line_closed"]
    assert far_end["hung_up_by"] == "gateway"
    assert verbs(far_end).count("hangup") == 1
    assert far_end["client_faults"] == []
    said = [turn["text"] for turn in call["turns"] if turn["speaker"] == "caller"]
    assert "".join(said).replace(" ", "").startswith("Buenastardes,quieropedirunacitaparamiperro.")
    cut = [turn for turn in call["turns"] if turn["interrupted"]]
    assert len(far_end["barge_ins"]) == 1
    assert len(cut) == 1
    assert cut[0]["text"].startswith(cut[0]["heard"])
    assert 0 < len(cut[0]["heard"]) < len(cut[0]["text"])
    full = [turn["timing"] for turn in call["turns"] if "total" in turn["timing"]]
    assert len(full) >= 4
    assert all(timing["gateway"] < timing["total"] for timing in full)
    recording = httpx.get(call["recording"], timeout=5)
    with wave.open(io.BytesIO(recording.content)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        assert file.getnframes() / 8000 == pytest.approx(call["ended_at"] - call["answered_at"], abs=1.5)
        frames = file.readframes(file.getnframes())
    left, right = (max(abs(s) for s in memoryview(frames).cast("h")[side::2]) for side in (0, 1))
    assert left > 3000
    assert right > 3000


def test_the_same_bot_talks_by_webhooks_when_streams_are_switched_off(start: Callable[..., Stack]) -> None:
    stack = start(USE_MEDIA_STREAMS="false")
    call_id = stack.call(SHORT)
    call = stack.until_ended(call_id)
    far_end = stack.far_end(call_id)
    assert (call["mode"], call["reason"]) == ("webhook", "the bot said goodbye")
    assert {"transcription_start", "playback_start", "hangup"} <= set(verbs(far_end))
    assert "streaming_start" not in verbs(far_end)
    assert far_end["streams"] == 0
    assert [turn["text"] for turn in call["turns"] if turn["speaker"] == "caller"] == [
        "Quiero saber el horario.",
        "Nada más, adiós.",
    ]
    assert httpx.get(call["recording"], timeout=5).content[:4] == b"RIFF"


def test_the_carrier_speaks_with_its_own_voice_when_there_is_no_synthesiser(start: Callable[..., Stack]) -> None:
    stack = start(USE_MEDIA_STREAMS="false", ELEVENLABS_API_KEY="", DEEPGRAM_API_KEY="")
    call_id = stack.call(SHORT)
    assert stack.until_ended(call_id)["reason"] == "the bot said goodbye"
    assert "speak" in verbs(stack.far_end(call_id))


def test_a_call_whose_stream_fails_twice_goes_on_by_webhooks(start: Callable[..., Stack]) -> None:
    stack = start()
    stack.tell("/sim/faults", {"target": "telnyx.media", "kind": "connect_failed", "times": 2})
    call_id = stack.call(SHORT)
    call = stack.until_ended(call_id)
    assert (call["mode"], call["reason"]) == ("webhook", "the bot said goodbye")
    assert "streaming_start" in verbs(stack.far_end(call_id))


def test_a_bot_whose_recogniser_is_refused_hears_by_the_carrier(start: Callable[..., Stack]) -> None:
    stack = start(DEEPGRAM_API_KEY="no-such-key")
    call_id = stack.call(SHORT)
    call = stack.until_ended(call_id)
    assert (call["mode"], call["reason"]) == ("webhook", "the bot said goodbye")


def test_a_stream_that_is_lost_in_mid_call_is_started_again_and_the_conversation_goes_on(
    start: Callable[..., Stack],
) -> None:
    stack = start()
    stack.tell("/sim/faults", {"target": "telnyx.media", "kind": "drop_socket", "params": {"after_s": 11}})
    call_id = stack.call("appointment")
    call = stack.until_ended(call_id, within_s=100)
    assert (call["mode"], call["reason"]) == ("stream", "the bot said goodbye")
    assert stack.far_end(call_id)["streams"] == 2
    kinds = [event["kind"] for event in call["events"]]
    assert kinds.count("MediaAttached") == 2


def test_a_caller_who_rings_is_answered_and_a_second_hangup_is_never_asked_for(start: Callable[..., Stack]) -> None:
    stack = start()
    stack.tell("/sim/faults", {"target": "telnyx.webhook", "kind": "duplicate", "times": 20})
    stack.tell("/sim/calls", {"script": {"steps": [{"do": "say", "text": "Aló."}, {"do": "hangup"}]}})
    [call] = eventually(lambda: stack.api("/api/calls")["items"], within_s=5, what="the inbound call")
    ended = stack.until_ended(call["id"])
    far_end = stack.far_end(call["id"])
    assert (ended["direction"], far_end["hung_up_by"]) == ("inbound", "caller")
    assert verbs(far_end).count("answer") == 1
    assert "hangup" not in verbs(far_end)
    sources = [event["seq"] for event in ended["events"]]
    assert sources == list(range(1, len(sources) + 1))
