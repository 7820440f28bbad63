"""Processes are started in order, started again when they die, and ended in order."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from stack import crew as crew_module
from stack.crew import Crew
from stack.failures import StackFailed
from stack.ports import free_port
from stack.unit import Turn
from tests.installation.units import python, server


class Heard:
    """What the crew says."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.crew = Crew(self._hear)
        self._more = asyncio.Event()

    def _hear(self, sentence: str) -> None:
        self.sentences.append(sentence)
        self._more.set()

    async def until(self, holds: Callable[[str], bool]) -> None:
        async with asyncio.timeout(30):
            while not any(holds(sentence) for sentence in self.sentences):
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def kept_alive(crew: Crew) -> AsyncIterator["asyncio.Task[None]"]:
    keeping = asyncio.create_task(crew.keep_alive())
    try:
        yield keeping
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError, BaseExceptionGroup):
            await keeping
        await crew.stop()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_module, "FIRST_PAUSE_S", 0.01)


async def test_a_child_that_is_killed_is_started_again_and_that_is_said_loudly(tmp_path: Path) -> None:
    heard = Heard()
    first = await heard.crew.start(server(tmp_path, "child", free_port()))
    async with kept_alive(heard.crew):
        await asyncio.sleep(0)
        os.kill(first.pid, signal.SIGKILL)
        await heard.until(lambda sentence: sentence == "The child runs again.")
        [second] = heard.crew.programs
        assert second.pid != first.pid
    assert heard.sentences[0] == "!! The child has died (signal 9); it is started again in 0.01 s."
    assert "serving" in heard.sentences[1]


async def test_a_child_that_keeps_dying_is_tried_again_after_longer_and_longer_pauses(tmp_path: Path) -> None:
    heard = Heard()
    await heard.crew.start(python(tmp_path, "import time; time.sleep(0.3); raise SystemExit(3)"))
    async with kept_alive(heard.crew):
        await heard.until(lambda sentence: sentence.endswith("again in 0.04 s."))
    pauses = [sentence for sentence in heard.sentences if sentence.startswith("!!")][:3]
    assert [sentence.rpartition(" in ")[2] for sentence in pauses] == ["0.01 s.", "0.02 s.", "0.04 s."]


async def test_a_child_whose_settings_cannot_be_used_is_not_tried_again(tmp_path: Path) -> None:
    heard = Heard()
    code = "import sys, time; time.sleep(0.3); print('TELNYX_API_KEY cannot be used', flush=True); sys.exit(78)"
    await heard.crew.start(python(tmp_path, code, hopeless=frozenset({78})))
    async with kept_alive(heard.crew) as keeping:
        with pytest.raises(ExceptionGroup) as failures:
            await keeping
    [failure] = failures.value.exceptions
    assert isinstance(failure, StackFailed)
    assert "TELNYX_API_KEY" in str(failure)


async def test_they_end_by_turns_whatever_the_order_of_their_start(tmp_path: Path) -> None:
    crew = Crew(lambda _: None)
    for name, turn in (("world", Turn.WORLD), ("calls", Turn.CALLS), ("figures", Turn.FIGURES), ("edge", Turn.EDGE)):
        await crew.start(server(tmp_path, name, free_port(), turn=turn))
    await crew.stop()
    assert (tmp_path / "book").read_text().split() == ["calls", "edge", "figures", "world"]
    assert crew.programs == ()


async def test_a_child_that_never_gets_ready_is_ended_with_the_rest(tmp_path: Path) -> None:
    crew = Crew(lambda _: None)
    unit = server(tmp_path, "child", free_port(), variables={"STATUS": "503"}, ready_s=1.0)
    with pytest.raises(StackFailed):
        await crew.start(unit)
    [child] = crew.programs
    await crew.stop()
    assert child.code == 0
