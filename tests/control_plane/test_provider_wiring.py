"""Which providers a gateway has, by its settings."""

from pathlib import Path
from typing import Any

import pytest

from control_plane import settings_providers
from control_plane.ports.errors import Misconfigured
from control_plane.settings import Settings
from control_plane.wiring.parts import Parts
from control_plane.wiring.providers import BRAINS, EARS, VOICES


def told(folder: Path, **settings: Any) -> list[tuple[str, str]]:
    parts = Parts(Settings(data_dir=folder, **settings), {})
    return [(info.kind, info.name) for info in parts.providers.infos]


def test_the_names_in_the_settings_are_those_that_are_wired() -> None:
    for offers, known in ((EARS, settings_providers.STT), (BRAINS, settings_providers.LLM)):
        assert tuple(offer.name for offer in offers) == known
    assert tuple(offer.name for offer in VOICES) == settings_providers.TTS


def test_without_keys_there_is_a_model_and_nothing_else(tmp_path: Path) -> None:
    assert told(tmp_path) == [("stt", ""), ("brain", "anthropic"), ("tts", "")]


async def test_whoever_has_a_key_takes_part(tmp_path: Path) -> None:
    keys = {"claude_api_key": "k", "openai_api_key": "k", "deepgram_api_key": "k", "elevenlabs_api_key": "k"}
    assert told(tmp_path, **keys) == [
        *(("stt", "deepgram"), ("brain", "anthropic"), ("brain", "openai")),
        *(("tts", "elevenlabs"), ("tts", "deepgram")),
    ]


async def test_an_order_in_the_settings_is_the_order_and_the_choice(tmp_path: Path) -> None:
    keys = {"claude_api_key": "k", "openai_api_key": "k", "deepgram_api_key": "k", "elevenlabs_api_key": "k"}
    chosen = told(
        tmp_path, **keys, llm_providers="openai", stt_providers="deepgram-flux,deepgram", tts_providers="deepgram"
    )
    assert chosen == [("stt", "deepgram-flux"), ("stt", "deepgram"), ("brain", "openai"), ("tts", "deepgram")]


async def test_a_model_behind_an_address_of_ones_own_needs_no_key(tmp_path: Path) -> None:
    assert ("brain", "openai") in told(tmp_path, openai_base_url="http://127.0.0.1:11434/v1")


def test_one_that_is_named_and_has_no_key_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="ELEVENLABS_API_KEY"):
        told(tmp_path, tts_providers="elevenlabs")
