"""What a process of the installation is: its command, how one sees that it is ready, and how it is asked to end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from signal import SIGKILL, Signals


class Turn(IntEnum):
    """In which order processes end; those of one turn end together.

    Control planes drain first: they refuse new calls themselves, and need Nginx for those that live.
    """

    CALLS = 1
    EDGE = 2
    FIGURES = 3
    WORLD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One process as it is to be run."""

    name: str
    command: tuple[str, ...]
    cwd: Path
    log: Path
    """What it writes is appended here."""
    environment: Mapping[str, str] = field(repr=False)
    ready: str = ""
    """An address that answers well once the process is of use; empty: it need only run."""
    good: frozenset[int] = frozenset({200})
    """Status codes that are a good answer."""
    ready_s: float = 60.0
    reopens: tuple[Path, ...] = ()
    """Logs that it writes by itself, and begins anew after SIGUSR1."""
    callers: tuple[Path, ...] = ()
    """Such logs too, with numbers of callers in them."""
    turn: Turn = Turn.WORLD
    patience_s: float = 6.0
    """How long it may take to end after SIGTERM."""
    orphaned: Signals = SIGKILL
    """What it gets when the process that started it dies."""
    hopeless: frozenset[int] = frozenset()
    """Exit codes after which trying again is no use."""
