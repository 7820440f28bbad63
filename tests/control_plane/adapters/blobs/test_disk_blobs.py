"""Files on disk: whole, inside their folder, behind signed addresses."""

import asyncio
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.adapters.blobs import disk
from control_plane.adapters.blobs.disk import DiskBlobs
from control_plane.adapters.blobs.keys import checked
from control_plane.ports.errors import Unavailable
from control_plane.testing.clock import FakeClock

KEY = "recordings/call-1.wav"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def blobs(tmp_path: Path, clock: FakeClock) -> DiskBlobs:
    return DiskBlobs(tmp_path / "blobs", "https://pbx.example/", secret=b"secret", clock=clock)


async def test_what_was_put_is_got(blobs: DiskBlobs) -> None:
    assert await blobs.get(KEY) is None
    await blobs.put(KEY, b"one", content_type="audio/wav")
    await blobs.put(KEY, b"two", content_type="audio/wav")
    assert await blobs.get(KEY) == b"two"
    assert await blobs.get("recordings") is None
    assert await blobs.get(KEY + "/deeper") is None


async def test_a_reader_sees_the_old_or_the_whole_file(blobs: DiskBlobs, tmp_path: Path) -> None:
    pieces = [bytes([number]) * 200_000 for number in range(8)]
    await blobs.put(KEY, pieces[0], content_type="audio/wav")
    seen: list[bytes | None] = []

    async def read() -> None:
        for _ in range(20):
            seen.append(await blobs.get(KEY))

    await asyncio.gather(read(), *(blobs.put(KEY, piece, content_type="audio/wav") for piece in pieces))
    assert all(found in pieces for found in seen)
    assert [path.name for path in (tmp_path / "blobs" / "recordings").iterdir()] == ["call-1.wav"]


async def test_a_write_that_fails_leaves_nothing(blobs: DiskBlobs, tmp_path: Path) -> None:
    (tmp_path / "blobs" / KEY).mkdir(parents=True)
    with pytest.raises(Unavailable) as caught:
        await blobs.put(KEY, b"one", content_type="audio/wav")
    assert "call-1" not in str(caught.value)
    assert [path.name for path in (tmp_path / "blobs" / "recordings").iterdir()] == ["call-1.wav"]


async def address(blobs: DiskBlobs, *, expires_s: int = 600) -> tuple[str, int, str]:
    parts = urlsplit(await blobs.url(KEY, expires_s=expires_s))
    query = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc) == ("https", "pbx.example")
    return parts.path.removeprefix("/blobs/"), int(query["expires"][0]), query["signature"][0]


async def test_an_address_is_good_until_it_expires(blobs: DiskBlobs, clock: FakeClock) -> None:
    key, expires, signature = await address(blobs, expires_s=60)
    assert key == KEY
    assert expires == clock.wall() + 60
    assert blobs.verify(key, expires, signature=signature, now=clock.wall())
    clock.advance(59.9)
    assert blobs.verify(key, expires, signature=signature, now=clock.wall())
    clock.advance(0.1)
    assert not blobs.verify(key, expires, signature=signature, now=clock.wall())


async def test_an_address_is_good_for_one_key_and_one_time_and_one_secret(
    blobs: DiskBlobs, clock: FakeClock, tmp_path: Path
) -> None:
    key, expires, signature = await address(blobs)
    assert not blobs.verify("recordings/call-2.wav", expires, signature=signature, now=clock.wall())
    assert not blobs.verify(key, expires + 1, signature=signature, now=clock.wall())
    assert not blobs.verify(key, expires, signature="ñ", now=clock.wall())
    assert not blobs.verify(key, expires, signature="", now=clock.wall())
    other = DiskBlobs(tmp_path, "https://pbx.example", secret=b"other", clock=clock)
    assert not other.verify(key, expires, signature=signature, now=clock.wall())


def test_an_empty_secret_is_refused(tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(ValueError, match="secret"):
        DiskBlobs(tmp_path, "https://pbx.example", secret=b"", clock=clock)


OUTSIDE = ["", "/etc/passwd", "../x", "a/../b", "a/./b", "a//b", "a/", ".hidden", "a/.b"]
UNUSUAL = ["a\\b", "a\x00b", "a b", "ñ", "a\n", "a" * 513]


@pytest.mark.parametrize("key", [*OUTSIDE, *UNUSUAL])
async def test_a_key_that_leads_elsewhere_is_refused(blobs: DiskBlobs, key: str) -> None:
    for attempt in (blobs.get(key), blobs.put(key, b"", content_type="audio/wav"), blobs.url(key)):
        with pytest.raises(ValueError, match="blob key"):
            await attempt


@given(st.text(alphabet="ab./\\-_~%\x00 ", max_size=30))
def test_every_accepted_key_stays_in_the_folder(key: str) -> None:
    folder = Path("/srv/blobs")
    try:
        path = folder / checked(key)
    except ValueError:
        return
    assert Path(*path.parts).resolve().is_relative_to(folder.resolve())
    assert path.resolve() != folder.resolve()


async def test_a_file_is_read_in_parts(blobs: DiskBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "PIECE_BYTES", 4)
    await blobs.put("recordings/part.wav", b"0123456789", content_type="audio/wav")
    assert await blobs.size("recordings/part.wav") == 10
    for start, stop in ((0, 10), (0, 4), (3, 9), (9, 10), (5, 5)):
        pieces = [piece async for piece in blobs.read("recordings/part.wav", start=start, stop=stop)]
        assert b"".join(pieces) == b"0123456789"[start:stop]
        assert all(len(piece) <= 4 for piece in pieces)


async def test_of_a_missing_file_there_is_nothing_to_read(blobs: DiskBlobs) -> None:
    assert await blobs.size("recordings/none.wav") is None
    assert [piece async for piece in blobs.read("recordings/none.wav", start=0, stop=10)] == []
