"""What the person at the terminal sees of the runner and of its processes."""

import asyncio
import sys
from collections.abc import Iterable, Mapping
from typing import Final, TextIO

from stack.log_tail import Tail
from stack.log_view import LogView, Look
from stack.options import Options
from stack.outlet import Outlet
from stack.unit import Unit

_LOOK_S: Final = 0.1


class Terminal:
    """One view of all logs, and between them the sentences of the runner."""

    def __init__(self, options: Options, *, environment: Mapping[str, str], out: TextIO, err: TextIO) -> None:
        self._lines = Outlet(out)
        self._own = Outlet(err) if options.json else self._lines
        self._options = options
        self._colour = out.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
        self._tails: dict[str, Tail] = {}
        self._view = LogView(Look(width=0, raw=options.json))

    @classmethod
    def standard(cls, options: Options, environment: Mapping[str, str]) -> "Terminal":
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
        return cls(options, environment=environment, out=sys.stdout, err=sys.stderr)

    def follow(self, units: Iterable[Unit]) -> None:
        """From now on show what these write."""
        self._tails = {unit.name: Tail(unit.log) for unit in units}
        width = max(len(name) for name in self._tails)
        self._view = LogView(Look(width=width, colour=self._colour, raw=self._options.json))

    def say(self, sentence: str) -> None:
        """First what the processes have written, so that the order is true."""
        self.show_fresh()
        self._own.line(sentence)

    async def show(self) -> None:
        """Until cancelled."""
        while True:
            self.show_fresh()
            await asyncio.sleep(_LOOK_S)

    def show_fresh(self) -> None:
        for name, tail in self._tails.items():
            for line in tail.fresh():
                if not self._options.quiet:
                    self._lines.line(self._view.show(name, line))
            tail.shorten()

    def close(self) -> None:
        self.show_fresh()
        for outlet in {self._lines, self._own}:
            outlet.close()
