"""When the model's SDK is loaded, and who learns of it."""

from control_plane.adapters.brains.anthropic import AnthropicBrain


async def test_the_loading_of_the_sdk_is_told_once_and_not_before_it_is_needed() -> None:
    told: list[str] = []
    brain = AnthropicBrain(api_key="k", base_url="http://127.0.0.1:9", loaded=lambda: told.append("loaded"))
    assert told == []
    await brain.warm()
    await brain.warm()
    assert told == ["loaded"]
    await brain.aclose()
