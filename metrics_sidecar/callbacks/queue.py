"""Callbacks that wait for a control plane, on disk.

An append-only file of JSON lines: `{"add": …}` and `{"done": [ids]}`. It is written anew when all of it is
done, or much.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson

from metrics_sidecar.callbacks import files
from metrics_sidecar.callbacks.lines import Callback, from_json

MOST_WAITING: Final = 10_000
MOST_REMEMBERED: Final = 20_000
"""Ids that are done and would not be taken a second time."""
REWRITE_AFTER: Final = 1_000


class CallbackQueue:
    """Raises OSError where the disk does."""

    def __init__(self, folder: Path, *, most: int = MOST_WAITING) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path, self._refused_path, self._most = (
            folder / "callbacks.jsonl",
            folder / "callbacks.refused.jsonl",
            most,
        )
        self._waiting: dict[str, Callback] = {}
        self._done: dict[str, None] = {}
        self._load()
        self._rewrite()  # also mends a last line that a crash cut off

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def room(self) -> int:
        return max(self._most - len(self._waiting), 0)

    def first(self, count: int) -> list[Callback]:
        return list(islice(self._waiting.values(), count))

    def add(self, callbacks: Iterable[Callback]) -> None:
        """Safe when this returns. One that is known already is not taken again."""
        new = {each.id: each for each in callbacks if each.id not in self._waiting and each.id not in self._done}
        if not new:
            return
        files.append(self._path, b"".join(_line({"add": each.to_json()}) for each in new.values()))
        self._waiting |= new

    def settle(self, ids: Iterable[str]) -> int:
        """A control plane has stored these; answers how many of them waited."""
        known = [identity for identity in ids if identity in self._waiting]
        if not known:
            return 0
        files.append(self._path, _line({"done": known}))
        self._forget(known)
        self._dead += 1 + len(known)
        if not self._waiting or self._dead > REWRITE_AFTER:  # numbers do not stay longer than they are needed
            self._rewrite()
        return len(known)

    def refuse(self, callback: Callback) -> None:
        """No control plane will ever take it: put it aside for people, and go on with the others."""
        files.append(self._refused_path, _line(callback.to_json()))
        self.settle([callback.id])

    def _forget(self, ids: Iterable[str]) -> None:
        for identity in ids:
            self._waiting.pop(identity, None)
            self._done[identity] = None
        for identity in list(islice(self._done, max(len(self._done) - MOST_REMEMBERED, 0))):
            del self._done[identity]

    def _load(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for record in _records(file):
                if "add" in record:
                    self._take(record["add"])
                self._forget(record.get("done", ()))

    def _take(self, data: dict[str, Any]) -> None:
        try:
            callback = from_json(data)
        except (KeyError, TypeError, ValueError):
            return
        self._waiting[callback.id] = callback

    def _rewrite(self) -> None:
        files.replace(self._path, b"".join(_line({"add": each.to_json()}) for each in self._waiting.values()))
        self._dead = 0


def _records(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(record, dict):
            yield record


def _line(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record) + b"\n"
