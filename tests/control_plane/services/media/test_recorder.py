"""Both sides of a call on disk, in step with the clock, and as one stereo file at the end."""

import asyncio
import io
import tracemalloc
import wave
from pathlib import Path

import pytest

from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.core.audio.frames import FRAME_BYTES
from control_plane.core.audio.g711 import ULAW_VALUES
from control_plane.ports.errors import Unavailable
from control_plane.services.media.recorder import FLUSH_BYTES, MIX_BYTES, Recorder, mix, wav
from control_plane.services.media.spool import Spool
from control_plane.testing.clock import FakeClock
from tests.wire.server import spawn

KEY = "recordings/call-1.wav"
A, B = b"\x80", b"\x90"


class Recording:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "spool"
        self.spool = Spool(self.folder, spawn)
        self.clock = FakeClock()
        self.began_at = self.clock.wall()
        self.blobs = DiskBlobs(folder / "blobs", "http://here", secret=b"s", clock=self.clock)
        self.recorder = self.another()

    def another(self) -> Recorder:
        return Recorder(self.spool, "call-1", began_at=self.began_at, clock=self.clock)

    async def caller(self, sound: bytes, seconds: float) -> None:
        """The caller is heard for so long, frame by frame."""
        for _ in range(round(seconds * 50)):
            self.clock.advance(0.02)
            if self.recorder.caller(sound * FRAME_BYTES):
                await self.recorder.flush()

    def spooled(self, side: str) -> bytes:
        return (self.folder / f"call-1.{side}.ulaw").read_bytes()

    async def saved(self) -> tuple[list[int], list[int]]:
        """(caller, agent) samples of the file."""
        assert await self.recorder.save(self.blobs, KEY)
        content = await self.blobs.get(KEY)
        assert content is not None
        return sides(content)


def sides(content: bytes) -> tuple[list[int], list[int]]:
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        samples = memoryview(file.readframes(file.getnframes())).cast("h").tolist()
    return samples[0::2], samples[1::2]


def loud(samples: list[int]) -> tuple[int, int]:
    """(silent samples at the beginning, samples that are not silent)."""
    heard = [index for index, sample in enumerate(samples) if sample]
    return heard[0], len(heard)


@pytest.fixture
def it(tmp_path: Path) -> Recording:
    return Recording(tmp_path)


async def test_the_caller_is_left_the_agent_right(it: Recording) -> None:
    await it.caller(A, 1.0)
    it.recorder.agent(B * 8000)
    caller, agent = await it.saved()
    assert caller == [ULAW_VALUES[A[0]]] * 8000
    assert agent == [ULAW_VALUES[B[0]]] * 8000


async def test_three_seconds_of_a_side_are_written_with_what_there_is_of_the_other(it: Recording) -> None:
    it.recorder.agent(B * FRAME_BYTES)
    await it.caller(A, 6.5)
    assert len(it.spooled("caller")) == 2 * FLUSH_BYTES
    assert it.spooled("agent") == B * FRAME_BYTES
    caller, _ = await it.saved()
    assert len(caller) == 52_000


async def test_blocks_are_written_in_order_however_often_writing_is_asked_for(it: Recording) -> None:
    for sound in (A, B):
        for _ in range(FLUSH_BYTES // FRAME_BYTES):
            it.clock.advance(0.02)
            it.recorder.caller(sound * FRAME_BYTES)
    await asyncio.gather(it.recorder.flush(), it.recorder.flush())
    assert it.spooled("caller") == A * FLUSH_BYTES + B * FLUSH_BYTES


async def test_a_side_that_began_late_is_filled_up_with_silence_in_front(it: Recording) -> None:
    await it.caller(A, 1.0)
    it.clock.advance(1.0)
    it.recorder.agent(B * 4000)
    caller, agent = await it.saved()
    assert loud(agent) == pytest.approx((12_000, 4000), abs=1)
    assert len(caller) == len(agent)


async def test_a_hole_is_filled_so_that_what_follows_is_in_its_place(it: Recording) -> None:
    await it.caller(A, 1.0)
    it.clock.advance(3.0)
    await it.caller(A, 1.0)
    caller, _ = await it.saved()
    assert len(caller) == pytest.approx(5 * 8000, abs=1)
    assert caller[7999] != 0
    assert set(caller[8000 : 4 * 8000 - 1]) == {0}
    assert caller[4 * 8000] != 0


async def test_the_jitter_of_the_network_is_no_hole(it: Recording) -> None:
    await it.caller(A, 0.5)
    it.clock.advance(0.15)
    await it.caller(A, 0.5)
    caller, _ = await it.saved()
    assert 0 not in caller


async def test_audio_that_was_only_late_takes_the_place_of_the_silence_that_was_put_in_for_it(it: Recording) -> None:
    await it.caller(A, 0.5)
    it.clock.advance(0.8)
    for _ in range(40):  # all that was said in that time, at once
        it.recorder.caller(B * FRAME_BYTES)
    await it.caller(A, 0.5)
    caller, _ = await it.saved()
    silent, heard = loud(caller)
    assert (silent, heard) == (0, pytest.approx(1.8 * 8000, abs=400))
    assert len(caller) == pytest.approx(1.8 * 8000, abs=400)


async def test_a_second_recorder_goes_on_with_the_tracks_of_the_first(it: Recording) -> None:
    await it.caller(A, 3.0)
    it.recorder = it.another()
    it.clock.advance(1.0)
    await it.caller(B, 1.0)
    caller, _ = await it.saved()
    assert len(caller) == pytest.approx(5 * 8000, abs=1)
    assert set(caller[: 3 * 8000]) == {ULAW_VALUES[A[0]]}
    assert set(caller[3 * 8000 : 4 * 8000 - 1]) == {0}
    assert set(caller[4 * 8000 :]) == {ULAW_VALUES[B[0]]}


async def test_saving_leaves_nothing_in_the_spool(it: Recording) -> None:
    await it.caller(A, 2.5)
    await it.saved()
    assert list(it.folder.iterdir()) == []


async def test_where_nothing_was_recorded_nothing_is_saved(it: Recording) -> None:
    assert not await it.recorder.save(it.blobs, KEY)
    assert await it.blobs.get(KEY) is None


async def test_a_store_that_fails_leaves_the_tracks_in_the_spool(it: Recording) -> None:
    class Broken(DiskBlobs):
        async def put(self, key: str, data: bytes, *, content_type: str) -> None:
            raise Unavailable("disk", "cannot read or write a blob")

    await it.caller(A, 1.0)
    broken = Broken(it.folder, "http://here", secret=b"s", clock=it.clock)
    with pytest.raises(Unavailable):
        await it.recorder.save(broken, KEY)
    assert it.spooled("caller") == A * 8000


def test_a_mix_is_as_long_as_its_longer_side(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(A * 100)
    (tmp_path / "b").write_bytes(B * 40)
    caller, agent = sides(mix(tmp_path / "a", tmp_path / "b"))
    assert caller == [ULAW_VALUES[A[0]]] * 100
    assert agent == [ULAW_VALUES[B[0]]] * 40 + [0] * 60


def test_a_mix_may_lack_a_side(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(B * 40)
    caller, _ = sides(mix(tmp_path / "a", tmp_path / "b"))
    assert caller == [0] * 40


def test_a_wav_of_one_side_is_mono() -> None:
    with wave.open(io.BytesIO(wav(b"\x00\x01" * 10))) as file:
        assert (file.getnchannels(), file.getnframes()) == (1, 10)


def test_a_mix_of_many_blocks_keeps_both_sides_in_step(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(A * MIX_BYTES + B * MIX_BYTES + A * 7)
    (tmp_path / "b").write_bytes(B * (MIX_BYTES + 5))
    caller, agent = sides(mix(tmp_path / "a", tmp_path / "b"))
    loud_a, loud_b = ULAW_VALUES[A[0]], ULAW_VALUES[B[0]]
    assert caller == [loud_a] * MIX_BYTES + [loud_b] * MIX_BYTES + [loud_a] * 7
    assert agent == [loud_b] * (MIX_BYTES + 5) + [0] * (MIX_BYTES + 2)


def test_mixing_takes_little_more_memory_than_its_result(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(A * 300 * MIX_BYTES)
    (tmp_path / "b").write_bytes(B * 300 * MIX_BYTES)
    tracemalloc.start()
    size = len(mix(tmp_path / "a", tmp_path / "b"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.5 * size


async def test_audio_after_saving_is_ignored(it: Recording) -> None:
    await it.caller(A, 1.0)
    await it.saved()
    await it.caller(A, 5.0)
    assert not it.recorder.agent(B * FLUSH_BYTES)
    await it.recorder.flush()
    assert list(it.folder.iterdir()) == []
