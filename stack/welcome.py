"""The way in for the first owner of an installation, while nobody has an account."""

import asyncio
import json
import re
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from typing import Final

from stack.asking import ask
from stack.plan import LOOPBACK, Plan, control_unit

_COMMAND: Final = "reset-owner"
_PATIENCE_S: Final = 60.0
_TOKEN: Final = re.compile(r"/welcome#([\w-]+)\s*$", re.ASCII)


async def setup_token(plan: Plan) -> str:
    """What the welcome page wants to see; empty when somebody has an account, or nobody can say."""
    if not await _setup_needed(plan):
        return ""
    unit = control_unit(plan, next(iter(plan.nodes)))
    # The same program with the same settings: it shares the database with the one that runs.
    process = await asyncio.create_subprocess_exec(
        *(*unit.command[:-1], _COMMAND),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,
        cwd=unit.cwd,
        env=dict(unit.environment),
    )
    try:
        async with asyncio.timeout(_PATIENCE_S):
            said, _ = await process.communicate()
    except TimeoutError:
        return ""
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    found = _TOKEN.search(said.decode(errors="replace"))
    return found[1] if found else ""


def welcome(plan: Plan, token: str) -> str:
    """Browsers keep what stands behind `#` to themselves: it is sent to no server and stands in no log."""
    return f"{plan.address}/welcome#{token}"


async def _setup_needed(plan: Plan) -> bool:
    port = next(iter(plan.nodes.values()))
    answer = await ask(f"http://{LOOPBACK}:{port}/api/auth/session")
    with suppress(ValueError):
        state = json.loads(answer.text.partition(" ")[2])
        return isinstance(state, dict) and state.get("setup_needed") is True
    return False
