"""What the demo is asked for, and with which settings its gateway runs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulator.demo.environment import gateway_settings, surroundings
from simulator.demo.keepsakes import detached
from simulator.demo.options import ROOT, Options, parse
from simulator.demo.summary import from_here

NOW = datetime(2030, 5, 17, 9, 4, 3, tzinfo=UTC)
CREDENTIALS = {
    "telnyx_base_url": "http://127.0.0.1:4010/v2",
    "telnyx_api_key": "key",
    "telnyx_public_key": "public",
    "deepgram_base_url": "http://127.0.0.1:4010/deepgram",
    "anthropic_base_url": "http://127.0.0.1:4010/anthropic",
    "elevenlabs_base_url": "http://127.0.0.1:4010/elevenlabs",
    "keys": {
        "telnyx_connection_id": "17",
        "deepgram_api_key": "d",
        "anthropic_api_key": "a",
        "elevenlabs_api_key": "e",
    },
}


def settings(options: Options) -> dict[str, str]:
    return gateway_settings(options, CREDENTIALS)


def test_a_plain_run_is_one_spanish_call_kept_under_its_time() -> None:
    options = parse([], NOW)
    assert (options.calls, options.mode, options.script.name, options.turns) == (1, "stream", "appointment", 5)
    assert options.folder == ROOT / "var" / "demo" / "20300517-090403"


def test_the_language_chooses_the_script_unless_one_is_named() -> None:
    assert parse(["--language", "en"], NOW).script.name == "appointment_en"
    assert parse(["--language", "en", "--script", "keys"], NOW).turns == 1


@pytest.mark.parametrize("wrong", [["--calls", "0"], ["--script", "../x"], ["--mode", "smoke"]])
def test_nonsense_is_refused_with_a_message(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse(wrong, NOW)
    assert end.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_the_gateway_lives_in_the_simulated_world_alone() -> None:
    variables = settings(parse([], NOW))
    assert variables["TELNYX_PHONE_NUMBER"] == "+576015550100"
    addresses = [value for name, value in variables.items() if name.endswith("_BASE_URL")]
    assert len(addresses) == 4
    assert all(value.startswith("http://127.0.0.1:") for value in addresses)


def test_modes_languages_and_many_calls_are_settings() -> None:
    assert settings(parse(["--mode", "webhook"], NOW))["USE_MEDIA_STREAMS"] == "false"
    assert settings(parse(["--mode", "fallback"], NOW))["USE_MEDIA_STREAMS"] == "true"
    assert settings(parse(["--language", "en"], NOW))["BOT_LANGUAGE"] == "en"
    assert int(settings(parse(["--calls", "200"], NOW))["MAX_CALLS"]) > 200


def test_keys_settings_and_proxies_of_the_shell_stay_outside() -> None:
    mine = {"PATH": "/bin", "TELNYX_API_KEY": "real", "DATABASE_URL": "x", "HTTP_PROXY": "y", "PYTHONPATH": "/lib"}
    assert surroundings(mine) == {"PATH": "/bin", "PYTHONPATH": "/lib"}


def test_the_kept_page_plays_the_recording_beside_it() -> None:
    page = '<audio src="http://127.0.0.1:1/blobs/recordings/a.wav?expires=1&amp;signature=b"></audio>'
    assert detached(page, Path("/x/recording.wav")) == '<audio src="recording.wav"></audio>'
    assert detached(page, None) == page


def test_paths_are_shown_as_one_would_type_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert from_here(tmp_path / "var" / "a.wav") == "var/a.wav"
