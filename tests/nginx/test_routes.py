"""Every path reaches the service it belongs to, and what the services learn of the client is true."""

import socket

import httpx
import pytest
from websockets.sync.client import connect

from tests.nginx.conftest import Front
from tests.nginx.edges import make_edge, running

CONTROL = {"first", "second"}


@pytest.mark.parametrize(
    ("path", "services"),
    [
        ("/health", {"sidecar"}),
        ("/metrics", {"sidecar"}),
        ("/api/metrics", {"sidecar"}),
        ("/api/status", {"sidecar"}),
        ("/api/stats", {"sidecar"}),
        ("/api/health/combined", {"sidecar"}),
        ("/api/proxy/control/api/calls", {"sidecar"}),
        ("/api/proxy/node/health", {"sidecar"}),
        ("/health/ready", CONTROL),
        ("/health/live", CONTROL),
        ("/api/health", CONTROL),
        ("/api/calls?state=ended&q=a%20b", CONTROL),
        ("/api/calls/7/recording", CONTROL),
        ("/api/statistics", CONTROL),
        ("/api/auth/session", CONTROL),
        ("/api/auth/refresh", CONTROL),
        ("/webhook/telnyx", CONTROL),
        ("/webhook/twilio/status", CONTROL),
        ("/blobs/calls/7.wav?signature=s", CONTROL),
        ("/openapi.json", CONTROL),
        ("/docs", CONTROL),
    ],
)
def test_a_path_reaches_its_service_unchanged(front: Front, path: str, services: set[str]) -> None:
    told = front.client.get(path).json()
    assert told["who"] in services
    assert told["path"] == path


@pytest.mark.parametrize("path", ["/", "/calls/7", "/sign-in", "/settings/alerts"])
def test_pages_are_the_dashboard(front: Front, path: str) -> None:
    answer = front.client.get(path)
    assert answer.status_code == 200
    assert "<title>Centralita</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


def test_assets_are_kept_forever_and_packed(front: Front) -> None:
    answer = front.client.get("/assets/index-1a2b.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("application/javascript")
    assert answer.headers["content-encoding"] == "gzip"


def test_what_the_page_of_the_api_is_drawn_with_comes_from_the_dashboard(front: Front) -> None:
    answer = front.client.get("/docs/swagger-ui-bundle.js")
    assert answer.headers["content-type"].startswith("application/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert front.client.get("/docs/").status_code == 404
    assert front.client.get("/docs/gone.js").status_code == 404
    assert front.first.asked == front.second.asked == []


@pytest.mark.parametrize(
    "path", ["/assets/gone.js", "/.env", "/.git/config", "/wp-login.php", "/index.html.bak", "/x/%2e%2e/passwd.txt"]
)
def test_what_is_not_there_is_a_page_that_says_so(front: Front, path: str) -> None:
    answer = front.client.get(path)
    assert answer.status_code == 404
    assert "Esta página no existe" in answer.text
    assert "This page does not exist" in answer.text


@pytest.mark.parametrize("path", ["/x/..%2f..%2fetc/passwd.txt", "/assets/%2e%2e/%2e%2e/etc/passwd", "/%00"])
def test_a_way_out_of_the_folder_is_refused(front: Front, path: str) -> None:
    answer = front.client.get(path)
    assert answer.status_code == 400
    assert "La solicitud no fue aceptada" in answer.text


@pytest.mark.parametrize("path", ["/n/first/api/calls", "/n/first", "/n/first/metrics", "/n//webhook"])
def test_by_name_only_carriers_reach_a_control_plane(front: Front, path: str) -> None:
    answer = front.client.get(path)
    assert answer.status_code == 404
    assert front.first.asked == front.second.asked == []


@pytest.mark.parametrize("path", ["/.problem", "/.pages/missing.html", "/.voice/apology.xml", "/.problem/sidecar"])
def test_inner_addresses_are_not_reached_from_outside(front: Front, path: str) -> None:
    assert front.client.get(path).status_code == 404


def test_the_services_learn_who_asks_from_nginx_and_not_from_the_client(front: Front) -> None:
    lies = {
        "X-Forwarded-For": "10.0.0.1",
        "X-Real-IP": "10.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=10.0.0.1",
        "X-Centralita-Forwarded": "1",
        "X-Request-ID": "mine",
    }
    for path in ("/api/calls", "/api/status?lies", "/webhook/telnyx", "/blobs/a.wav"):
        answer = front.client.get(path, headers=lies)
        heard = answer.json()["headers"]
        assert heard["x-forwarded-for"] == heard["x-real-ip"] == "127.0.0.1"
        assert heard["x-forwarded-proto"] == "http"
        assert heard["host"] == f"127.0.0.1:{front.edge.port}"
        assert not {"forwarded", "x-forwarded-host", "x-centralita-forwarded"} & heard.keys()
        assert heard["x-request-id"] == answer.headers["x-request-id"] != "mine"


def test_events_arrive_before_the_answer_ends(front: Front) -> None:
    with front.client.stream("GET", "/api/events") as answer:
        assert next(answer.iter_lines()) == "event: hello"
        assert answer.headers["content-type"] == "text/event-stream"


@pytest.mark.parametrize(("prefix", "who"), [("/n/first", "first"), ("/n/second", "second")])
def test_a_media_stream_is_upgraded_and_reaches_the_control_plane_of_that_name(
    front: Front, prefix: str, who: str
) -> None:
    url = f"ws://127.0.0.1:{front.edge.port}{prefix}/stream/media/token-1"
    with connect(url) as stream:
        assert stream.recv(timeout=5) == f"{who} /stream/media/token-1"
        stream.send("x" * 20_000)
        assert stream.recv(timeout=5) == "x" * 20_000


def test_an_odd_method_is_refused(front: Front) -> None:
    for method in ("TRACE", "PROPFIND", "NONSENSE"):
        assert front.client.request(method, "/api/calls").status_code == 405
    assert front.first.asked == front.second.asked == []


def test_a_request_that_is_none_is_refused(front: Front) -> None:
    with socket.create_connection(("127.0.0.1", front.edge.port), timeout=5) as line:
        line.sendall(b"GARBAGE\r\n\r\n")
        said = line.recv(65536)
    assert b" 400 " in said.splitlines()[0]
    assert b"nginx/" not in said


def test_without_a_built_dashboard_the_page_says_how_to_build_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    edge = make_edge(tmp_path_factory.mktemp("bare"), control_planes={"main": "127.0.0.1:1"})
    (edge.dashboard / "index.html").unlink()
    with running(edge) as url:
        answer = httpx.get(url)
    assert answer.status_code == 503
    assert "scripts/dashboard.py" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
