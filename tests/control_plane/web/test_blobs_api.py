"""Audio files for whoever has a signed link, and nothing for anybody else."""

from pathlib import Path

import pytest

from tests.gateways import ELSEWHERE, Served

KEY = "recordings/call-1.wav"
CONTENT = b"RIFF0123456789"


async def link(it: Served, key: str = KEY, *, expires_s: int = 600) -> str:
    """The path and query of a signed link."""
    return (await it.gateway.blobs.url(key, expires_s=expires_s)).removeprefix("https://gateway.example")


@pytest.fixture
async def kept(it: Served) -> Served:
    """A gateway that keeps one file."""
    await it.gateway.blobs.put(KEY, CONTENT, content_type="audio/wav")
    return it


async def test_a_signed_link_gives_the_file_to_anybody(kept: Served) -> None:
    answer = await kept.get(await link(kept), client=ELSEWHERE)
    assert answer.status_code == 200
    assert await answer.get_data(as_text=False) == CONTENT
    assert answer.content_type == "audio/wav"
    assert answer.headers["cache-control"] == "private, max-age=600"
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("bytes=0-3", CONTENT[:4]),
        ("bytes=4-", CONTENT[4:]),
        ("bytes=-4", CONTENT[-4:]),
        ("bytes=10-99", CONTENT[10:]),
    ],
)
async def test_a_player_can_ask_for_a_part(kept: Served, wanted: str, part: bytes) -> None:
    answer = await kept.get(await link(kept), headers={"range": wanted})
    assert answer.status_code == 206
    assert await answer.get_data(as_text=False) == part
    first = CONTENT.index(part)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/{len(CONTENT)}"


async def test_a_part_that_does_not_exist_is_told_with_the_size(kept: Served) -> None:
    answer = await kept.get(await link(kept), headers={"range": "bytes=100-200"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize("wanted", ["bytes=0-1,4-5", "bytes=-100", "lines=1-2", "nonsense", "bytes=5-2"])
async def test_what_is_no_single_part_gives_the_whole(kept: Served, wanted: str) -> None:
    answer = await kept.get(await link(kept), headers={"range": wanted})
    assert (answer.status_code, await answer.get_data(as_text=False)) == (200, CONTENT)


async def test_a_part_of_another_version_is_not_given(kept: Served) -> None:
    answer = await kept.get(await link(kept), headers={"range": "bytes=0-3", "if-range": '"other"'})
    assert (answer.status_code, await answer.get_data(as_text=False)) == (200, CONTENT)


async def test_the_head_of_a_file_tells_its_size(kept: Served) -> None:
    answer = await kept.app.test_client().head(await link(kept))
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(CONTENT))


async def test_a_link_expires(kept: Served) -> None:
    assert (await kept.get(await link(kept, expires_s=-1))).status_code == 404


async def test_a_link_cannot_be_made_to_last_longer(kept: Served) -> None:
    path, _, query = (await link(kept)).partition("?")
    expires, _, signature = query.partition("&")
    later = int(expires.partition("=")[2]) + 3600
    assert (await kept.get(f"{path}?expires={later}&{signature}")).status_code == 404


async def test_a_link_opens_one_file_only(kept: Served) -> None:
    await kept.gateway.blobs.put("recordings/call-2.wav", b"other", content_type="audio/wav")
    query = (await link(kept)).partition("?")[2]
    assert (await kept.get(f"/blobs/recordings/call-2.wav?{query}")).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "",
        "expires=9999999999",
        "signature=00",
        "expires=x&signature=00",
        "expires=9999999999&signature=%C3%B1",
        f"expires={'9' * 5000}&signature=00",
        "expires=-1&signature=00",
        "expires=%C2%B2&signature=00",
    ],
)
async def test_without_a_genuine_signature_there_is_no_file(kept: Served, query: str) -> None:
    answer = await kept.get(f"/blobs/{KEY}?{query}")
    assert (answer.status_code, (await answer.get_json())["code"]) == (404, "unknown_blob")


@pytest.mark.parametrize(
    "path",
    [
        "../gateway.db",
        "..%2f..%2fgateway.db",
        "%2e%2e/gateway.db",
        "recordings/../../../gateway.db",
        "/etc/passwd",
        "recordings/%00",
        ".hidden",
    ],
)
async def test_no_way_leads_out_of_the_folder(kept: Served, tmp_path: Path, path: str) -> None:
    (tmp_path / "var" / "gateway.db").write_bytes(b"secret")
    query = (await link(kept)).partition("?")[2]
    answer = await kept.get(f"/blobs/{path}?{query}")
    assert answer.status_code in (404, 308)
    assert b"secret" not in await answer.get_data(as_text=False)


async def test_a_missing_file_and_a_bad_link_look_the_same(kept: Served) -> None:
    missing = await kept.get(await link(kept, "recordings/none.wav"))
    forged = await kept.get("/blobs/recordings/none.wav?expires=9999999999&signature=00")
    assert missing.status_code == forged.status_code == 404
    assert await missing.get_data(as_text=True) == await forged.get_data(as_text=True)


async def test_what_is_no_wav_is_not_shown_in_a_browser(it: Served) -> None:
    await it.gateway.blobs.put("recordings/a.html", b"<script>", content_type="text/html")
    answer = await it.get(await link(it, "recordings/a.html"))
    assert answer.content_type == "application/octet-stream"
