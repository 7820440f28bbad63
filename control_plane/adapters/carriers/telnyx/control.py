"""How commands travel to Telnyx: connections, repeats and deadlines."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx
import orjson

from control_plane.adapters.carriers.telnyx.account import PROVIDER, TelnyxAccount
from control_plane.adapters.carriers.telnyx.commands import Order, action, dial_body
from control_plane.adapters.carriers.telnyx.downloads import Downloads, Resolve, addresses_of
from control_plane.adapters.carriers.telnyx.errors import refusal
from control_plane.core.call import commands as c
from control_plane.ports.carrier import Leg, LegIds
from control_plane.ports.errors import Misconfigured, ProviderError, RateLimited, Rejected, Timeout, Unavailable

_FULFILLED: Final[Mapping[type, frozenset[str]]] = {
    c.Hangup: frozenset({"90018", "10005"}),  # has ended; is not known any more
    c.StopStream: frozenset({"90048"}),  # no stream in use
    c.StartTranscription: frozenset({"90054"}),  # runs already
}
"""Refusals which say that what the command wants is already so."""


_USABLE_KEY: Final = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long, in seconds, and how often Telnyx is asked."""

    answer_s: float = 2.5
    """For one try, connection included."""
    pauses_s: tuple[float, ...] = (0.1, 0.5)
    """Before each repeat of a command; their number is the number of repeats."""
    rate_limit_s: float = 2.0
    """The longest wait for a quota; a longer one is the caller's to plan."""
    pool_s: float = 1.0
    piece_s: float = 10.0
    """For each piece of a recording, the first included."""
    download_s: float = 120.0
    download_bytes: int = 128 * 1024 * 1024


class TelnyxControl:
    """Telnyx Call Control v2 as a CallControl.

    A command is repeated inside one call with the identical body, hence the identical `command_id`, by which Telnyx
    recognises it for 60 s. It logs nothing and knows no call but the one it is handed.
    """

    def __init__(
        self, account: TelnyxAccount, *, patience: Patience | None = None, resolve: Resolve = addresses_of
    ) -> None:
        self._account = account
        self._patience = patience or Patience()
        self._client = httpx.AsyncClient(
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=60.0),
            timeout=httpx.Timeout(self._patience.answer_s, pool=self._patience.pool_s),
        )
        self._base_url = account.base_url.rstrip("/")
        self._downloads = Downloads(
            client=self._client,
            base_url=self._base_url,
            piece_s=self._patience.piece_s,
            limit=self._patience.download_bytes,
            resolve=resolve,
        )
        # Not a default of the client: recordings lie on other people's hosts.
        self._headers = {"authorization": f"Bearer {account.api_key}", "content-type": "application/json"}

    async def dial(self, leg: Leg, command: c.Dial, *, command_id: str) -> LegIds:
        """Originate. The ids are empty when Telnyx took the dial without naming the leg (what it answers to a repeated
        dial is not documented); `call.initiated` names it then. Raises ProviderError."""
        answer = await self._post("/calls", dial_body(self._order(leg, command_id), command))
        return LegIds(
            control_id=_text(answer, "call_control_id"),
            leg_id=_text(answer, "call_leg_id"),
            session_id=_text(answer, "call_session_id"),
        )

    async def perform(self, leg: Leg, command: c.CarrierCommand, *, command_id: str) -> None:
        """Raises ProviderError, but not when the refusal says that the command's aim is already reached."""
        if not leg.control_id:
            raise Rejected(PROVIDER, "the leg has no control id")
        verb, body = action(self._order(leg, command_id), command)
        try:
            # The id contains `:` and may contain anything: no character of it is safe in a path.
            await self._post(f"/calls/{quote(leg.control_id, safe='')}/actions/{verb}", body)
        except Rejected as refused:
            if refused.code not in _FULFILLED.get(type(command), frozenset()):
                raise

    async def download(self, url: str) -> bytes:
        """The recording behind a link of `call.recording.saved`. Raises ProviderError; Rejected when it has expired
        or leads where no recording of Telnyx lies (see Downloads)."""
        try:
            async with asyncio.timeout(self._patience.download_s):
                return await self._downloads.fetch(url)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise Rejected(PROVIDER, "the recording's link leads to no web address") from error
        except (TimeoutError, httpx.HTTPError) as error:
            raise _unreached(error) from error

    async def warm(self) -> None:
        with suppress(TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(self._patience.answer_s):
                await self._client.head(f"{self._base_url}/")

    async def aclose(self) -> None:
        await self._client.aclose()

    def _order(self, leg: Leg, command_id: str) -> Order:
        return Order(account=self._account, leg=leg, command_id=command_id)

    async def _post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The `data` of Telnyx's answer; repeats what may go better the next time."""
        if not _USABLE_KEY.fullmatch(self._account.api_key):
            raise Misconfigured(PROVIDER, "the API key is missing or holds characters that no key has")
        content = orjson.dumps(body)
        for planned in self._patience.pauses_s:
            try:
                return await self._try(path, content)
            except ProviderError as error:
                pause = self._pause_after(error, planned)
                if pause is None:
                    raise
            await asyncio.sleep(pause)
        return await self._try(path, content)

    def _pause_after(self, error: ProviderError, planned: float) -> float | None:
        """Seconds to wait before the next try; None when there shall be none."""
        if not error.retryable:
            return None
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return error.retry_after if error.retry_after <= self._patience.rate_limit_s else None
        return planned

    async def _try(self, path: str, content: bytes) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(self._patience.answer_s):
                response = await self._client.post(self._base_url + path, content=content, headers=self._headers)
        except (TimeoutError, httpx.HTTPError) as error:
            raise _unreached(error) from error
        if not response.is_success:
            raise refusal(response.status_code, response.content, headers=response.headers)
        return _data(response.content)


def _unreached(error: TimeoutError | httpx.HTTPError) -> ProviderError:
    if isinstance(error, (TimeoutError, httpx.TimeoutException)):
        return Timeout(PROVIDER, "no answer in time")
    return Unavailable(PROVIDER, f"not reached, {type(error).__name__}")


def _data(body: bytes) -> Mapping[str, Any]:
    """The object under `data`; empty for any other body, since a 2xx has decided already."""
    try:
        content = orjson.loads(body)
    except ValueError:
        return {}
    data = content.get("data") if isinstance(content, dict) else None
    return data if isinstance(data, dict) else {}


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
