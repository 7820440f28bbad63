"""Ports, token, settings and the lock are settled before anything is started."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stack import sign_in
from stack.failures import StackFailed
from stack.options import parse
from stack.ports import demand_free, free_port, is_free
from stack.prepare import alone, prepare
from stack.settings import Settings
from stack.sign_in import kept_token, link, open_browser


@pytest.fixture
def taken() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def ports() -> tuple[str, ...]:
    return ("--port", "0", "--control-port", "0", "--sidecar-port", "0")


def test_a_taken_port_is_told_with_who_holds_it_and_the_way_out(taken: int) -> None:
    with pytest.raises(StackFailed) as failure:
        demand_free({"nginx": (taken, "--port")})
    told = str(failure.value)
    assert f"Port {taken} (nginx) cannot be used: process {os.getpid()} (" in told
    assert f'make up ARGS="--port {taken + 10}"' in told


def test_all_taken_ports_are_told_at_once(taken: int) -> None:
    with pytest.raises(StackFailed, match=r"(?s)nginx.*sidecar.*asked for twice"):
        demand_free({"nginx": (taken, "--port"), "sidecar": (taken, "--sidecar-port")})


def test_the_preferred_port_is_taken_when_it_is_free(taken: int) -> None:
    free = free_port()
    assert free_port(free) == free
    other = free_port(taken)
    assert other != taken
    assert is_free(other)


def test_a_token_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    token = kept_token(tmp_path / "var")
    assert len(token) >= 40
    assert kept_token(tmp_path / "var") == token
    assert stat.S_IMODE((tmp_path / "var" / "auth_token").stat().st_mode) == 0o600


def test_the_token_stands_behind_the_hash() -> None:
    assert link("http://127.0.0.1:8080", "t") == "http://127.0.0.1:8080/sign-in#t"


def test_without_a_screen_no_browser_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(sign_in.webbrowser, "open", lambda url: bool(opened.append(url)) or True)
    assert not open_browser("x", {}, platform="linux")
    assert open_browser("y", {"WAYLAND_DISPLAY": "wayland-0"}, platform="linux")
    assert opened == ["y"]


def test_settings_come_from_environment_files_and_env_file_in_this_order(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    (mounted / "auth_token").write_text("mounted")
    (tmp_path / ".env").write_text("AUTH_TOKEN=written\nDRAIN_SECONDS=5\nEMPTY=\n")

    def token(**given: str) -> str:
        return Settings.load(tmp_path, given).get("AUTH_TOKEN")

    assert token() == "written"
    assert token(SECRETS_DIR=str(mounted)) == "mounted"
    assert token(SECRETS_DIR=str(mounted), AUTH_TOKEN_FILE=str(tmp_path / "secret")) == "from a file"
    assert token(AUTH_TOKEN="given", AUTH_TOKEN_FILE=str(tmp_path / "secret")) == "given"
    assert token(AUTH_TOKEN="", AUTH_TOKEN_FILE="/nowhere") == "written"
    settings = Settings.load(tmp_path, {"API_PORT": "many"})
    assert settings.number("DRAIN_SECONDS", 30) == 5
    assert settings.number("API_PORT", 3008) == 3008
    assert settings.get("EMPTY", "default") == "default"


def test_a_plan_takes_its_token_from_the_settings_or_makes_one(tmp_path: Path) -> None:
    options = parse(["up", *ports()])
    made = prepare(options, Settings({}, {}), folder=tmp_path)
    assert made.token_is_ours
    assert made.plan.token == (tmp_path / "var" / "auth_token").read_text()
    given = prepare(options, Settings({"AUTH_TOKEN": "mine", "DATA_DIR": "d"}, {}), folder=tmp_path)
    assert (given.token_is_ours, given.plan.token, given.plan.data) == (False, "mine", tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_several_control_planes_have_names_and_ports_that_nobody_else_has(tmp_path: Path) -> None:
    first = free_port()
    arguments = ["up", "--nodes", "3", "--port", "0", "--control-port", str(first), "--sidecar-port", str(first + 1)]
    plan = prepare(parse(arguments), Settings({"NODE_ID": "x"}, {}), folder=tmp_path).plan
    assert plan.nodes == {"a": first, "b": first + 2, "c": first + 3}
    assert plan.webhook_base("b") == f"{plan.address}/n/b"


def test_the_public_address_is_what_carriers_get(tmp_path: Path) -> None:
    settings = Settings({"WEBHOOK_BASE_URL": "https://calls.example.com/"}, {})
    assert (
        prepare(parse(["up", *ports()]), settings, folder=tmp_path).plan.webhook_base("main")
        == "https://calls.example.com"
    )
    several = prepare(parse(["up", *ports(), "--nodes", "2"]), settings, folder=tmp_path).plan
    assert several.webhook_base("a") == "https://calls.example.com/n/a"


def test_no_secret_is_shown_when_a_plan_is_printed(tmp_path: Path) -> None:
    plan = prepare(parse(["up", *ports()]), Settings({"CLAUDE_API_KEY": "sk-1"}, {}), folder=tmp_path).plan
    assert plan.token not in repr(plan)
    assert "sk-1" not in repr(plan)


def test_a_second_runner_for_the_same_data_is_refused_by_the_number_of_the_first(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from stack.prepare import alone\nwith alone(Path(sys.argv[1])): pass"
    command = [sys.executable, "-c", code, str(tmp_path)]
    with alone(tmp_path):
        second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert f"runs already: process {os.getpid()} looks after" in second.stderr
    third = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert third.returncode == 0


@pytest.mark.parametrize("wrong", [["up", "--nodes", "0"], ["up", "--port", "99999"], ["down"], []])
def test_nonsense_is_refused_with_a_message(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse(wrong)
    assert end.value.code == 2
    assert capsys.readouterr().err
