"""What a key may ask about its own account: the cheap questions by which people check that it is good."""

from aiohttp import web

from simulator.world import World


class Accounts:
    """The accounts of one world with its AI providers."""

    def __init__(self, world: World) -> None:
        self._keys = world.settings.keys

    async def deepgram_projects(self, request: web.Request) -> web.Response:
        """GET /deepgram/v1/projects."""
        if request.headers.get("Authorization", "") != f"Token {self._keys.deepgram_api_key}":
            return web.json_response({"category": "UNAUTHORIZED", "message": "Invalid credentials."}, status=401)
        return web.json_response({"projects": [{"project_id": "simulated", "name": "Simulated"}]})

    async def anthropic_model(self, request: web.Request) -> web.Response:
        """GET /anthropic/v1/models/{model}."""
        if request.headers.get("x-api-key", "") != self._keys.anthropic_api_key:
            return _anthropic_error(401, "authentication_error", text="invalid x-api-key")
        model = request.match_info["model"]
        if not model.startswith("claude-"):
            return _anthropic_error(404, "not_found_error", text=f"model: {model[:60]}")
        return web.json_response({"type": "model", "id": model, "display_name": model})

    async def elevenlabs_voice(self, request: web.Request) -> web.Response:
        """GET /elevenlabs/v1/voices/{voice}."""
        if request.headers.get("xi-api-key", "") != self._keys.elevenlabs_api_key:
            return web.json_response(
                {"detail": {"status": "invalid_api_key", "message": "Invalid API key"}}, status=401
            )
        voice = request.match_info["voice"]
        if voice.startswith("missing"):
            return web.json_response({"detail": {"status": "voice_not_found", "message": "No such voice"}}, status=404)
        return web.json_response({"voice_id": voice, "name": "Simulated"})


def _anthropic_error(status: int, kind: str, *, text: str) -> web.Response:
    return web.json_response({"type": "error", "error": {"type": kind, "message": text}}, status=status)
