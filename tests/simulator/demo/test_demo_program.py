"""Children of the demo start, fail loudly, and end for certain."""

import asyncio
import sys
from pathlib import Path

import pytest

from simulator.demo import program
from simulator.demo.failures import DemoFailed
from simulator.demo.program import Program

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


async def started(tmp_path: Path, code: str) -> Program:
    command = (sys.executable, "-c", code)
    return await Program.start("child", command, log=tmp_path / "child.log", cwd=tmp_path, environment={})


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # in a container nobody may be there to reap it


async def test_the_first_line_says_that_it_is_ready(tmp_path: Path) -> None:
    child = await started(tmp_path, "import time; print('ready', flush=True); time.sleep(60)")
    assert await child.first_line() == "ready\n"
    await child.stop()


async def test_a_child_that_ends_by_itself_shows_the_end_of_its_log(tmp_path: Path) -> None:
    child = await started(tmp_path, "import sys; print('more'); sys.exit('the reason')")
    with pytest.raises(DemoFailed, match=r"(?s)The child ended by itself with code 1.*the reason.*more.*child\.log"):
        await child.watch()
    await child.stop()


async def test_a_child_that_is_never_ready_says_so(tmp_path: Path) -> None:
    child = await started(tmp_path, "import sys; sys.exit('no port')")
    with pytest.raises(DemoFailed, match="no port"):
        await child.first_line()
    await child.stop()


async def test_a_stubborn_child_and_its_children_are_gone_after_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "PATIENCE_S", 0.1)
    child = await started(tmp_path, STUBBORN)
    grandchild = int(await child.first_line())
    assert alive(grandchild)
    await child.stop()
    for _ in range(500):  # the kernel takes a moment
        if alive(grandchild):
            await asyncio.sleep(0.01)
    assert not alive(grandchild)


async def test_a_command_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DemoFailed, match="The child could not be started"):
        await Program.start("child", ("./nothing",), log=tmp_path / "log", cwd=tmp_path, environment={})
