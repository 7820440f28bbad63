"""The sidecar's answers are kept for a second, each for those whom it was given to."""

import time

import httpx
import pytest
from aiohttp import web

from tests.nginx.conftest import Front
from tests.stack.running import eventually

OWNER = {"Authorization": "Bearer right"}


def by_rights(request: web.Request) -> web.Response:
    """As the sidecar does it: a token or a cookie opens, everything else does not."""
    cookie = request.headers.get("Cookie", "")
    if request.headers.get("Authorization") == "Bearer right" or "centralita_session=right" in cookie:
        return web.json_response({"secret": request.query_string}, headers={"Cache-Control": "no-store"})
    return web.json_response({"code": "unauthorized"}, status=401)


def ask_twice(front: Front, path: str, **headers: str) -> tuple[httpx.Response, httpx.Response]:
    """Two answers of the same second: asked again when a second has begun in between."""

    def both() -> tuple[httpx.Response, httpx.Response] | None:
        one, two = (front.client.get(path, headers=headers) for _ in range(2))
        return (one, two) if two.headers["x-cache"] == "HIT" else None

    found: tuple[httpx.Response, httpx.Response] = eventually(both, within_s=10, what="a kept answer")
    return found


def test_a_second_question_within_a_second_does_not_reach_the_sidecar(front: Front) -> None:
    one, two = ask_twice(front, "/api/stats?hits", **OWNER)
    assert one.json() == two.json()
    assert one.headers["x-cache"] in {"MISS", "EXPIRED", "HIT", "UPDATING", "STALE"}


def test_the_next_second_has_a_new_answer(front: Front) -> None:
    first = front.client.get("/api/stats?next").json()["count"]

    def newer() -> bool:
        return bool(front.client.get("/api/stats?next").json()["count"] > first)

    eventually(newer, within_s=10, what="a new answer")


@pytest.mark.parametrize(
    "stranger",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "bearer right"},
        {"Cookie": "centralita_session=wrong"},
        {"Cookie": "other=1; centralita_session=wrong"},
    ],
)
def test_an_answer_for_the_owner_is_given_to_nobody_else(front: Front, stranger: dict[str, str]) -> None:
    front.sidecar.answer = by_rights
    _, kept = ask_twice(front, "/api/metrics?leak", **OWNER)
    assert kept.json() == {"secret": "leak"}
    answer = front.client.get("/api/metrics?leak", headers=stranger)
    assert (answer.status_code, answer.json()) == (401, {"code": "unauthorized"})


def test_an_answer_for_a_cookie_is_given_to_nobody_with_a_second_cookie_of_that_name(front: Front) -> None:
    front.sidecar.answer = by_rights
    ask_twice(front, "/api/metrics?cookies", Cookie="centralita_session=junk; centralita_session=right")
    answer = front.client.get("/api/metrics?cookies", headers={"Cookie": "centralita_session=junk"})
    assert answer.status_code == 401


def test_rights_that_were_withdrawn_are_gone_for_the_next_who_asks(front: Front) -> None:
    front.sidecar.answer = by_rights
    _, kept = ask_twice(front, "/api/metrics?withdrawn", **OWNER)
    assert kept.status_code == 200
    front.sidecar.answer = lambda request: web.json_response({}, status=401)

    def refused() -> bool:
        return front.client.get("/api/metrics?withdrawn", headers=OWNER).status_code == 401

    eventually(refused, within_s=5, what="a refusal")


def test_each_format_has_its_answer(front: Front) -> None:
    front.sidecar.answer = lambda request: web.Response(text=request.headers["Accept"])
    for accept in ("text/plain", "application/openmetrics-text"):
        _, kept = ask_twice(front, "/metrics?format", Accept=accept)
        assert kept.text == accept


def test_a_sidecar_that_says_not_well_is_believed_at_once(front: Front) -> None:
    ask_twice(front, "/health?sick")
    front.sidecar.answer = lambda request: web.json_response({"status": "down"}, status=503)
    eventually(lambda: front.client.get("/health?sick").status_code == 503, within_s=5, what="the sidecar's bad news")


def test_an_answer_of_more_than_two_seconds_ago_is_given_to_nobody(front: Front) -> None:
    def period() -> int:
        return int(time.time()) // 2

    for _ in range(3):
        asked = period()
        front.client.get("/api/stats?old")
        eventually(lambda asked=asked: period() > asked + 1, within_s=10, what="the period after the next")
        assert front.client.get("/api/stats?old").headers["x-cache"] == "MISS"


def test_a_dead_sidecar_is_covered_for_a_moment_and_then_told(front: Front) -> None:
    ask_twice(front, "/health?dead")
    front.sidecar.stop()

    def told() -> httpx.Response | None:
        answer = front.client.get("/health?dead")
        assert answer.status_code in {200, 503}
        return answer if answer.status_code == 503 else None

    answer: httpx.Response = eventually(told, within_s=20, what="the news of the sidecar's death")
    assert answer.json()["code"] == "sidecar_unavailable"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"
