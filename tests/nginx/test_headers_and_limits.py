"""What every answer carries, and what is refused before it costs anything."""

import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from aiohttp import web

from tests.nginx.conftest import Front
from tests.nginx.edges import make_edge, running

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)


def demand_headers(answer: httpx.Response) -> None:
    for name, value in {
        "content-security-policy": CSP,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "server": "nginx",
    }.items():
        assert answer.headers.get_list(name) == [value], (name, answer.request.url)
    assert "microphone=(self)" in answer.headers["permissions-policy"]
    assert len(answer.headers["x-request-id"]) == 32
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/assets/index-1a2b.js", 200),
        ("/favicon.svg", 200),
        ("/gone.js", 404),
        ("/.env", 404),
        ("/%00", 400),
        ("/api/calls", 200),
        ("/api/auth/session", 200),
        ("/api/proxy/control/x", 200),
        ("/health", 200),
        ("/health/ready", 200),
        ("/openapi.json", 200),
        ("/webhook/telnyx", 200),
        ("/webhook/twilio/voice", 200),
        ("/stream/x", 426),
        ("/blobs/a.wav", 200),
        ("/n/first/else", 404),
        ("/.well-known/acme-challenge/x", 404),
    ],
)
def test_every_answer_has_the_security_headers_once(front: Front, path: str, status: int) -> None:
    answer = front.client.get(path)
    assert answer.status_code == status
    demand_headers(answer)


def test_answers_of_nginx_itself_have_them_too_when_everything_behind_it_is_dead(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    edge = make_edge(tmp_path_factory.mktemp("dead"), control_planes={"main": "127.0.0.1:1"})
    expected = {
        "/api/calls": (502, "unavailable"),
        "/webhook/telnyx": (503, "unavailable"),
        "/stream/media/t": (502, "unavailable"),
        "/blobs/a.wav": (502, "unavailable"),
        "/health/ready": (502, "unavailable"),
        "/openapi.json": (502, "unavailable"),
        "/health": (503, "sidecar_unavailable"),
        "/api/stats": (503, "sidecar_unavailable"),
        "/api/proxy/control/x": (503, "sidecar_unavailable"),
    }
    with running(edge) as url:
        for path, (status, code) in expected.items():
            answer = httpx.get(url + path, headers={"Upgrade": "websocket"})
            demand_headers(answer)
            problem = answer.json()
            assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code), path
            assert problem["type"] == f"urn:centralita:problem:{code}"
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["retry-after"] == "5"
        large = httpx.post(f"{url}/api/calls", content=b"a" * 500_000)
        assert (large.status_code, large.json()["code"]) == (502, "unavailable")


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/webhook/telnyx", 256 * 1024),
        ("/webhook/twilio/status", 256 * 1024),
        ("/api/calls", 1024 * 1024),
        ("/api/proxy/control/x", 1024 * 1024),
        ("/api/auth/login", 16 * 1024),
    ],
)
def test_a_body_may_have_its_size_and_no_more(front: Front, path: str, limit: int) -> None:
    assert front.client.post(path, content=b"a" * limit).json()["size"] == limit
    refused = front.client.post(path, content=b"a" * (limit + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
    assert refused.headers["content-type"] == "application/problem+json"
    demand_headers(refused)


def test_a_file_with_contacts_may_be_large(front: Front) -> None:
    file = b"a" * (2 * 1024 * 1024)
    assert front.client.post("/api/imports", content=file).json()["size"] == len(file)
    where = front.client.base_url
    with socket.create_connection((where.host, where.port or 80), timeout=10) as line:
        line.sendall(b"POST /api/imports HTTP/1.1\r\nHost: x\r\nContent-Length: 69206016\r\n\r\n")
        assert b" 413 " in line.recv(100)


def test_the_body_of_a_ringing_call_has_its_limit(front: Front) -> None:
    assert front.client.post("/webhook/twilio/voice", content=b"a" * 256 * 1024).status_code == 200
    assert front.client.post("/webhook/twilio/voice", content=b"a" * (256 * 1024 + 1)).status_code == 413


def test_too_long_headers_and_addresses_are_refused(front: Front) -> None:
    assert front.client.get("/api/calls", headers={"X-Long": "a" * 40_000}).status_code in {400, 431}
    assert front.client.get("/api/calls?" + "a" * 40_000).status_code == 414
    assert front.first.asked == front.second.asked == []


def test_no_more_headers_go_on_than_the_media_listener_takes(front: Front) -> None:
    # It hangs up at 16 kB, which would count as a failure of the control plane.
    headers = {f"x-{number}": "y" * 3900 for number in range(4)}
    assert front.client.get("/stream/media/ticket", headers=headers).status_code == 400


def test_who_signs_in_too_often_is_slowed_down_and_others_paths_are_not(front: Front) -> None:
    def sign_in(_: int) -> httpx.Response:
        return front.client.post("/api/auth/login", json={"token": "guess"})

    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(sign_in, range(40)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 20
    assert refused[0].json()["code"] == "too_many_requests"
    assert refused[0].headers["retry-after"] == "5"
    demand_headers(refused[0])
    assert len(front.first.asked) + len(front.second.asked) == 40 - len(refused)
    assert front.client.get("/api/calls").status_code == 200


def test_many_pages_that_renew_their_access_at_once_are_not_taken_for_guessing(front: Front) -> None:
    with ThreadPoolExecutor(8) as pages:
        answers = list(pages.map(lambda _: front.client.post("/api/auth/refresh", json={}).status_code, range(60)))
    assert set(answers) == {200}


def test_one_browser_keeps_no_more_than_thirty_streams_of_events(front: Front) -> None:
    lines = [socket.create_connection(("127.0.0.1", front.edge.port), timeout=5) for _ in range(31)]
    try:
        for line in lines[:30]:
            line.sendall(b"GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n")
            assert line.recv(4096).startswith(b"HTTP/1.1 200")
        lines[30].sendall(b"GET /api/events HTTP/1.1\r\nHost: a\r\n\r\n")
        assert lines[30].recv(4096).startswith(b"HTTP/1.1 429")
    finally:
        for line in lines:
            line.close()


@pytest.mark.parametrize("path", ["/api/calls", "/api/proxy/control/x", "/api/metrics", "/api/health/combined"])
def test_no_browser_keeps_an_answer_of_the_api_that_does_not_speak_of_it(front: Front, path: str) -> None:
    for _ in range(2):
        assert front.client.get(path).headers.get_list("cache-control") == ["no-store"]
    for fake in (front.first, front.second, front.sidecar):
        fake.answer = lambda request: web.Response(headers={"Cache-Control": "private, max-age=9"})
    assert front.client.get(f"{path}?said").headers.get_list("cache-control") == ["private, max-age=9"]
