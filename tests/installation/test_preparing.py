"""Ports, token, settings and the lock are settled before anything is started."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stack import private, sign_in
from stack.failures import StackFailed
from stack.options import parse
from stack.ports import demand_free, free_port, is_free
from stack.prepare import alone, prepare
from stack.private import keep_private
from stack.settings import Settings
from stack.sign_in import kept_token, open_browser
from tests.stack.running import free_port as several_free_ports


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
    settings = Settings.load(tmp_path, {})
    assert settings.get("DRAIN_SECONDS") == "5"
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
    first = several_free_ports()
    arguments = ["up", "--nodes", "3", "--port", "0", "--control-port", str(first), "--sidecar-port", str(first + 1)]
    plan = prepare(parse(arguments), Settings({"NODE_ID": "x"}, {}), folder=tmp_path).plan
    assert plan.nodes == {"a": first, "b": first + 4, "c": first + 7}
    assert plan.streams == {"a": first + 2, "b": first + 5, "c": first + 8}
    assert plan.webhooks == {"a": first + 3, "b": first + 6, "c": first + 9}
    assert plan.webhook_base("b") == f"{plan.address}/n/b"


def test_media_sockets_lie_beside_the_control_plane_or_where_there_is_room(tmp_path: Path) -> None:
    first = several_free_ports()
    options = parse(["up", "--port", "0", "--sidecar-port", "0", "--control-port", str(first)])

    def stream() -> int:
        return prepare(options, Settings({"STREAM_PORT": "0"}, {}), folder=tmp_path).plan.streams["main"]

    assert stream() == first + 1
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", first + 1))
        listener.listen()
        assert stream() not in {first, first + 1}


def test_a_port_for_media_sockets_that_was_asked_for_is_taken_or_refused(tmp_path: Path, taken: int) -> None:
    first = free_port()
    asked = Settings({"STREAM_PORT": str(first)}, {})
    assert prepare(parse(["up", *ports()]), asked, folder=tmp_path).plan.streams == {"main": first}
    refused = ((("--stream-port", str(taken)), asked), ((), Settings({"STREAM_PORT": str(taken)}, {})))
    for arguments, settings in refused:
        with pytest.raises(StackFailed, match=rf"{taken} \(media sockets of main\) .*--stream-port"):
            prepare(parse(["up", *ports(), *arguments]), settings, folder=tmp_path)
    with pytest.raises(StackFailed, match="STREAM_PORT is '70000'"):
        prepare(parse(["up", *ports()]), Settings({"STREAM_PORT": "70000"}, {}), folder=tmp_path)


def test_a_port_for_webhooks_that_was_asked_for_is_taken_or_refused(tmp_path: Path, taken: int) -> None:
    first = free_port()
    asked = Settings({"WEBHOOK_PORT": str(first)}, {})
    assert prepare(parse(["up", *ports()]), asked, folder=tmp_path).plan.webhooks == {"main": first}
    with pytest.raises(StackFailed, match=rf"{taken} \(webhooks of main\) .*--webhook-port"):
        prepare(parse(["up", *ports(), "--webhook-port", str(taken)]), asked, folder=tmp_path)


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


def test_settings_that_the_runner_gives_itself_are_named_when_they_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("API_PORT=zzz\nDRAIN_SECONDS=-1\nNODE_ID=Büro 1\nTRUSTED_PROXIES=10.0.0.0/8 here\n")
    settings = Settings.load(tmp_path, {"METRICS_PORT": "70000"})
    with pytest.raises(StackFailed) as failure:
        prepare(parse(["up", *ports()]), settings, folder=tmp_path)
    told = str(failure.value)
    for fault in ("API_PORT is 'zzz'", "DRAIN_SECONDS is '-1'", "METRICS_PORT is '70000'", "NODE_ID is 'Büro 1'"):
        assert fault in told
    assert "TRUSTED_PROXIES is 'here'" in told
    with pytest.raises(StackFailed, match="- PORT is 'x'"):
        prepare(parse(["up", *ports()]), Settings({"PORT": "x"}, {}), folder=tmp_path)


def test_a_data_folder_that_cannot_be_used_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")

    def told(data: Path) -> str:
        with pytest.raises(StackFailed) as failure, alone(data):
            pass
        return str(failure.value)

    assert told(tmp_path / "file").startswith(f"DATA_DIR ({tmp_path}/file) is a file; it has to be a folder.")
    assert "lies below something that is a file." in told(tmp_path / "file" / "data")
    assert "cannot be made" in told(Path("/proc/none"))
    monkeypatch.setattr(private.os, "access", lambda path, mode: False)
    assert "cannot be written by this user." in told(tmp_path / "data")


def test_what_lies_in_the_data_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "var"
    (data / "blobs").mkdir(parents=True)
    for path in (data, data / "blobs"):
        path.chmod(0o755)
    for name in ("centralita.db", "centralita.db-wal", "other"):
        (data / name).write_text("")
        (data / name).chmod(0o644)
    before = os.umask(0o022)
    try:
        keep_private()
        with alone(data), alone(tmp_path / "new"):
            pass
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (data, *data.iterdir(), tmp_path / "new")}
    assert modes == {
        "var": 0o755,
        "other": 0o644,
        "blobs": 0o700,
        "new": 0o700,
        **dict.fromkeys(("centralita.db", "centralita.db-wal", "runner.lock"), 0o600),
    }
