"""Requests of the business API that are sent at the gateway while callers talk."""

import itertools
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

import httpx

PATHS: Final = (
    "/api/calls?limit=50",
    "/api/analytics/summary",
    "/api/calls?q=ana",
    "/api/analytics/series?metric=latency_p95",
    "/api/products?limit=50",
    "/api/overview",
)
LANES: Final = 8
"""Requests at the same time, at most: those that are late are not made up for."""


class Beside:
    """So many requests a second for as long as it is entered; nothing with 0. `took_ms` are those that succeeded."""

    def __init__(self, url: str, *, rate: float) -> None:
        self._url = url
        self._rate = rate
        self._over = threading.Event()
        self._lanes: Sequence[threading.Thread] = ()
        self.took_ms: list[float] = []
        self.failed = 0

    def __enter__(self) -> Self:
        if self._rate:
            self._lanes = [threading.Thread(target=self._send, args=(lane,)) for lane in range(LANES)]
        for lane in self._lanes:
            lane.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for lane in self._lanes:
            lane.join()

    def _send(self, lane: int) -> None:
        every_s = LANES / self._rate
        due = time.monotonic() + lane / self._rate
        with httpx.Client(timeout=10.0, trust_env=False) as http:
            for path in itertools.islice(itertools.cycle(PATHS), lane, None):
                if self._over.wait(max(0.0, due - time.monotonic())):
                    return
                due = max(due + every_s, time.monotonic())
                began = time.perf_counter()
                try:
                    succeeded = http.get(self._url + path).is_success
                except httpx.HTTPError:
                    succeeded = False
                if succeeded:
                    self.took_ms.append((time.perf_counter() - began) * 1000)
                else:
                    self.failed += 1
