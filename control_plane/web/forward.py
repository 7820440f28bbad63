"""Requests about a call that lives in another control plane are answered by that one."""

import asyncio
import ssl
from typing import Any, Final

import httpx
from quart import Quart, Response, g, request

from control_plane.observability.logging import get_logger
from control_plane.services.calls.orders import LivesElsewhere
from control_plane.web import identity
from control_plane.web.current import gateway
from control_plane.web.errors import problem

log = get_logger("web")

TIMEOUT_S: Final = 5.0


def install(app: Quart) -> None:
    """Whoever asks need not know in which process a call lives."""
    app.register_error_handler(LivesElsewhere, _pass_on)


async def _pass_on(elsewhere: LivesElsewhere) -> Any:
    if identity.PASSED_ON in request.headers:
        return _unreachable("The call is moving between control planes.")
    url = gateway().nodes.address(elsewhere.node) + request.path
    headers = {
        identity.PASSED_ON: "1",
        identity.TENANT: g.who.tenant_id,
        "Content-Type": request.headers.get("content-type", "application/json"),
    }
    if token := gateway().access.token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        # Rare, and inside the installation: a connection of its own costs less than keeping one for each node.
        async with httpx.AsyncClient(verify=await _trust(url), timeout=TIMEOUT_S, trust_env=False) as client:
            body = await request.get_data()
            answer = await client.request(request.method, url, content=body, headers=headers)
    except httpx.HTTPError as error:
        log.error("control plane of a call cannot be reached", node=elsewhere.node, error=type(error).__name__)
        return _unreachable("The control plane of this call cannot be reached.")
    return Response(answer.content, answer.status_code, content_type=answer.headers.get("content-type"))


async def _trust(url: str) -> ssl.SSLContext | bool:
    """Only encrypted addresses need authorities; these are read in a thread, as it takes longer than a frame of audio
    lasts."""
    return await asyncio.to_thread(ssl.create_default_context) if url.startswith("https:") else False


def _unreachable(detail: str) -> Any:
    return problem(503, "call_elsewhere", title="The call lives elsewhere", detail=detail, retry_after=2)
