"""Bringing callbacks from the log into the queue, and from the queue to a control plane that takes calls."""

import asyncio
import logging
from dataclasses import replace
from typing import Any, Final, NoReturn

import httpx
import orjson

from metrics_sidecar.callbacks import lines
from metrics_sidecar.callbacks.lines import Callback
from metrics_sidecar.callbacks.queue import CallbackQueue
from metrics_sidecar.callbacks.tail import Tail
from metrics_sidecar.catalogue import Callbacks
from metrics_sidecar.fleet import Fleet

log = logging.getLogger("sidecar.callbacks")

EVERY_S: Final = 1.0
PUSH_TIMEOUT_S: Final = 10.0
BATCH: Final = 50
LONGEST_PAUSE_S: Final = 30.0
REFUSALS: Final = (400, 413, 422)
"""The control plane understood, and will not take what is in the request, now or later."""


class Courier:
    """What is in the log is in the queue before the log is marked as read, and what is in the queue is with a control
    plane before it leaves the queue. A full queue leaves the rest in the log."""

    def __init__(self, tail: Tail, queue: CallbackQueue, *, fleet: Fleet, client: httpx.AsyncClient) -> None:
        self._tail, self._queue, self._fleet, self._client = tail, queue, fleet, client
        self._counts = Callbacks()
        self._batch = BATCH
        self._pause_s = EVERY_S

    def figures(self) -> Callbacks:
        return replace(self._counts, waiting=len(self._queue), full=not self._queue.room)

    async def run(self) -> NoReturn:
        due = 0.0
        while True:
            try:
                await self.collect()
                due -= EVERY_S
                if due <= 0 and len(self._queue):
                    due = await self._push_all()
            except OSError:
                log.exception("callbacks cannot be kept")
            await asyncio.sleep(EVERY_S)

    async def collect(self) -> None:
        """Everything new in the log into the queue, as far as there is room."""
        while self._queue.room and self._tail.grown():
            if not await asyncio.to_thread(self._collect_piece):
                return

    def _collect_piece(self) -> bool:
        piece = self._tail.read()
        found = [lines.read(line) for line in piece.lines if line.strip()]
        callbacks = [callback for callback in found if callback is not None]
        self._queue.add(callbacks)
        self._tail.commit(piece)
        lost = len(found) - len(callbacks)
        self._counts = replace(self._counts, unreadable=self._counts.unreadable + lost)
        if found:
            log.warning("calls were not answered", extra={"callbacks": len(callbacks), "unreadable": lost})
        return bool(piece.lines)

    async def _push_all(self) -> float:
        """Answers after how many seconds to try again."""
        plane = next((plane for plane in self._fleet.best_first() if plane.watch.usable), None)
        if plane is None:
            return 0.0
        while len(self._queue):
            if not await self._push(plane.address):
                self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
                return self._pause_s
        self._pause_s, self._batch = EVERY_S, BATCH
        return 0.0

    async def _push(self, address: str) -> bool:
        """One batch; whether to go on."""
        batch = self._queue.first(self._batch)
        try:
            async with asyncio.timeout(PUSH_TIMEOUT_S):
                answer = await self._client.post(
                    f"{address}/api/callbacks",
                    content=orjson.dumps({"items": [each.to_json() for each in batch]}),
                    headers={"content-type": "application/json"},
                )
        except (TimeoutError, httpx.HTTPError) as error:
            log.warning("callbacks were not taken", extra={"error": type(error).__name__})
            return False
        if answer.status_code in REFUSALS:
            return await self._single_out(batch, answer.status_code)
        stored = _stored(answer) & {each.id for each in batch}
        if not stored:
            log.warning("callbacks were not taken", extra={"status": answer.status_code})
            return False
        settled = await asyncio.to_thread(self._queue.settle, sorted(stored))
        self._counts = replace(self._counts, delivered=self._counts.delivered + settled)
        return True

    async def _single_out(self, batch: list[Callback], status: int) -> bool:
        """One bad callback must not keep the others: send them one by one, and put aside what is refused alone."""
        if len(batch) > 1:
            self._batch = 1
            return True
        log.error("a callback was refused and put aside", extra={"status": status})
        await asyncio.to_thread(self._queue.refuse, batch[0])
        self._counts = replace(self._counts, refused=self._counts.refused + 1)
        return True


def _stored(answer: httpx.Response) -> set[str]:
    if answer.status_code != 200:
        return set()
    try:
        data: Any = orjson.loads(answer.content)
        return {identity for identity in data["stored"] if isinstance(identity, str)}
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return set()
