"""Orders of providers as they are written."""

import pytest

from control_plane.settings import Settings
from control_plane.settings_check import SettingsError
from control_plane.settings_providers import LLM, STT, TTS, names


def test_an_order_is_a_list_with_commas() -> None:
    settings = Settings.load({"TTS_PROVIDERS": " Deepgram, elevenlabs,deepgram "}, None)
    assert names(settings.tts_providers) == ("deepgram", "elevenlabs")
    assert names(settings.stt_providers) == ()


@pytest.mark.parametrize("variable", ["LLM_PROVIDERS", "STT_PROVIDERS", "TTS_PROVIDERS"])
def test_a_name_that_there_is_not_stops_the_start_and_says_which_there_are(variable: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load({variable: "acme"}, None)
    assert variable in str(raised.value)
    assert {"LLM_PROVIDERS": LLM, "STT_PROVIDERS": STT, "TTS_PROVIDERS": TTS}[variable][0] in str(raised.value)
