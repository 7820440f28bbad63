"""What the callers of a benchmark do: which script each follows, for how long, and when each rings."""

import json
from typing import Any, Final

from simulator.caller.script import SCRIPTS

PLAIN: Final = "bench"
INTERRUPTING: Final = "bench_interrupt"
INTERRUPTING_EACH: Final = 3
"""The first of so many callers, and so one who is alone, interrupts the bot now and then."""
STEP_S: Final = 8.0
"""About what one step takes: words, answer, pause."""
SPREAD_S: Final = 2.5
"""The callers ring one after the other over this time, so that their turns are not in step."""
PER_SECOND: Final = 15.0
"""No more new calls than this: what is measured is not how calls are set up."""


def spread_s(calls: int) -> float:
    """Over how long so many callers ring."""
    return max(SPREAD_S, calls / PER_SECOND)


def script_name(index: int) -> str:
    return INTERRUPTING if index % INTERRUPTING_EACH == 0 else PLAIN


def script(name: str, seconds: float) -> dict[str, Any]:
    """The script of that name, its conversation repeated or cut so that it takes about `seconds` with the goodbye."""
    data = dict(json.loads((SCRIPTS / f"{name}.json").read_text(encoding="utf-8")))
    *talk, goodbye, wait = data["steps"]
    wanted = max(1, round(seconds / STEP_S) - 1)
    repeated = talk * -(-wanted // len(talk))
    return {**data, "name": name, "steps": [*repeated[:wanted], goodbye, wait]}


def turns(name: str, seconds: float) -> int:
    """How many answers a caller of that script waits for."""
    return sum(step["do"] in ("say", "interrupt") for step in script(name, seconds)["steps"])
