"""Looking at one control plane over HTTP, in bounded time and with bounded memory."""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import httpx

from metrics_sidecar import figures
from metrics_sidecar.clock import Clock
from metrics_sidecar.exposition import reading
from metrics_sidecar.exposition.reading import Reading
from metrics_sidecar.figures import Figures
from metrics_sidecar.sources import http
from metrics_sidecar.watch import State

LARGEST_FIGURES: Final = 64 * 1024
LARGEST_METRICS: Final = 4 * 1024 * 1024
METRICS_TIMEOUT_S: Final = 5.0
FORMATS: Final = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"


class PollError(Exception):
    """The look failed; `state` says as what."""

    def __init__(self, state: State) -> None:
        super().__init__(str(state))
        self.state = state


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    figures: Figures
    took_s: float


class ControlPlaneReader:
    """Asks with a new connection each time: whether a process still accepts them is part of the question."""

    def __init__(self, addresses: list[str], *, token: str, timeout_s: float, steady: Clock) -> None:
        self._timeout_s = timeout_s
        self._steady = steady
        limits = httpx.Limits(max_connections=2 * len(addresses) + 2, max_keepalive_connections=0)
        self._client = http.client(addresses, token=token, timeout=httpx.Timeout(METRICS_TIMEOUT_S), limits=limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def figures(self, address: str) -> Look:
        """Raises PollError."""
        begun = self._steady()
        body = await self._get(f"{address}/api/figures", LARGEST_FIGURES, timeout_s=self._timeout_s)
        try:
            return Look(figures=figures.read(body), took_s=self._steady() - begun)
        except figures.NoFiguresError as error:
            raise PollError(State.GARBAGE) from error

    async def metrics(self, address: str, process: str) -> Reading:
        """Raises PollError."""
        headers = {"accept": FORMATS}
        body = await self._get(f"{address}/metrics", LARGEST_METRICS, timeout_s=METRICS_TIMEOUT_S, headers=headers)
        try:
            return reading.read(body, process)
        except reading.NoExpositionError as error:
            raise PollError(State.GARBAGE) from error

    async def _get(self, url: str, most: int, *, timeout_s: float, headers: dict[str, str] | None = None) -> bytes:
        try:
            async with asyncio.timeout(timeout_s):
                return await self._read(url, most, headers={"accept-encoding": "identity", **(headers or {})})
        except (TimeoutError, httpx.TimeoutException) as error:
            raise PollError(State.HUNG) from error
        except (httpx.ConnectError, httpx.ReadError, httpx.WriteError, httpx.CloseError) as error:
            raise PollError(State.DEAD) from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise PollError(State.GARBAGE) from error

    async def _read(self, url: str, most: int, *, headers: dict[str, str]) -> bytes:
        async with self._client.stream("GET", url, headers=headers) as answer:
            if answer.status_code != 200:
                raise PollError(State.DENIED if answer.status_code in (401, 403) else State.FAILING)
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > most:
                    raise PollError(State.GARBAGE)
            return bytes(body)
