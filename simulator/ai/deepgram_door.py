"""Who is let in at Deepgram's live endpoints, and how one is turned away."""

import asyncio
from typing import Final

from aiohttp import web

from simulator.world import World

_REFUSALS: Final = {
    400: "Bad Request",
    401: "Invalid credentials.",
    402: "Project does not have enough credits for an ASR request.",
    403: "Project does not have access to the requested model.",
    429: "Too many requests. Please try again later.",
    500: "Internal server error",
    503: "Service unavailable, try again later.",
}


async def refused_at_the_door(
    world: World, request: web.Request, *, provider: str, request_id: str
) -> web.Response | None:
    """The faults of `<provider>.handshake` first, then the key; None for who may come in."""
    fault = world.faults.take(f"{provider}.handshake")
    if fault is not None and fault.kind == "slow":
        await asyncio.sleep(fault.number("delay_s", 3.0))
    elif fault is not None:
        return refusal(int(fault.kind.removeprefix("http_")), request_id)
    if not _known(request.headers.get("Authorization", ""), world.settings.keys.deepgram_api_key):
        return refusal(401, request_id)
    return None


def _known(authorization: str, key: str) -> bool:
    """`Token <key>`, or `Bearer` with the key or anything shaped like a short-lived JWT."""
    scheme, _, secret = authorization.partition(" ")
    return (scheme.lower() in ("token", "bearer") and secret == key) or (
        scheme.lower() == "bearer" and secret.count(".") == 2
    )


def refusal(status: int, request_id: str, *, reason: str | None = None) -> web.Response:
    text = reason or _REFUSALS.get(status, "Error")
    body = {"category": _REFUSALS.get(status, "Error"), "message": text, "details": text, "request_id": request_id}
    return web.json_response(body, status=status, headers={"dg-error": text, "dg-request-id": request_id})
