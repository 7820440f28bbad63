"""The messages of Telnyx's media socket."""

import base64
from typing import Any

import orjson
import pytest

from control_plane.adapters.carriers.telnyx.media import MAX_MESSAGE, TelnyxMedia
from control_plane.core.audio.frames import Encoding
from control_plane.ports.carrier import (
    AudioReceived,
    KeyReceived,
    MarkReturned,
    MediaFault,
    MediaMessage,
    MediaStarted,
    MediaStopped,
    SocketOpened,
)
from control_plane.ports.errors import MalformedMessage

FRAME = bytes(range(160))


def media(**fields: object) -> dict[str, Any]:
    inner = {"track": "inbound", "chunk": "2", "timestamp": "5", "payload": base64.b64encode(FRAME).decode()}
    return {"event": "media", "sequence_number": "4", "stream_id": "s-1", "media": inner | fields}


def start(**media_format: object) -> dict[str, Any]:
    shape = {"encoding": "PCMU", "sample_rate": 8000, "channels": 1} | media_format
    return {
        "event": "start",
        "sequence_number": "1",
        "stream_id": "s-1",
        "start": {"call_control_id": "v3:a", "media_format": shape, "custom_parameters": {}},
    }


def receive(message: object, codec: TelnyxMedia | None = None) -> MediaMessage | None:
    return (codec or TelnyxMedia()).receive(orjson.dumps(message))


@pytest.mark.parametrize(
    ("message", "read"),
    [
        ({"event": "connected", "version": "1.0.0"}, SocketOpened()),
        ({"event": "connected", "connected": {"x-telnyx-streaming-auth-token": "t0k3n"}}, SocketOpened(token="t0k3n")),
        ({"event": "connected", "connected": None}, SocketOpened()),
        (start(), MediaStarted(stream_id="s-1", control_id="v3:a", encoding=Encoding.PCMU)),
        (start(encoding="PCMA"), MediaStarted(stream_id="s-1", control_id="v3:a", encoding=Encoding.PCMA)),
        (
            start(sample_rate="8000", channels=None),
            MediaStarted(stream_id="s-1", control_id="v3:a", encoding=Encoding.PCMU),
        ),
        (media(), AudioReceived(2, FRAME)),
        (media(chunk=7), AudioReceived(7, FRAME)),
        (media(track="outbound"), None),
        ({"event": "dtmf", "stream_id": "s-1", "dtmf": {"digit": "5"}}, KeyReceived(digit="5")),
        ({"event": "mark", "stream_id": "s-1", "mark": {"name": "u1.3"}}, MarkReturned(name="u1.3")),
        ({"event": "stop", "stream_id": "s-1", "stop": {"call_control_id": "v3:a"}}, MediaStopped()),
        ({"event": "stop"}, MediaStopped()),
        (
            {"event": "error", "stream_id": "s-1", "payload": {"code": 100004, "title": "invalid_media"}},
            MediaFault(code="100004", title="invalid_media"),
        ),
        ({"event": "weather"}, None),
    ],
)
def test_a_message_is_read(message: dict[str, Any], read: MediaMessage | None) -> None:
    assert receive(message) == read


def test_text_and_bytes_are_read_alike() -> None:
    message = orjson.dumps(media())
    assert TelnyxMedia().receive(message) == TelnyxMedia().receive(message.decode())


@pytest.mark.parametrize(
    "message",
    [
        [],
        "media",
        {},
        {"event": None},
        {"event": ["media"]},
        {"event": "media"},
        {"event": "media", "media": []},
        media(chunk="two"),
        media(chunk=None),
        media(chunk=[1]),
        media(chunk="-1"),
        media(chunk=1e308 * 10),
        media(payload="not base64!"),
        media(payload="ñ"),
        media(payload=None),
        media(payload=160),
        {"event": "media", "media": {"chunk": "1", "payload": ""}},
        {"event": "start", "stream_id": "s-1"},
        {"event": "start", "stream_id": "s-1", "start": {"call_control_id": "v3:a"}},
        {"event": "start", "start": start()["start"]},
        {"event": "dtmf", "dtmf": {"digit": "55"}},
        {"event": "dtmf", "dtmf": {}},
        {"event": "mark", "mark": {"name": 7}},
        {"event": "error", "payload": "boom"},
    ],
)
def test_a_message_of_the_wrong_shape_is_malformed(message: object) -> None:
    with pytest.raises(MalformedMessage):
        receive(message)


@pytest.mark.parametrize("message", ["", "{", b"\xff", '{"event":"media"', "[" * 5000, "\ud800"])
def test_what_is_not_json_is_malformed(message: str | bytes) -> None:
    with pytest.raises(MalformedMessage):
        TelnyxMedia().receive(message)


def test_an_oversized_message_is_not_even_parsed() -> None:
    with pytest.raises(MalformedMessage, match="too large"):
        TelnyxMedia().receive(" " * (MAX_MESSAGE + 1))


@pytest.mark.parametrize(
    "shape",
    [{"encoding": "G722"}, {"encoding": "L16", "sample_rate": 16000}, {"sample_rate": 16000}, {"channels": 2}],
)
def test_another_format_than_mono_g711_is_named_in_the_error(shape: dict[str, object]) -> None:
    with pytest.raises(MalformedMessage, match="not mono") as raised:
        receive(start(**shape))
    assert str(next(iter(shape.values()))) in str(raised.value)


def test_a_long_payload_is_taken_whole() -> None:
    audio = bytes(792)
    assert receive(media(payload=base64.b64encode(audio).decode())) == AudioReceived(2, audio)


def test_audio_is_sent_as_base64_in_json() -> None:
    message = orjson.loads(TelnyxMedia().audio(FRAME))
    assert message == {"event": "media", "media": {"payload": base64.b64encode(FRAME).decode()}}


def test_a_pcma_leg_is_still_sent_the_pcmu_that_was_asked_for() -> None:
    codec = TelnyxMedia()
    receive(start(encoding="PCMA"), codec)
    assert base64.b64decode(orjson.loads(codec.audio(FRAME))["media"]["payload"]) == FRAME


def test_clear_and_mark_are_json() -> None:
    codec = TelnyxMedia()
    assert orjson.loads(codec.clear()) == {"event": "clear"}
    assert orjson.loads(codec.mark('u"1"')) == {"event": "mark", "mark": {"name": 'u"1"'}}
