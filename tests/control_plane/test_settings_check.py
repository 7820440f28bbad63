"""What the check finds, and how severe it is."""

from pathlib import Path

import pytest

from control_plane.settings import Settings, Severity, faults
from control_plane.settings_check import is_public

TELNYX_KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
READY = {
    "telnyx_api_key": "KEY",
    "telnyx_public_key": TELNYX_KEY,
    "telnyx_connection_id": "1",
    "telnyx_phone_number": "+573001234567",
    "claude_api_key": "KEY",
    "deepgram_api_key": "KEY",
    "elevenlabs_api_key": "KEY",
    "webhook_base_url": "https://calls.example.com",
}


def names(settings: Settings, severity: Severity) -> list[str]:
    return [fault.name for fault in faults(settings) if fault.severity is severity]


def test_settings_that_are_ready_for_real_calls_have_no_fault() -> None:
    assert faults(Settings.model_validate(READY)) == []


@pytest.mark.parametrize("field", sorted(READY))
def test_whatever_a_real_call_needs_is_named_when_it_is_missing(field: str) -> None:
    settings = Settings.model_validate({name: value for name, value in READY.items() if name != field})
    assert names(settings, Severity.MISSING) == [field.upper()]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("webhook_base_url", "calls.example.com"),
        ("webhook_base_url", "ftp://calls.example.com"),
        ("ws_stream_url", "https://calls.example.com"),
        ("ws_stream_url", "ws://calls.example.com"),
        ("telnyx_base_url", "https://"),
        ("redis_url", "localhost:6379"),
        ("database_url", "mysql://host/db"),
        ("telnyx_public_key", "c2hvcnQ="),
        ("telnyx_public_key", "not base64!"),
        ("telnyx_phone_number", "300 123 4567"),
        ("transfer_number", "+0"),
        ("default_time_zone", "America/Macondo"),
        ("default_time_zone", "../etc/passwd"),
        ("carrier", "pigeon"),
        ("stream_port", "3008"),
        ("webhook_port", "3008"),
        ("playout_chunk_ms", "800"),
        ("aws_access_key_id", "alone"),
        ("mail_url", "pigeon:"),
        ("outbound_allow", "10.0.0.0/8,http://host"),
    ],
)
def test_a_value_that_cannot_work_is_fatal_and_says_what_to_do(field: str, value: str) -> None:
    fatal = [fault for fault in faults(Settings.model_validate(READY | {field: value})) if fault.severity == "fatal"]
    assert [fault.name for fault in fatal] == [field.upper()]
    assert fatal[0].remedy


def test_media_and_webhooks_do_not_share_a_port() -> None:
    shared = Settings.model_validate(READY | {"stream_port": "3010", "webhook_port": "3010"})
    assert [(fault.name, fault.text) for fault in faults(shared)] == [("WEBHOOK_PORT", "is another's too")]
    assert faults(Settings.model_validate(READY | {"stream_port": "3010", "webhook_port": "3012"})) == []


def test_a_carrier_on_this_machine_needs_no_public_address() -> None:
    local = READY | {"webhook_base_url": "http://127.0.0.1:3008", "telnyx_base_url": "http://127.0.0.1:9001/v2"}
    assert faults(Settings.model_validate(local)) == []


def test_a_name_that_is_nearly_right_is_pointed_out() -> None:
    odd = {"TELNYX_APIKEY": "x", "DEEPGRAM_KEY": "x", "WEBHOOK_BASEURL": "x", "TELNYX_MOON": "x"}
    settings = Settings.load(odd, None)
    warnings = {fault.name: fault.remedy for fault in faults(settings) if fault.severity is Severity.WARNING}
    assert set(warnings) == set(odd)
    assert "TELNYX_API_KEY" in warnings["TELNYX_APIKEY"]
    assert "DEEPGRAM_API_KEY" in warnings["DEEPGRAM_KEY"]


def test_variables_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    others = {"AWS_PROFILE": "x", "HOSTNAME": "x", "PATH": "x", "ANTHROPIC_LOG": "x", "LOGNAME": "x"}
    assert names(Settings.load(others, None), Severity.WARNING) == []


def test_a_host_open_to_the_network_without_a_token_is_warned_of() -> None:
    assert names(Settings.model_validate(READY | {"host": "0.0.0.0"}), Severity.WARNING) == ["AUTH_TOKEN"]
    assert names(Settings.model_validate(READY | {"host": "0.0.0.0", "auth_token": "t"}), Severity.WARNING) == []
    assert names(Settings.model_validate(READY | {"host": "::1"}), Severity.WARNING) == []


def test_a_supabase_address_without_a_database_is_warned_of() -> None:
    assert names(Settings.model_validate(READY | {"supabase_url": "https://x.supabase.co"}), Severity.WARNING) == [
        "SUPABASE_URL"
    ]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("https://calls.example.com", True),
        ("http://calls.example.com", False),
        ("https://localhost", False),
        ("https://gateway:3008", False),
        ("https://10.0.0.4", False),
        ("https://[::1]", False),
        ("https://[2606:4700::1111]", True),
    ],
)
def test_only_an_https_address_of_the_internet_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public
