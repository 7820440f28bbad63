"""Writes lines to a terminal that may be slow, paused or gone, without ever making the writer wait."""

import queue
import threading
from contextlib import suppress
from typing import Final, TextIO

WAITING: Final = 2000
"""Lines; further ones are dropped, counted, and told when there is room again."""
FAREWELL_S: Final = 2.0


class Outlet:
    """Lines go out in a thread of their own. When the terminal is gone, they go nowhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING)
        self._dropped = 0
        self._thread = threading.Thread(target=self._write, name="outlet", daemon=True)
        self._thread.start()

    def line(self, text: str) -> None:
        try:
            if self._dropped:
                self._lines.put_nowait(f"({self._dropped} lines were left out here)")
                self._dropped = 0
            self._lines.put_nowait(text)
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Returns when everything is written, or when that takes too long."""
        with suppress(queue.Full):
            self._lines.put(None, timeout=FAREWELL_S)
            self._thread.join(FAREWELL_S)

    def _write(self) -> None:
        while (text := self._lines.get()) is not None:
            with suppress(OSError, ValueError):
                self._stream.write(f"{text}\n")
                if self._lines.empty():
                    self._stream.flush()
        with suppress(OSError, ValueError):
            self._stream.flush()
