"""Files in a bucket: a moto server on a port of its own."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, NoCredentialsError
from moto.server import ThreadedMotoServer

from control_plane.adapters.blobs import s3
from control_plane.adapters.blobs.s3 import S3Blobs
from control_plane.ports.errors import (
    Misconfigured,
    ProviderError,
    RateLimited,
    Rejected,
    Timeout,
    Unavailable,
)

KEY = "recordings/call-1.wav"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    moto.start()
    host, port = moto.get_host_and_port()
    address = f"http://{host}:{port}"
    httpx.put(f"{address}/gateway-blobs").raise_for_status()
    yield address
    moto.stop()


def blobs_at(address: str, bucket: str = "gateway-blobs") -> S3Blobs:
    return S3Blobs(bucket, region="us-east-1", endpoint_url=address, access_key="key", secret_key="hunter2")


@pytest.fixture
async def blobs(server: str) -> AsyncIterator[S3Blobs]:
    opened = blobs_at(server)
    yield opened
    await opened.aclose()


async def test_what_was_put_is_got(blobs: S3Blobs) -> None:
    assert await blobs.get("recordings/missing.wav") is None
    await blobs.put(KEY, b"one", content_type="audio/wav")
    assert await blobs.get(KEY) == b"one"


async def test_an_address_needs_no_credentials_and_expires(blobs: S3Blobs, server: str) -> None:
    await blobs.put(KEY, b"one", content_type="audio/wav")
    url = await blobs.url(KEY, expires_s=120)
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{server}/gateway-blobs/{KEY}"
    assert query["X-Amz-Expires"] == ["120"]
    assert query["X-Amz-Signature"]
    assert "hunter2" not in url
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get(url)
    assert (answer.content, answer.headers["content-type"]) == (b"one", "audio/wav")


async def test_one_client_serves_everything(blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    opened = []
    opening = S3Blobs._open

    async def counted(self: S3Blobs) -> object:
        opened.append(1)
        return await opening(self)

    monkeypatch.setattr(S3Blobs, "_open", counted)
    await asyncio.gather(*(blobs.put(f"many/{n}", b"x", content_type="audio/wav") for n in range(20)))
    assert opened == [1]
    await blobs.aclose()
    assert await blobs.get("many/3") == b"x"
    assert opened == [1, 1]


async def test_a_missing_bucket_is_misconfigured(server: str) -> None:
    blobs = blobs_at(server, bucket="nobody-made-this")
    with pytest.raises(Misconfigured) as caught:
        await blobs.put(KEY, b"", content_type="audio/wav")
    assert (caught.value.provider, caught.value.code) == ("s3", "NoSuchBucket")
    assert "call-1" not in str(caught.value)
    await blobs.aclose()


async def test_a_server_that_is_down_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "ATTEMPTS", 1)
    blobs = blobs_at("http://127.0.0.1:1")
    with pytest.raises(Unavailable):
        await blobs.get(KEY)
    await blobs.aclose()


async def test_waiting_ends_with_the_visible_timeout(blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    await blobs.url(KEY)
    monkeypatch.setattr(s3, "OPERATION_TIMEOUT_S", 0.0)
    with pytest.raises(Timeout):
        await blobs.put(KEY, b"x", content_type="audio/wav")
    monkeypatch.undo()


async def test_a_bad_key_is_refused_before_anything_is_asked() -> None:
    blobs = blobs_at("http://127.0.0.1:1")
    with pytest.raises(ValueError, match="blob key"):
        await blobs.put("../x", b"", content_type="audio/wav")


def answered(status: int, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "PutObject")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (answered(403, "AccessDenied"), Misconfigured),
        (answered(403, "SignatureDoesNotMatch"), Misconfigured),
        (answered(503, "SlowDown"), RateLimited),
        (answered(500, "InternalError"), Unavailable),
        (answered(400, "EntityTooLarge"), Rejected),
        (answered(400, "RequestTimeout"), Timeout),
        (EndpointConnectionError(endpoint_url="http://h"), Unavailable),
        (ConnectTimeoutError(endpoint_url="http://h"), Timeout),
        (NoCredentialsError(), Misconfigured),
    ],
)
def test_every_fault_has_its_name(error: Exception, expected: type[ProviderError]) -> None:
    assert type(s3._provider_error(error)) is expected


def test_the_libraries_are_imported_only_when_needed() -> None:
    code = (
        "import sys; from control_plane.adapters.blobs.s3 import S3Blobs; S3Blobs('b');"
        "print([m for m in sys.modules if m.split('.')[0] in {'aioboto3', 'botocore', 'aiobotocore'}])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30).stdout
    assert out.strip() == "[]"


async def test_a_file_is_read_in_parts(blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "PIECE_BYTES", 4)
    await blobs.put("recordings/part.wav", b"0123456789", content_type="audio/wav")
    assert await blobs.size("recordings/part.wav") == 10
    for start, stop in ((0, 10), (0, 4), (3, 9), (9, 10), (5, 5)):
        pieces = [piece async for piece in blobs.read("recordings/part.wav", start=start, stop=stop)]
        assert b"".join(pieces) == b"0123456789"[start:stop]
        assert all(len(piece) <= 4 for piece in pieces)


async def test_of_a_missing_file_there_is_nothing_to_read(blobs: S3Blobs) -> None:
    assert await blobs.size("recordings/none.wav") is None
    assert [piece async for piece in blobs.read("recordings/none.wav", start=0, stop=10)] == []
