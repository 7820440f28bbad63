"""The sidecar's settings."""

from pathlib import Path

import pytest

from metrics_sidecar.settings import NAMES, SettingsError, SidecarSettings


def load(**variables: str) -> SidecarSettings:
    return SidecarSettings.load(variables, None)


def faults(**variables: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(**variables)
    return caught.value.faults


def test_without_any_setting_the_sidecar_listens_on_3009_and_watches_3008_of_this_machine() -> None:
    settings = load(METRICS_PORT="")
    assert (settings.host, settings.port) == ("127.0.0.1", 3009)
    assert settings.control_planes == {"main": "http://127.0.0.1:3008"}


def test_the_old_name_of_the_port_means_one_control_plane_on_this_machine() -> None:
    assert load(NODE_PORT="4000").control_planes == {"main": "http://127.0.0.1:4000"}


def test_control_planes_have_names_or_get_them() -> None:
    settings = load(CONTROL_PLANE_URLS="a=http://10.0.0.1:3008/, b=https://b.example ,http://10.0.0.3:3008")
    assert settings.control_planes == {
        "a": "http://10.0.0.1:3008",
        "b": "https://b.example",
        "node-3": "http://10.0.0.3:3008",
    }
    assert load(CONTROL_PLANE_URLS="http://cp:3008").control_planes == {"main": "http://cp:3008"}


def test_the_environment_wins_over_files_and_files_over_the_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AUTH_TOKEN=from-dotenv\nMETRICS_PORT=4001\nDATA_DIR=data\n")
    (tmp_path / "mounted").mkdir()
    (tmp_path / "mounted" / "auth_token").write_text("from-directory\n")
    (tmp_path / "token").write_text("from-file\n")
    places = {"SECRETS_DIR": str(tmp_path / "mounted")}
    named = {**places, "AUTH_TOKEN_FILE": str(tmp_path / "token")}
    tokens = [
        SidecarSettings.load(environment, tmp_path / ".env").auth_token
        for environment in ({}, places, named, {**named, "AUTH_TOKEN": "from-environment"})
    ]
    assert tokens == ["from-dotenv", "from-directory", "from-file", "from-environment"]
    assert SidecarSettings.load({}, tmp_path / ".env").port == 4001


def test_every_fault_is_told_at_once_and_no_value_with_it() -> None:
    found = faults(
        METRICS_PORT="many",
        METRICS_POLL_SECONDS="nan",
        LOG_LEVEL="loud",
        AUTH_TOKEN_FILE="/nowhere/at/all",
        CONTROL_PLANE_URLS="a=http://x:1,a=http://x:2,B=http://x,ftp://x,http://u:hidden@x,http://x/path",
    )
    assert len(found) == 9
    assert "hidden" not in "\n".join(found)


def test_the_token_is_not_shown() -> None:
    assert "hidden" not in repr(load(AUTH_TOKEN="hidden"))


def test_the_example_names_every_setting_of_the_sidecar() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    assert not [name for name in NAMES if f"{name}=" not in example]
