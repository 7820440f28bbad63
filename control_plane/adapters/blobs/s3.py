"""Audio files in an S3 bucket, at Amazon or at a compatible server."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from control_plane.adapters.blobs.keys import checked
from control_plane.adapters.refusals import kind_of, machine_name
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Timeout, Unavailable

CONNECT_TIMEOUT_S: Final = 3.0
READ_TIMEOUT_S: Final = 15.0
OPERATION_TIMEOUT_S: Final = 45.0
"""Over all attempts of one operation, waiting for a free connection included."""
ATTEMPTS: Final = 3
CONNECTIONS: Final = 50
PIECE_BYTES: Final = 1024 * 1024
"""Of a file that is read in pieces."""

_BY_CODE: Final[dict[str, type[ProviderError]]] = {
    "NoSuchBucket": Misconfigured,
    "InvalidBucketName": Misconfigured,
    "PermanentRedirect": Misconfigured,
    "AuthorizationHeaderMalformed": Misconfigured,
    "SlowDown": RateLimited,
    "RequestTimeout": Timeout,
}
_BY_EXCEPTION: Final[dict[str, type[ProviderError]]] = {
    "ConnectTimeoutError": Timeout,
    "ReadTimeoutError": Timeout,
    "NoCredentialsError": Misconfigured,
    "PartialCredentialsError": Misconfigured,
    "ParamValidationError": Misconfigured,
}


class S3Blobs:
    """The BlobStore port on a bucket. One session and one client for the process, made when first needed: the
    libraries take a quarter of a second to import, and every further session as much again.
    """

    def __init__(
        self, bucket: str, *, region: str = "", endpoint_url: str = "", access_key: str = "", secret_key: str = ""
    ) -> None:
        """Without keys the usual places are searched (instance role, shared files).

        `endpoint_url` is for compatible servers; it is part of signed addresses, so it has to be the public one.
        """
        self._bucket = bucket
        self._options = {
            "region_name": region or None,
            "endpoint_url": endpoint_url or None,
            "aws_access_key_id": access_key or None,
            "aws_secret_access_key": secret_key or None,
        }
        self._client: Any = None
        self._opening = asyncio.Lock()
        self._stack = AsyncExitStack()

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """Raises ValueError for the key, ProviderError."""
        wanted = self._named(key)
        async with self._working() as client:
            await client.put_object(**wanted, Body=data, ContentType=content_type)

    async def get(self, key: str) -> bytes | None:
        """Raises ValueError for the key, ProviderError."""
        wanted = self._named(key)
        async with self._working() as client:
            try:
                found = await client.get_object(**wanted)
            except client.exceptions.NoSuchKey:
                return None
            async with found["Body"] as body:
                data: bytes = await body.read()
        return data

    async def size(self, key: str) -> int | None:
        """Raises ValueError for the key, ProviderError."""
        wanted = self._named(key)
        async with self._working() as client:
            try:
                found = await client.head_object(**wanted)
            except client.exceptions.ClientError as error:
                # An answer to HEAD has no body, so its error has no name but the status.
                if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    return None
                raise
        return int(found["ContentLength"])

    async def read(self, key: str, *, start: int, stop: int) -> AsyncIterator[bytes]:
        """Piece by piece, each a request of its own: none of them is open while a slow reader takes what it got.

        Raises ValueError for the key, ProviderError.
        """
        wanted = self._named(key)
        while start < stop:
            last = min(start + PIECE_BYTES, stop) - 1
            async with self._working() as client:
                try:
                    found = await client.get_object(**wanted, Range=f"bytes={start}-{last}")
                except client.exceptions.NoSuchKey:
                    return
                async with found["Body"] as body:
                    piece: bytes = await body.read()
            if not piece:
                return
            yield piece
            start += len(piece)

    async def delete(self, key: str) -> None:
        """Raises ValueError for the key, ProviderError."""
        wanted = self._named(key)
        async with self._working() as client:
            await client.delete_object(**wanted)

    async def url(self, key: str, *, expires_s: int = 600) -> str:
        """Signed here, without asking the server. Raises ValueError for the key, ProviderError."""
        wanted = self._named(key)
        async with self._working() as client:
            url: str = await client.generate_presigned_url("get_object", Params=wanted, ExpiresIn=expires_s)
        return url

    async def aclose(self) -> None:
        async with asyncio.timeout(OPERATION_TIMEOUT_S):
            await self._stack.aclose()
        self._client = None

    def _named(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": checked(key)}

    @asynccontextmanager
    async def _working(self) -> AsyncIterator[Any]:
        """The client, within the visible timeout, with its errors in our language."""
        try:
            async with asyncio.timeout(OPERATION_TIMEOUT_S):
                yield await self._opened()
        except TimeoutError:
            raise Timeout("s3", "no answer in time") from None
        except _library_errors() as error:
            raise _provider_error(error) from error

    async def _opened(self) -> Any:
        async with self._opening:
            if self._client is None:
                self._client = await self._open()
        return self._client

    async def _open(self) -> Any:
        aioboto3 = await asyncio.to_thread(importlib.import_module, "aioboto3")
        config = importlib.import_module("botocore.config").Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if self._options["endpoint_url"] else "virtual"},
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            max_pool_connections=CONNECTIONS,
        )
        client = aioboto3.Session().client("s3", config=config, **self._options)
        return await self._stack.enter_async_context(client)


def _library_errors() -> tuple[type[BaseException], ...]:
    exceptions = importlib.import_module("botocore.exceptions")
    return (exceptions.BotoCoreError, exceptions.ClientError, exceptions.HTTPClientError)


def _provider_error(error: BaseException) -> ProviderError:
    """Texts of the library name keys of blobs, so only its codes are passed on."""
    response = getattr(error, "response", None)
    if not isinstance(response, dict) or "Error" not in response:
        name = type(error).__name__
        return _BY_EXCEPTION.get(name, Unavailable)("s3", "no answer", code=name)
    code = machine_name(response["Error"].get("Code"))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return _BY_CODE.get(code, kind_of(status))("s3", f"answered {status}", code=code)
