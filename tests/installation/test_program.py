"""Children of the runner start, fail loudly, and end for certain."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from stack.failures import StackFailed
from stack.ports import free_port
from stack.program import Program
from tests.installation.units import alive, python, server

STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("child", child.pid, flush=True)
time.sleep(60)
"""

PARENT = """
import asyncio, os, sys
from pathlib import Path
from stack.program import Program
from tests.installation.units import python
async def main():
    unit = python(Path(sys.argv[1]), "import time; time.sleep(60)")
    print((await Program.start(unit)).pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def runner_of(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PARENT, str(folder)], stdout=subprocess.PIPE, cwd=os.getcwd())


async def gone(pid: int) -> bool:
    for _ in range(500):  # the kernel takes a moment
        if not alive(pid):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_line_says_that_it_is_ready(tmp_path: Path) -> None:
    child = await Program.start(python(tmp_path, "import time; print('x\\nready 1', flush=True); time.sleep(60)"))
    assert await child.line("ready") == "ready 1\n"
    await child.stop()


async def test_a_process_is_ready_when_its_address_answers_well(tmp_path: Path) -> None:
    child = await Program.start(server(tmp_path, "child", free_port()))
    await child.until_ready()
    await child.stop()
    assert (tmp_path / "book").read_text() == "child\n"


async def test_bad_news_keeps_a_process_from_being_ready(tmp_path: Path) -> None:
    unit = server(tmp_path, "child", free_port(), variables={"STATUS": "503"}, ready_s=2.0)
    child = await Program.start(unit)
    with pytest.raises(StackFailed, match=r"did not get ready within 2 s\. http://\S+ says: 503"):
        await child.until_ready()
    await child.stop()


async def test_a_child_that_ends_by_itself_shows_the_end_of_its_log(tmp_path: Path) -> None:
    child = await Program.start(python(tmp_path, "import sys; print('more', flush=True); sys.exit('the reason')"))
    with pytest.raises(StackFailed, match=r"(?s)The child ended by itself with code 1.*more.*the reason.*child\.log"):
        await child.watch()
    await child.stop()


async def test_a_child_that_ends_instead_of_getting_ready_says_so(tmp_path: Path) -> None:
    unit = replace(python(tmp_path, "import sys; sys.exit('no port')"), ready="http://127.0.0.1:9/")
    child = await Program.start(unit)
    with pytest.raises(StackFailed, match="no port"):
        await child.until_ready()
    with pytest.raises(StackFailed, match="no port"):
        await child.line("ready")


async def test_the_words_of_an_earlier_run_are_not_taken_for_its_last(tmp_path: Path) -> None:
    (tmp_path / "child.log").write_text("ready long ago\n")
    child = await Program.start(python(tmp_path, "import sys; sys.exit('now')"))
    with pytest.raises(StackFailed, match="now") as failure:
        await child.line("ready")
    assert "long ago" not in str(failure.value)


async def test_a_stubborn_child_and_its_children_are_gone_after_stop(tmp_path: Path) -> None:
    child = await Program.start(python(tmp_path, STUBBORN, patience_s=0.1))
    grandchild = int((await child.line("child")).split()[1])
    assert alive(grandchild)
    await child.stop()
    assert await gone(grandchild)


async def test_a_command_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StackFailed, match=r"The child could not be started: there is no \./nothing"):
        await Program.start(replace(python(tmp_path, ""), command=("./nothing",)))


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not end children with their parent")
async def test_a_child_does_not_outlive_a_runner_that_is_killed(tmp_path: Path) -> None:
    runner = runner_of(tmp_path)
    assert runner.stdout is not None
    child = int(runner.stdout.readline())
    assert alive(child)
    runner.send_signal(signal.SIGKILL)
    runner.communicate(timeout=20)
    assert await gone(child)
