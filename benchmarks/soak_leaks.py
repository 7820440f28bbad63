"""Leaks that are planted on purpose, so that a soak test can show that it sees them."""

import asyncio
import os
from collections.abc import Callable
from typing import Any, Final

HELD: list[Any] = []
"""What is never let go."""
TAKEN: Final = 20_000
"""Bytes that each call keeps."""


def _memory(live: Any) -> None:
    HELD.append(bytes(bytearray(TAKEN)))


def _objects(live: Any) -> None:
    HELD.append(live)


def _tasks(live: Any) -> None:
    HELD.append(asyncio.get_running_loop().create_task(asyncio.Event().wait()))


def _files(live: Any) -> None:
    HELD.append(os.open(os.devnull, os.O_RDONLY))


LEAKS: Final[dict[str, Callable[[Any], None]]] = {
    "memory": _memory,
    "objects": _objects,
    "tasks": _tasks,
    "files": _files,
}


def plant(names: str) -> None:
    """From now on each call of the gateway in this process leaks so; the names are separated by commas."""
    wanted = [LEAKS[name] for name in names.split(",") if name]
    if not wanted:
        return
    from control_plane.services.calls.roster import Roster

    opens = Roster.open

    def opens_and_leaks(self: Roster, *arguments: Any, **named: Any) -> Any:
        live = opens(self, *arguments, **named)
        for leak in wanted:
            leak(live)
        return live

    Roster.open = opens_and_leaks  # type: ignore[method-assign]
