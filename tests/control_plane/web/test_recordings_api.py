"""A player on our own pages hears a recording, and sees its outline."""

import io
import wave
from array import array
from typing import Any

import pytest

from tests.gateways import ELSEWHERE, Served
from tests.records import call_record, journal_entry

KEY = "recordings/one.wav"


def sound(frames: list[tuple[int, ...]]) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(len(frames[0]))
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(array("h", [sample for frame in frames for sample in frame]).tobytes())
    return content.getvalue()


CONTENT = sound([(16384, 0)] * 4000 + [(0, -8192)] * 4000)


async def recorded(it: Served, key: str = KEY, content: bytes | None = CONTENT) -> None:
    await it.gateway.calls.create(call_record("one", recording_key=key), journal_entry("one"), commands=[])
    if content is not None:
        await it.gateway.blobs.put(key, content, content_type="audio/wav")


async def test_the_whole_recording(it: Served) -> None:
    await recorded(it)
    answer = await it.get("/api/calls/one/recording")
    assert answer.status_code == 200
    assert answer.content_type == "audio/wav"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert await answer.get_data(as_text=False) == CONTENT


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=100-", 100, len(CONTENT)),
        ("bytes=-50", len(CONTENT) - 50, len(CONTENT)),
        (f"bytes=10-{len(CONTENT) + 5}", 10, len(CONTENT)),
    ],
)
async def test_the_part_that_a_player_asks_for(it: Served, wanted: str, start: int, stop: int) -> None:
    await recorded(it)
    answer = await it.get("/api/calls/one/recording", headers={"range": wanted})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"
    assert await answer.get_data(as_text=False) == CONTENT[start:stop]


async def test_a_part_behind_the_end_is_refused(it: Served) -> None:
    await recorded(it)
    answer = await it.get("/api/calls/one/recording", headers={"range": f"bytes={len(CONTENT)}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize("path", ["recording", "waveform"])
async def test_what_is_not_there_is_not_found(it: Served, path: str) -> None:
    answer = await it.get(f"/api/calls/nobody/{path}")
    assert (answer.status_code, (await answer.get_json())["code"]) == (404, "unknown_call")
    await recorded(it, content=None)
    answer = await it.get(f"/api/calls/one/{path}")
    assert (answer.status_code, (await answer.get_json())["code"]) == (404, "no_recording")
    await it.gateway.calls.create(call_record("two"), journal_entry("two"), commands=[])
    assert (await it.get(f"/api/calls/two/{path}")).status_code == 404


@pytest.mark.parametrize("path", ["recording", "waveform"])
async def test_strangers_hear_nothing(it: Served, path: str) -> None:
    await recorded(it)
    assert (await it.get(f"/api/calls/one/{path}", client=ELSEWHERE)).status_code == 401


async def test_the_recording_of_a_carrier_has_its_own_type(it: Served) -> None:
    await recorded(it, "recordings/one-carrier.mp3", b"ID3 and so on")
    assert (await it.get("/api/calls/one/recording")).content_type == "audio/mpeg"
    answer = await it.get("/api/calls/one/waveform")
    assert (answer.status_code, (await answer.get_json())["code"]) == (422, "no_waveform")


async def outline(it: Served, query: str = "?points=10") -> dict[str, Any]:
    answer = await it.get(f"/api/calls/one/waveform{query}")
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    return dict(await answer.get_json())


async def test_the_outline_tells_caller_and_agent_apart(it: Served) -> None:
    await recorded(it)
    body = await outline(it)
    assert body["duration_s"] == 1.0
    caller, agent = body["channels"]
    assert (caller["name"], agent["name"]) == ("caller", "agent")
    assert caller["peaks"] == [0.5] * 5 + [0.0] * 5
    assert agent["peaks"] == [0.0] * 5 + [0.25] * 5


async def test_a_recording_of_one_channel_is_of_both(it: Served) -> None:
    await recorded(it, content=sound([(32767,)] * 100))
    (both,) = (await outline(it))["channels"]
    assert (both["name"], both["peaks"]) == ("both", [1.0] * 10)


async def test_an_outline_is_drawn_once(it: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    await recorded(it)
    first = await outline(it)
    monkeypatch.setattr(it.gateway.blobs, "read", None)
    assert await outline(it) == first


@pytest.mark.parametrize("points", ["9", "4001", "many", "-1"])
async def test_an_outline_is_neither_coarser_nor_finer_than_makes_sense(it: Served, points: str) -> None:
    await recorded(it)
    assert (await it.get(f"/api/calls/one/waveform?points={points}")).status_code == 422
