"""The sidecar's Quart application: the way through to the control planes.

What is asked often is answered in front of it (`front.py`), which also decides who may come this far.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Final

import httpx
from quart import Quart, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from metrics_sidecar import forwarding
from metrics_sidecar.fleet import ControlPlane
from metrics_sidecar.forwarder import (
    BrokenAnswerError,
    Forwarded,
    Forwarder,
    NobodyAnswersError,
    UnknownControlPlaneError,
)
from metrics_sidecar.front import END
from metrics_sidecar.problems import PROBLEM_TYPE, problem

LARGEST_WAITING_BODY: Final = 8 * 1024 * 1024
"""Bytes of a request that may wait here for a control plane to take them, and the largest announced length."""
METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_app(forwarder: Forwarder) -> Quart:
    app = Quart(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_WAITING_BODY
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False

    @app.route("/api/proxy/<_kind>/", defaults={"_tail": ""}, methods=METHODS)
    @app.route("/api/proxy/<_kind>/<path:_tail>", methods=METHODS)
    async def forward(_kind: str, _tail: str) -> Response:
        """Hand the request on, and the answer back as it comes."""
        target = forwarding.target(request.scope["raw_path"], request.scope["query_string"])
        if target is None:
            return _refusal("bad_path")
        sent = Forwarded(
            method=request.method,
            target=target,
            headers=forwarding.request_headers(request.headers.items()),
            body=aiter(request.body) if _has_body() else None,
            choice=request.headers.get(forwarding.CHOICE),
        )
        plane, answer = await forwarder.send(sent)
        end: AsyncExitStack = request.scope[END]  # type: ignore[typeddict-item]
        end.push_async_callback(answer.aclose)
        return _response(forwarder, plane, answer=answer)

    @app.errorhandler(UnknownControlPlaneError)
    async def unknown(_error: UnknownControlPlaneError) -> Response:
        return _refusal("unknown_control_plane")

    @app.errorhandler(NobodyAnswersError)
    async def nobody(_error: NobodyAnswersError) -> Response:
        return _refusal("no_control_plane")

    @app.errorhandler(BrokenAnswerError)
    async def broken(error: BrokenAnswerError) -> Response:
        return _refusal("late_answer" if error.late else "broken_answer")

    @app.errorhandler(HTTPException)
    async def refused(error: HTTPException) -> Response:
        return _refusal("too_large" if isinstance(error, RequestEntityTooLarge) else "not_found")

    @app.errorhandler(500)
    async def failed(_error: Exception) -> Response:
        return _refusal("internal")

    return app


def _has_body() -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers


def _response(forwarder: Forwarder, plane: ControlPlane, *, answer: httpx.Response) -> Response:
    async def body() -> AsyncIterator[bytes]:
        try:
            async for chunk in answer.aiter_raw():
                yield chunk
        except httpx.HTTPError as error:
            forwarder.broke(plane, error)
            raise

    response = Response(body(), status=answer.status_code)
    response.timeout = None  # live events have no end
    response.headers.clear()
    for name, value in forwarding.response_headers(answer.headers.multi_items()):
        response.headers.add(name, value)
    response.headers[forwarding.CHOICE] = plane.name
    return response


def _refusal(code: str) -> Response:
    status, body = problem(code)
    return Response(body, status=status, content_type=PROBLEM_TYPE.decode())
