"""Which systems are measured, and what they are told."""

import ast
from pathlib import Path

from benchmarks import callers
from benchmarks.peers import rig
from benchmarks.peers.__main__ import chosen
from benchmarks.peers.environment import LOCK
from benchmarks.peers.measure import script, talk_s
from benchmarks.peers.systems import QUICK, SYSTEMS, peer_settings
from simulator.audio.speech import speech

CREDENTIALS = {
    "telnyx_base_url": "http://s/v2",
    "telnyx_api_key": "KEY",
    "deepgram_base_url": "http://s/deepgram",
    "anthropic_base_url": "http://s/anthropic",
    "elevenlabs_base_url": "http://s/elevenlabs",
    "keys": {"deepgram_api_key": "d", "anthropic_api_key": "a", "elevenlabs_api_key": "e"},
}


def test_every_system_begins_with_one_call_and_climbs() -> None:
    assert all(system.steps[0] == 1 and list(system.steps) == sorted(set(system.steps)) for system in SYSTEMS)
    assert set(QUICK) == {system.name for system in SYSTEMS}
    assert [system.form for system in SYSTEMS].index("") == 0


def test_the_bot_knows_every_form_and_every_setting_it_asks_for() -> None:
    text = Path(rig.BOT).read_text(encoding="utf-8")
    settings = peer_settings(CREDENTIALS, form="flux", port=1)
    asked = {
        node.slice.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "SETTINGS"
        and isinstance(node.slice, ast.Constant)
    }
    assert asked == set(settings)
    assert all(f'"{system.form}": Form(' in text for system in SYSTEMS if system.form)


def test_the_peer_greets_as_the_gateway_greets_somebody_unknown() -> None:
    greeting = peer_settings(CREDENTIALS, form="flux", port=1)["greeting"]
    assert greeting.startswith("Buenos días. Habla María")
    assert "{" not in greeting


def test_systems_are_chosen_in_their_own_order_with_other_steps() -> None:
    found = chosen(["pipecat-flux", "centralita"], ["pipecat-flux=1,3"], quick=True)
    assert [system.name for system in found] == ["centralita", "pipecat-flux"]
    assert [system.steps for system in found] == [QUICK["centralita"], (1, 3)]


def test_callers_make_no_pause_inside_a_sentence_that_silero_takes_for_its_end() -> None:
    assert "¿" not in str(script(0, 32.0))
    assert len(script(0, 32.0)["steps"]) == len(callers.script(callers.INTERRUPTING, 32.0)["steps"])


def test_few_callers_talk_longer_and_many_until_the_last_has_rung() -> None:
    assert talk_s(1, 30.0) > talk_s(10, 30.0) == 30.0
    assert talk_s(300, 30.0) == 30.0 + callers.spread_s(300) - callers.SPREAD_S


def test_the_lock_has_a_hash_for_every_package_and_no_address() -> None:
    text = LOCK.read_text(encoding="utf-8")
    packages = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert any(line.startswith("pipecat-ai==") for line in packages)
    assert all(line.endswith("\\") for line in packages)
    assert "http://" not in text
    assert "https://" not in text


def test_speech_survives_being_decoded_and_encoded_again_as_the_peer_does() -> None:
    """µ-law has two zeros, and who decodes it returns only one: bytes of the other would not be known again."""
    text = " ".join(str(step.get("text", "")) for step in script(0, 32.0)["steps"])
    assert b"\x7f" not in speech(text)
