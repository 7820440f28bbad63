"""Every error is told as problem+json, and none tells more than it should."""

import pytest
import structlog

from control_plane.services.calls.orders import NotAccepting
from control_plane.web.errors import PROBLEMS
from tests.gateways import HERE, Served

MADE = {NotAccepting: NotAccepting(draining=False)}


@pytest.mark.parametrize("kind", PROBLEMS, ids=lambda kind: kind.__name__)
async def test_each_known_error_has_its_problem(it: Served, kind: type[Exception]) -> None:
    error = MADE.get(kind) or kind("the text of the error")

    @it.app.get("/health/fails")
    async def fails() -> None:
        raise error

    answer = await it.get("/health/fails")
    body = await answer.get_json()
    known = PROBLEMS[kind]
    assert answer.status_code == body["status"] == known.status
    assert answer.content_type == "application/problem+json"
    assert body["type"] == f"urn:centralita:problem:{known.code}"
    assert body["title"] == known.title
    assert body["detail"] == (known.detail or str(error))
    assert body["instance"] == "/health/fails"
    assert answer.headers.get("retry-after") == (str(known.retry_after) if known.retry_after else None)


def test_no_two_errors_share_a_code() -> None:
    codes = [known.code for known in PROBLEMS.values()]
    assert len(codes) == len(set(codes))


async def test_a_fault_of_ours_is_logged_and_not_shown(it: Served) -> None:
    @it.app.get("/health/fails")
    async def fails() -> None:
        raise LookupError("the secret of the house")

    with structlog.testing.capture_logs() as logs:
        answer = await it.get("/health/fails")
    assert answer.status_code == 500
    assert (await answer.get_json())["code"] == "internal"
    assert "secret" not in await answer.get_data(as_text=True)
    assert "request failed" in [line["event"] for line in logs]


async def test_an_unknown_path_is_a_problem_too(it: Served) -> None:
    answer = await it.get("/nowhere")
    body = await answer.get_json()
    assert (answer.status_code, body["code"], body["instance"]) == (404, "not_found", "/nowhere")


async def test_a_wrong_method_is_told_which_ones_there_are(it: Served) -> None:
    answer = await it.get("/api/call/initiate")
    assert answer.status_code == 405
    assert answer.content_type == "application/problem+json"
    assert set(answer.headers["allow"].split(", ")) == {"OPTIONS", "POST"}


async def test_a_body_that_is_too_large_is_refused(it: Served) -> None:
    answer = await it.post("/api/call/initiate", data=b"x" * 2_000_000, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"


async def test_requests_are_counted_by_route_and_never_by_path(it: Served) -> None:
    await it.get("/api/calls/secret-id")
    await it.get("/nowhere/secret-id", client=HERE)
    assert it.metric("http_requests_total", route="/api/calls/<call_id>", status="404") == 1
    assert it.metric("http_requests_total", route="unknown", status="404") == 1
    assert b"secret-id" not in it.gateway.metrics.render()
