"""A gateway from settings: which adapters it gets, what it is without them, and what cannot be assembled."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.adapters.blobs.s3 import S3Blobs
from control_plane.adapters.numbers import WorldNumberPlan
from control_plane.core.call.commands import Dial
from control_plane.core.call.events import LegAnswered, LegHungUp, RecordingSaved
from control_plane.core.call.state import Phase
from control_plane.core.call.table import PATIENCE
from control_plane.ports.errors import Misconfigured
from control_plane.services.fallback.brains import BrainChain
from control_plane.services.fallback.ears import EarChain
from control_plane.services.fallback.voices import VoiceChain
from control_plane.settings import Settings
from control_plane.wiring import build_gateway
from control_plane.wiring.parts import Parts, _leg_s, carrier_spec
from control_plane.wiring.services import contact_zone
from tests.databases import empty_database
from tests.gateways import served
from tests.records import call_record
from tests.virtual_time import eventually

KEYS = {"deepgram_api_key": "d", "elevenlabs_api_key": "e", "claude_api_key": "c", "telnyx_api_key": "t"}


def parts(folder: Path, **settings: Any) -> Parts:
    return Parts(Settings(data_dir=folder, **settings), {})


async def test_without_any_key_a_gateway_starts_is_ready_and_stops(tmp_path: Path) -> None:
    gateway = build_gateway(Settings(data_dir=tmp_path))
    assert not gateway.ready
    await gateway.start()
    assert gateway.ready
    assert await gateway.store_answers()
    assert {text.split()[0] for text in gateway.missing} >= {"TELNYX_API_KEY", "DEEPGRAM_API_KEY", "CLAUDE_API_KEY"}
    await gateway.drain(timeout_s=1)
    assert not gateway.ready
    await gateway.stop()
    assert gateway.supervisor.running == 0


async def test_assembling_starts_nothing(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    gateway = build_gateway(Settings(data_dir=tmp_path, **KEYS))
    assert asyncio.all_tasks() == before
    assert gateway.supervisor.running == 0
    assert not (tmp_path / "centralita.db").exists()


def test_with_keys_there_are_ear_voice_and_brain(tmp_path: Path) -> None:
    it = parts(tmp_path, **KEYS)
    assert isinstance(it.stt, EarChain)
    assert isinstance(it.tts, VoiceChain)
    assert isinstance(it.brain, BrainChain)
    named = [(info.kind, info.name) for info in it.providers.infos if info.configured]
    assert named == [("stt", "deepgram"), ("brain", "anthropic"), ("tts", "elevenlabs"), ("tts", "deepgram")]
    assert isinstance(it.blobs, DiskBlobs)
    assert it.carrier.name == "telnyx"
    assert it.stream


@pytest.mark.parametrize("seconds", [60, 1800, 14_000])
def test_the_carrier_leaves_a_leg_the_time_for_a_transfer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    assert _leg_s(seconds) == 14_000
    monkeypatch.setitem(PATIENCE, Phase.BRIDGED, 600.0)
    assert _leg_s(seconds) == min(14_000, seconds + 600)


def test_without_a_recogniser_or_when_it_is_switched_off_calls_are_not_streamed(tmp_path: Path) -> None:
    assert not parts(tmp_path).stream
    assert not parts(tmp_path, **KEYS, use_media_streams=False).stream
    assert parts(tmp_path).stt is None
    assert parts(tmp_path).tts is None


async def test_a_bucket_takes_the_place_of_the_disk_and_keeps_its_own_links(tmp_path: Path) -> None:
    it = parts(tmp_path, s3_bucket="calls", aws_region="us-east-1")
    assert isinstance(it.blobs, S3Blobs)
    assert it.blobs.aclose in it.closers()


def test_a_carrier_that_nobody_has_added_is_told_with_those_there_are() -> None:
    with pytest.raises(Misconfigured, match="telnyx"):
        carrier_spec("pigeon")


def test_a_default_bot_that_does_not_exist_is_told_before_the_first_call(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="maria"):
        build_gateway(Settings(data_dir=tmp_path, default_bot="nobody"))


def test_a_database_that_would_forget_everything_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL"):
        build_gateway(Settings(data_dir=tmp_path, database_url="sqlite://"))


async def test_in_webhook_mode_the_carrier_is_asked_for_no_stream(tmp_path: Path) -> None:
    url = empty_database(tmp_path / "calls.db")
    async with served(tmp_path, url, use_media_streams=False) as it:
        await it.call()
        [dial] = it.control.commands
        assert isinstance(dial, Dial)
        assert not dial.stream
        assert it.control.sent[0].leg.ticket is None


async def test_the_carriers_recording_is_fetched_kept_and_named_in_the_call(tmp_path: Path) -> None:
    url = empty_database(tmp_path / "calls.db")
    async with served(tmp_path, url, use_media_streams=False) as it:
        it.control.recordings["https://carrier.example/r.mp3"] = b"ID3"
        call_id = await it.call()
        live = it.gateway.desk.roster.find(call_id)
        assert live is not None
        for event in (
            LegAnswered(control_id="leg-1"),
            RecordingSaved(url="https://carrier.example/r.mp3", format="mp3"),
            LegHungUp(cause="normal"),
        ):
            live.post(event)
        await eventually(lambda: it.metric("recordings_total", outcome="fetched"), within_s=5)
        stored = await it.gateway.calls.get(call_id)
        assert stored is not None
        assert stored.recording_key == f"recordings/{call_id}-carrier.mp3"
        assert await it.gateway.blobs.get(stored.recording_key) == b"ID3"


@pytest.mark.parametrize(
    ("call", "zone"),
    [
        (call_record(direction="outbound", to="+573005550101"), "America/Bogota"),
        (call_record(direction="inbound", sender="+51987654321", to="+576015550100"), "America/Lima"),
        (call_record(direction="inbound", sender="anonymous"), "America/Caracas"),
    ],
)
def test_the_zone_of_a_contact_is_told_from_the_number_as_far_as_it_goes(call: Any, zone: str) -> None:
    assert contact_zone(WorldNumberPlan("CO"), call, default="America/Caracas") == zone


@pytest.mark.parametrize(
    ("expires", "signature"), [("", ""), ("soon", "00"), ("9" * 13, "00"), ("9999999999", "00"), ("-1", "00")]
)
async def test_a_local_file_is_given_for_a_genuine_link_only(tmp_path: Path, expires: str, signature: str) -> None:
    it = parts(tmp_path, webhook_base_url="https://gateway.example")
    await it.disk.put("a.wav", b"RIFF", content_type="audio/wav")
    assert await it.local_blob("a.wav", {"expires": expires, "signature": signature}) is None
    query = (await it.disk.url("a.wav")).partition("?")[2]
    genuine = dict(pair.split("=") for pair in query.split("&"))
    assert await it.local_blob("a.wav", genuine) == b"RIFF"
