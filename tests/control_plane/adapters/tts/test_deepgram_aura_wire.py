"""The messages of Deepgram's `speak` socket, without a socket."""

import pytest

from control_plane.adapters.provider_socket import SocketLost
from control_plane.adapters.tts import deepgram_aura_wire as wire
from control_plane.ports.errors import (
    MalformedMessage,
    Misconfigured,
    ProviderError,
    RateLimited,
    Rejected,
    Timeout,
    Unavailable,
)
from control_plane.ports.voice import VoiceOptions


def test_the_query_asks_for_telephone_audio_without_a_header() -> None:
    asked = dict(wire.query(VoiceOptions(), ""))
    assert asked == {"model": "aura-2-celeste-es", "encoding": "mulaw", "sample_rate": "8000", "container": "none"}


@pytest.mark.parametrize(
    ("options", "default", "model"),
    [
        (VoiceOptions(), "", "aura-2-celeste-es"),
        (VoiceOptions(language="en-US"), "", "aura-2-thalia-en"),
        (VoiceOptions(language="multi"), "", "aura-2-celeste-es"),
        (VoiceOptions(voice="nestor"), "", "aura-2-nestor-es"),
        (VoiceOptions(voice="orion", language="en"), "", "aura-2-orion-en"),
        (VoiceOptions(voice="aura-2-nestor-es"), "aura-2-diana-es", "aura-2-nestor-es"),
        (VoiceOptions(), "diana", "aura-2-diana-es"),
        (VoiceOptions(voice="EXAVITQu4vr4xnSDxMaL", model="eleven_flash_v2_5"), "diana", "aura-2-diana-es"),
        (VoiceOptions(model="aura-2-selena-es"), "", "aura-2-selena-es"),
    ],
)
def test_a_voice_is_a_model_and_what_is_no_voice_here_is_the_default(
    options: VoiceOptions, default: str, model: str
) -> None:
    assert wire.model_of(options, default) == model


@pytest.mark.parametrize(("speed", "said"), [(1.2, "1.2"), (3.0, "1.5"), (0.1, "0.7")])
def test_speed_stays_within_what_is_taken(speed: float, said: str) -> None:
    assert dict(wire.query(VoiceOptions(speed=speed), ""))["speed"] == said


def test_a_clause_ends_in_one_space() -> None:
    assert wire.speak("Hola.  ") == '{"type":"Speak","text":"Hola. "}'


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ('{"type":"Flushed","sequence_id":0}', "flushed"),
        ('{"type":"Cleared","sequence_id":0}', "cleared"),
        ('{"type":"Metadata","request_id":"r"}', "other"),
        ('{"type":"Warning","code":"X","description":"cannot process any more flush messages"}', "refused_flush"),
        ('{"type":"Warning","code":"SLOW","description":"hm"}', "other"),
    ],
)
def test_messages_are_told_apart(raw: str, kind: str) -> None:
    assert wire.read(raw).kind == kind


@pytest.mark.parametrize("raw", ["{", "[]", "null", "7", '{"kind":"x"}'])
def test_what_cannot_be_read_is_malformed(raw: str) -> None:
    with pytest.raises(MalformedMessage):
        wire.read(raw)


def test_an_error_message_names_the_fault_without_its_free_text() -> None:
    with pytest.raises(Unavailable, match="INTERNAL") as caught:
        wire.read('{"type":"Error","code":"INTERNAL","description":"secret words"}')
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("reason", "kind", "code"),
    [
        ("DATA-0000: no", Rejected, "DATA-0000"),
        ("see MESSAGE-0000", Rejected, "MESSAGE-0000"),
        ("NET-0001", Unavailable, "NET-0001"),
        ("", Unavailable, "1011"),
    ],
)
def test_a_close_is_named_by_its_reason_or_code(reason: str, kind: type[ProviderError], code: str) -> None:
    error = wire.closed_by_provider(SocketLost(1011, reason))
    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected),
        (401, Misconfigured),
        (402, Misconfigured),
        (403, Misconfigured),
        (413, Rejected),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
        (504, Timeout),
    ],
)
def test_an_http_refusal_is_translated(status: int, kind: type[ProviderError]) -> None:
    error = wire.http_error(status, b'{"err_code":"NO_LUCK","err_msg":"secret words"}')
    assert (type(error), error.code) == (kind, "NO_LUCK")
    assert "secret" not in str(error)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"err_code":"two words"}'])
def test_a_refusal_without_a_name_has_no_code(body: bytes) -> None:
    assert wire.http_error(500, body).code == ""
