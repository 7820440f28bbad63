"""ElevenLabs' messages, without a socket."""

import base64
import json
from typing import Any

import pytest

from control_plane.adapters.tts import elevenlabs_wire as wire
from control_plane.ports.errors import (
    MalformedMessage,
    Misconfigured,
    ProviderError,
    RateLimited,
    Rejected,
    Unavailable,
)
from control_plane.ports.voice import SpokenPiece, VoiceOptions

AUDIO = base64.b64encode(b"\x80\x81").decode()


def audio_message(**changes: Any) -> str:
    return json.dumps({"audio": AUDIO, "contextId": "c1", "isFinal": False} | changes)


def test_the_query_asks_for_telephone_audio_with_alignment() -> None:
    assert dict(wire.socket_query(VoiceOptions(language="es-419"), "eleven_flash_v2_5")) == {
        "model_id": "eleven_flash_v2_5",
        "output_format": "ulaw_8000",
        "auto_mode": "true",
        "inactivity_timeout": "180",
        "sync_alignment": "true",
        "language_code": "es",
    }


@pytest.mark.parametrize(("model", "language"), [("eleven_multilingual_v2", "es"), ("eleven_flash_v2_5", "multi")])
def test_a_language_is_sent_only_where_it_is_taken(model: str, language: str) -> None:
    assert "language_code" not in dict(wire.socket_query(VoiceOptions(model=model, language=language), "x"))


def test_a_voice_id_cannot_leave_its_place_in_the_path() -> None:
    assert wire.socket_path("../v1/user?x") == "/v1/text-to-speech/..%2Fv1%2Fuser%3Fx/multi-stream-input"


def test_a_context_opens_with_one_space_and_its_settings() -> None:
    assert json.loads(wire.open_context("c1", VoiceOptions())) == {"text": " ", "context_id": "c1"}
    fast = json.loads(wire.open_context("c1", VoiceOptions(speed=1.1)))
    assert fast["voice_settings"] == {"speed": 1.1}


@pytest.mark.parametrize(("asked", "sent"), [(0.2, 0.7), (3.0, 1.2)])
def test_a_speed_out_of_range_becomes_the_nearest_possible(asked: float, sent: float) -> None:
    assert json.loads(wire.open_context("c1", VoiceOptions(speed=asked)))["voice_settings"] == {"speed": sent}


def test_a_clause_ends_in_one_space_and_is_flushed() -> None:
    assert json.loads(wire.say("c1", "Buenos días.  ")) == {"text": "Buenos días. ", "context_id": "c1", "flush": True}


def test_a_piece_brings_its_characters_with_their_starts() -> None:
    message = audio_message(alignment={"chars": ["s", "í"], "charStartTimesMs": [0, 120], "charDurationsMs": [1, 1]})
    assert wire.read(message) == wire.ContextMessage(
        context="c1", piece=SpokenPiece(b"\x80\x81", "sí", (0, 120)), final=False
    )


def test_the_older_spellings_are_read_too() -> None:
    message = json.dumps(
        {
            "audio": AUDIO,
            "context_id": "c1",
            "is_final": True,
            "alignment": {"chars": ["a"], "charsStartTimesMs": [5]},
        }
    )
    assert wire.read(message) == wire.ContextMessage(
        context="c1", piece=SpokenPiece(b"\x80\x81", "a", (5,)), final=True
    )


def test_every_character_of_a_cluster_begins_with_it() -> None:
    read = wire.read(audio_message(alignment={"chars": ["ab", "c"], "charStartTimesMs": [0, 90]}))
    assert read.piece == SpokenPiece(b"\x80\x81", "abc", (0, 0, 90))


@pytest.mark.parametrize(
    "alignment",
    [None, {}, {"chars": ["a"], "charStartTimesMs": []}, {"chars": ["a"], "charStartTimesMs": ["x"]}, "no"],
)
def test_audio_counts_also_without_a_usable_alignment(alignment: object) -> None:
    assert wire.read(audio_message(alignment=alignment)).piece == SpokenPiece(b"\x80\x81")


def test_the_end_of_a_context_may_come_without_audio() -> None:
    assert wire.read('{"isFinal":true,"contextId":"c1","audio":null}') == wire.ContextMessage(
        context="c1", piece=None, final=True
    )


@pytest.mark.parametrize("raw", ["", "{", "[]", "{}", '{"audio":"AA=="}', audio_message(audio="no base64!")])
def test_what_cannot_be_read_is_malformed(raw: str) -> None:
    with pytest.raises(MalformedMessage):
        wire.read(raw)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("max_active_conversations", RateLimited),
        ("voice_not_found", Misconfigured),
        ("invalid_voice_settings", Rejected),
        ("input_timeout_exceeded", Unavailable),
    ],
)
def test_an_error_frame_is_an_error(code: str, kind: type) -> None:
    with pytest.raises(ProviderError) as caught:
        wire.read(json.dumps({"error": code, "message": "what was said", "code": 1008}))
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert "what was said" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (404, {"detail": {"code": "voice_not_found"}}, Misconfigured, "voice_not_found"),
        (401, {"detail": {"status": "quota_exceeded"}}, Misconfigured, "quota_exceeded"),
        (429, {"detail": {"code": "system_busy"}}, RateLimited, "system_busy"),
        (400, {"detail": {"code": "text_too_long"}}, Rejected, "text_too_long"),
        (422, {"detail": [{"msg": "x"}]}, Rejected, ""),
        (503, [], Unavailable, ""),
    ],
)
def test_an_http_error_is_named_by_its_detail(status: int, body: object, kind: type, code: str) -> None:
    error = wire.http_error(status, json.dumps(body).encode())
    assert type(error) is kind
    assert error.code == code


def test_an_http_error_without_json_goes_by_its_status() -> None:
    assert type(wire.http_error(502, b"<html>")) is Unavailable
