"""The process from outside: what it says about its settings, how it starts, how it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.databases import empty_database
from tests.stack.running import free_port

ROOT = Path(__file__).parents[2]
EX_CONFIG = 78


def environment(folder: Path, **settings: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": str(folder / "var"), **settings}


def gateway(folder: Path, command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end, in a folder without a `.env`."""
    return subprocess.run(
        [sys.executable, "-m", "control_plane", command],
        cwd=folder,
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_check_lists_what_real_calls_still_need_and_finds_nothing_wrong_with_that(tmp_path: Path) -> None:
    done = gateway(tmp_path, "check")
    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr.startswith("Real calls still need these settings")
    for name in ("TELNYX_API_KEY", "TELNYX_PUBLIC_KEY", "DEEPGRAM_API_KEY", "CLAUDE_API_KEY", "WEBHOOK_BASE_URL"):
        assert f"  - {name} " in done.stderr
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("command", ["check", "run"])
def test_all_fatal_faults_are_told_at_once_without_their_values(tmp_path: Path, command: str) -> None:
    done = gateway(tmp_path, command, API_PORT="x-secret", CARRIER="pigeon", AWS_ACCESS_KEY_ID="key-secret")
    assert done.returncode == EX_CONFIG
    assert done.stderr.startswith("3 setting(s) cannot be used:")
    for name in ("API_PORT", "CARRIER", "AWS_ACCESS_KEY_ID"):
        assert f"  - {name} " in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_name_is_pointed_out(tmp_path: Path) -> None:
    done = gateway(tmp_path, "check", TELNYX_API_KEI="x")
    assert done.returncode == 0
    assert "TELNYX_API_KEI is no setting and is ignored: did you mean TELNYX_API_KEY?" in done.stderr


@pytest.mark.parametrize(
    ("settings", "told"), [({"DEFAULT_BOT": "nobody"}, "DEFAULT_BOT"), ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL")]
)
def test_settings_that_make_no_gateway_are_told_without_a_traceback(
    tmp_path: Path, settings: dict[str, str], told: str
) -> None:
    done = gateway(tmp_path, "run", API_PORT=str(free_port()), **settings)
    assert done.returncode == EX_CONFIG
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_in_order_even_while_somebody_listens(tmp_path: Path, number: int) -> None:
    port = free_port()
    settings = {"API_PORT": str(port), "DRAIN_SECONDS": "1", "DATABASE_URL": empty_database(tmp_path / "calls.db")}
    process = subprocess.Popen(
        [sys.executable, "-m", "control_plane", "run"],
        cwd=tmp_path,
        env=environment(tmp_path, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        until_ready(process, port)
        with httpx.stream("GET", f"http://127.0.0.1:{port}/api/events", timeout=5) as answer:
            assert next(answer.iter_lines()) == "event: hello"
            began = time.monotonic()
            process.send_signal(number)
            output = process.communicate(timeout=10)[0].decode()
        assert process.returncode == 0, output
        assert time.monotonic() - began < 6
        assert "Traceback" not in output
    finally:
        process.kill()
        process.wait(5)


def until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail("the gateway was not ready within 20 s")


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = {"API_PORT": str(taken.getsockname()[1]), "DATABASE_URL": empty_database(tmp_path / "calls.db")}
        ended = subprocess.run(
            [sys.executable, "-m", "control_plane", "run"],
            cwd=tmp_path,
            env=environment(tmp_path, **settings),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 78
    assert "cannot be used" in ended.stderr
    assert "API_PORT" in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout


def test_reset_owner_prints_one_link_on_an_empty_installation(tmp_path: Path) -> None:
    done = gateway(tmp_path, "reset-owner", WEBHOOK_BASE_URL="https://calls.example.com")
    assert done.returncode == 0
    assert done.stdout.startswith("https://calls.example.com/welcome#")
    assert done.stdout.count("\n") == 1
    assert done.stderr.startswith("Nobody has an account yet.")
