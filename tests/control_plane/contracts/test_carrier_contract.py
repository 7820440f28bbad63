"""What every carrier in CARRIERS has to hold to; a carrier needs one peer in PEERS that speaks its wire language."""

import base64
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.carriers import CARRIERS
from control_plane.adapters.carriers.spec import CarrierConfig, CarrierSpec
from control_plane.core.audio.frames import FRAME_BYTES, Encoding
from control_plane.ports.carrier import (
    AudioReceived,
    Carrier,
    MarkReturned,
    MediaCodec,
    MediaMessage,
    MediaStarted,
    MediaStopped,
    Notice,
    SocketOpened,
)
from control_plane.ports.errors import BadSignature, MalformedMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The carrier's end of the media socket, as far as the contract needs it."""

    opened: str
    start: Callable[[Encoding], str]
    encodings: tuple[Encoding, ...]
    audio: Callable[[int, bytes], str]
    other_track: str
    stop: str
    returned: Callable[[str], str]
    """The message with which the carrier returns one of our marks."""
    played: Callable[[str], bytes]
    """The PCMU that a message of ours makes audible."""


def telnyx_media(track: str, chunk: int, payload: bytes) -> str:
    fields = {"track": track, "chunk": str(chunk), "timestamp": "0", "payload": base64.b64encode(payload).decode()}
    return orjson.dumps({"event": "media", "stream_id": "stream-1", "media": fields}).decode()


def telnyx_start(encoding: Encoding) -> str:
    media_format = {"encoding": encoding, "sample_rate": 8000, "channels": 1}
    start = {"call_control_id": "control-1", "media_format": media_format}
    return orjson.dumps({"event": "start", "stream_id": "stream-1", "start": start}).decode()


def telnyx_played(message: str) -> bytes:
    content = orjson.loads(message)
    assert content["event"] == "media"
    return base64.b64decode(content["media"]["payload"], validate=True)


PEERS = {
    "telnyx": Peer(
        opened='{"event":"connected","version":"1.0.0"}',
        start=telnyx_start,
        encodings=(Encoding.PCMU, Encoding.PCMA),
        audio=lambda chunk, payload: telnyx_media("inbound", chunk, payload),
        other_track=telnyx_media("outbound", 1, bytes(160)),
        stop='{"event":"stop","stream_id":"stream-1","stop":{}}',
        returned=lambda mark: mark,
        played=telnyx_played,
    )
}

MEDIA_MESSAGES = MediaMessage.__args__
FRAMES = st.integers(1, 5).flatmap(lambda count: st.binary(min_size=count * FRAME_BYTES, max_size=count * FRAME_BYTES))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def built(spec: CarrierSpec, options: dict[str, str] | None = None) -> Carrier:
    return spec.build(CarrierConfig(options=options if options is not None else dict.fromkeys(spec.required, "x")))


READERS = {spec.name: built(spec).reader for spec in CARRIERS}
CODECS = {spec.name: built(spec).codec for spec in CARRIERS}

every_carrier = pytest.mark.parametrize("spec", CARRIERS, ids=lambda spec: spec.name)


def started(codec: MediaCodec, peer: Peer, encoding: Encoding) -> MediaMessage | None:
    codec.receive(peer.opened)
    return codec.receive(peer.start(encoding))


@every_carrier
async def test_a_carrier_is_built_under_its_own_name(spec: CarrierSpec) -> None:
    carrier = built(spec)
    assert carrier.name == spec.name
    assert spec.name in PEERS
    assert set(spec.required) <= set(spec.options)
    await carrier.control.aclose()


@every_carrier
async def test_a_carrier_without_any_option_is_built_and_refuses_every_webhook(spec: CarrierSpec) -> None:
    carrier = built(spec, {})
    with pytest.raises(BadSignature):
        carrier.reader.verify({}, b"{}", now=0.0)
    await carrier.control.aclose()


def test_carriers_have_different_names() -> None:
    assert len({spec.name for spec in CARRIERS}) == len(CARRIERS)


@every_carrier
@given(headers=st.dictionaries(st.sampled_from(["telnyx-timestamp", "telnyx-signature-ed25519", "x"]), st.text()))
def test_a_webhook_that_is_not_signed_is_refused(spec: CarrierSpec, headers: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        READERS[spec.name].verify(headers, b"{}", now=0.0)


@every_carrier
@given(body=st.binary(max_size=80) | JSON.map(orjson.dumps))
def test_reading_any_body_gives_a_notice_or_says_malformed(spec: CarrierSpec, body: bytes) -> None:
    with suppress(MalformedMessage):
        assert isinstance(READERS[spec.name].read(body), Notice)


@every_carrier
def test_each_socket_gets_a_codec_of_its_own(spec: CarrierSpec) -> None:
    carrier = built(spec)
    assert carrier.codec() is not carrier.codec()


@every_carrier
def test_the_start_names_stream_leg_and_encoding(spec: CarrierSpec) -> None:
    peer = PEERS[spec.name]
    for encoding in peer.encodings:
        message = started(built(spec).codec(), peer, encoding)
        assert message == MediaStarted(stream_id="stream-1", control_id="control-1", encoding=encoding)


@every_carrier
def test_the_other_messages_of_a_stream_are_understood(spec: CarrierSpec) -> None:
    peer, codec = PEERS[spec.name], built(spec).codec()
    assert isinstance(codec.receive(peer.opened), SocketOpened)
    codec.receive(peer.start(peer.encodings[0]))
    assert codec.receive(peer.other_track) is None
    assert codec.receive(peer.returned(codec.mark("u1.2"))) == MarkReturned(name="u1.2")
    assert codec.receive(peer.stop) == MediaStopped()
    assert codec.clear()


@every_carrier
@given(chunk=st.integers(0, 10**9), payload=st.binary(max_size=800))
def test_the_callers_audio_arrives_as_sent(spec: CarrierSpec, chunk: int, payload: bytes) -> None:
    message = PEERS[spec.name].audio(chunk, payload)
    for form in (message, message.encode()):
        assert CODECS[spec.name]().receive(form) == AudioReceived(chunk, payload)


@every_carrier
@given(payload=FRAMES, encoding=st.sampled_from(Encoding))
def test_our_pcmu_is_played_as_it_is_whatever_the_caller_sends(
    spec: CarrierSpec, payload: bytes, encoding: Encoding
) -> None:
    peer, codec = PEERS[spec.name], CODECS[spec.name]()
    if encoding in peer.encodings:
        started(codec, peer, encoding)
    assert peer.played(codec.audio(payload)) == payload


def receive_anything(codec: MediaCodec, message: str | bytes) -> None:
    try:
        received = codec.receive(message)
    except MalformedMessage:
        return
    assert received is None or isinstance(received, MEDIA_MESSAGES)


@every_carrier
@given(message=st.binary(max_size=120) | st.text(max_size=120) | JSON.map(orjson.dumps))
def test_any_message_is_read_or_malformed(spec: CarrierSpec, message: str | bytes) -> None:
    receive_anything(CODECS[spec.name](), message)


def damaged(content: Any, path: list[int], value: object) -> Any:
    """`content` with one value, found by walking `path` into it, replaced."""
    if not path or not isinstance(content, dict) or not content:
        return value
    key = sorted(content)[path[0] % len(content)]
    return content | {key: damaged(content[key], path[1:], value)}


@every_carrier
@given(which=st.integers(0, 4), path=st.lists(st.integers(0, 9), min_size=1, max_size=4), value=JSON)
def test_a_genuine_message_with_one_value_damaged_is_read_or_malformed(
    spec: CarrierSpec, which: int, path: list[int], value: object
) -> None:
    peer, codec = PEERS[spec.name], CODECS[spec.name]()
    started(codec, peer, peer.encodings[0])
    genuine = (peer.opened, peer.start(Encoding.PCMU), peer.audio(1, b"abc"), peer.stop, peer.returned(codec.mark("m")))
    receive_anything(codec, orjson.dumps(damaged(orjson.loads(genuine[which]), path, value)))


@every_carrier
def test_an_oversized_message_is_malformed(spec: CarrierSpec) -> None:
    with pytest.raises(MalformedMessage):
        CODECS[spec.name]().receive(PEERS[spec.name].audio(1, bytes(256 * 1024)))
