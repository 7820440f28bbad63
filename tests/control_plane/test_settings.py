"""Settings as an operator meets them: names, sources, precedence, secrecy."""

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

from control_plane.settings import Settings, SettingsError, variable_names

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-do-not-print"


def load(tmp_path: Path, env: dict[str, str], written: str = "") -> Settings:
    env_file = tmp_path / ".env"
    env_file.write_text(written, encoding="utf-8")
    return Settings.load(env, env_file)


def test_without_any_variable_the_defaults_hold(tmp_path: Path) -> None:
    settings = load(tmp_path, {})
    assert settings.api_port == 3008
    assert settings.webhook_base_url == "http://127.0.0.1:3008"
    assert settings.ws_stream_url == "ws://127.0.0.1:3008/stream/media"
    assert settings.database_url == "sqlite:///var/centralita.db"
    assert settings.use_media_streams is True


def test_addresses_follow_from_port_host_and_data_directory(tmp_path: Path) -> None:
    settings = load(tmp_path, {"WEBHOOK_BASE_URL": "https://calls.example.com/", "DATA_DIR": "/srv/data"})
    assert settings.webhook_base_url == "https://calls.example.com"
    assert settings.ws_stream_url == "wss://calls.example.com/stream/media"
    assert settings.database_url == "sqlite:////srv/data/centralita.db"


@pytest.mark.parametrize(
    ("base", "stream"),
    [
        ("", "ws://127.0.0.1:3010/stream/media"),
        ("http://10.0.0.7:3008/n/a", "ws://10.0.0.7:3010/n/a/stream/media"),
        ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/stream/media"),
        ("https://calls.example.com:3008", "wss://calls.example.com:3008/stream/media"),
    ],
)
def test_an_address_past_the_web_server_leads_streams_to_their_port(tmp_path: Path, base: str, stream: str) -> None:
    settings = load(tmp_path, {"STREAM_PORT": "3010", "WEBHOOK_BASE_URL": base})
    assert settings.ws_stream_url == stream


FITTING = {
    "api_port": "8123",
    "database_url": "postgresql://there.example.com/db",
    "ws_stream_url": "wss://there.example.com",
    "redis_url": "redis://there.example.com",
    "telnyx_phone_number": "+573001234567",
    "twilio_phone_number": "+573001234567",
    "transfer_number": "+573001234567",
    "telnyx_public_key": "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
    "default_region": "MX",
    "turn_endpointing": "adaptive",
    "turn_speculation": "false",
    "turn_model": "off",
    "llm_providers": "openai",
    "stt_providers": "deepgram-flux",
    "tts_providers": "deepgram",
    "node_address": "http://10.0.0.2:3008",
    "otlp_endpoint": "http://127.0.0.1:4318",
    "trace_sample_ratio": "0.5",
    "alert_interval_seconds": "30",
    "default_time_zone": "America/Lima",
    "bot_language": "en",
    "stream_target_legs": "both",
    "carrier": "telnyx",
    "mail_url": "smtp://there.example.com",
    "outbound_allow": "10.0.0.0/8",
    "secrets_dir": "/",
    "log_level": "debug",
    "log_format": "console",
    "registration": "open",
    "use_media_streams": "false",
    "record_calls": "no",
    "log_pii": "1",
}
"""A value for every field that does not take the text `600`, nor an address when its name ends in `_url`."""
PARTNERS = {"AWS_ACCESS_KEY_ID": "600", "AWS_SECRET_ACCESS_KEY": "600", "PLAYOUT_LEAD_MS": "600"}
"""Variables without which another one would be a contradiction."""


@pytest.mark.parametrize(
    ("variable", "field"),
    [(variable, field) for field, variables in variable_names().items() for variable in variables],
)
def test_every_name_of_a_setting_is_read(tmp_path: Path, variable: str, field: str) -> None:
    value = FITTING.get(field, "https://there.example.com" if field.endswith("_url") else "600")
    settings = load(tmp_path, PARTNERS | {variable: value})
    assert field in settings.model_fields_set


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ("API_PORT", "PORT", "api_port"),
        ("AWS_REGION", "AWS_DEFAULT_REGION", "aws_region"),
    ],
)
def test_of_two_names_the_first_wins_in_the_same_place(tmp_path: Path, first: str, second: str, field: str) -> None:
    settings = load(tmp_path, {first: "4001", second: "4002"})
    assert str(getattr(settings, field)) == "4001"


def test_the_environment_wins_over_files_and_files_over_the_env_file(tmp_path: Path) -> None:
    directory = tmp_path / "secrets"
    directory.mkdir()
    for name in ("telnyx_api_key", "DEEPGRAM_API_KEY", "ELEVENLABS_API_KEY"):
        (directory / name).write_text("from directory\n")
    (tmp_path / "one").write_text("from file\n")
    env = {
        "SECRETS_DIR": str(directory),
        "TELNYX_API_KEY": "from environment",
        "DEEPGRAM_API_KEY_FILE": str(tmp_path / "one"),
    }
    written = "TELNYX_API_KEY=no\nDEEPGRAM_API_KEY=no\nELEVENLABS_API_KEY=no\nCLAUDE_API_KEY='from env file'\n"
    settings = load(tmp_path, env, written)
    assert settings.telnyx_api_key.get_secret_value() == "from environment"
    assert settings.deepgram_api_key.get_secret_value() == "from file"
    assert settings.elevenlabs_api_key.get_secret_value() == "from directory"
    assert settings.claude_api_key.get_secret_value() == "from env file"


def test_a_port_given_by_the_platform_wins_over_the_env_file(tmp_path: Path) -> None:
    assert load(tmp_path, {"PORT": "8080"}, "API_PORT=3008\n").api_port == 8080


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    settings = load(tmp_path, {"CLAUDE_API_KEY": "", "ANTHROPIC_API_KEY": "key", "API_PORT": " "}, "HOST=\n")
    assert settings.claude_api_key.get_secret_value() == "key"
    assert (settings.api_port, settings.host) == (3008, "127.0.0.1")


def test_all_faults_come_in_one_message_without_the_values(tmp_path: Path) -> None:
    env = {
        "API_PORT": SECRET,
        "DATABASE_URL": f"mysql://user:{SECRET}@host/db",
        "DEFAULT_TIME_ZONE": "Mars/Olympus",
        "TELNYX_PUBLIC_KEY": SECRET,
        "CLAUDE_API_KEY_FILE": str(tmp_path / "absent"),
        "SECRETS_DIR": str(tmp_path / "absent"),
        "WEBHOOK_BASE_URL": "https://[",
    }
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, env)
    text = str(caught.value)
    for name in env:
        assert name in text
    assert SECRET not in text


def test_no_secret_shows_in_any_form_of_printing(tmp_path: Path) -> None:
    secrets = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    env = {name.upper(): SECRET for name in secrets}
    env |= {"DATABASE_URL": f"postgresql://u:{SECRET}@h/db", "REDIS_URL": f"redis://:{SECRET}@h"}
    settings = load(tmp_path, env)
    assert len(secrets) >= 12
    assert SECRET not in f"{settings!r}{settings}{settings.found!r}"


def test_constructing_settings_does_not_look_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_PORT", "9")
    assert Settings().api_port == 3008


def test_the_environment_of_the_process_is_read_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("API_PORT", "4567")
    assert Settings.load(env_file=tmp_path / "absent").api_port == 4567


def test_the_example_lists_every_variable_and_nothing_else() -> None:
    listed = re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M)
    known = [name for names in variable_names().values() for name in names]
    assert sorted(listed) == sorted(known)


def test_the_example_loads_and_states_the_defaults(tmp_path: Path) -> None:
    assert dotenv_values(ROOT / ".env.example")
    assert Settings.load({}, ROOT / ".env.example") == Settings()
