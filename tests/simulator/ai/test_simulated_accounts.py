"""Keys can be checked without a call: good ones are accepted, others told apart as the providers do."""

import aiohttp
import pytest

from simulator.world import World


def headers(world: World, *, key: str = "") -> dict[str, str]:
    keys = world.settings.keys
    return {
        "Authorization": f"Token {key or keys.deepgram_api_key}",
        "x-api-key": key or keys.anthropic_api_key,
        "xi-api-key": key or keys.elevenlabs_api_key,
    }


PATHS = ["/deepgram/v1/projects", "/anthropic/v1/models/claude-haiku-5-5", "/elevenlabs/v1/voices/ana"]
ABSENT = ["/anthropic/v1/models/gpt", "/elevenlabs/v1/voices/missing"]


async def status(providers: str, path: str, shown: dict[str, str]) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"http://{providers}{path}", headers=shown) as answer:
        return answer.status


@pytest.mark.parametrize("path", PATHS)
async def test_a_good_key_is_accepted_and_another_refused(world: World, providers: str, path: str) -> None:
    assert await status(providers, path, headers(world)) == 200
    assert await status(providers, path, headers(world, key="wrong")) == 401


@pytest.mark.parametrize("path", ABSENT)
async def test_what_does_not_exist_is_said_to_be_absent(world: World, providers: str, path: str) -> None:
    assert await status(providers, path, headers(world)) == 404
