"""What is written down of a request, and what is not."""

import http.client
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from stack.edge import Edge
from tests.nginx.conftest import Front
from tests.nginx.edges import access_log, make_edge, running
from tests.stack.running import eventually

SECRET = "s3cr3t-t0ken"


def logged(edge: Edge, request_id: str) -> dict[str, Any]:
    """The line is written after the answer is sent."""

    def look() -> dict[str, Any] | None:
        return next((line for line in access_log(edge) if line["id"] == request_id), None)

    found: dict[str, Any] = eventually(look, within_s=5, what="the line of a request")
    return found


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/api/calls?q=Laura", "/api/calls"),
        ("/", "/"),
        ("/blobs/calls/7.wav?signature=" + SECRET, "/blobs/calls/7.wav"),
        ("/stream/media/" + SECRET, "/stream/media/…"),
        ("/stream/media", "/stream/media"),
        ("/stream/twilio/" + SECRET + "?a=b", "/stream/twilio/…"),
        ("/n/first/stream/media/" + SECRET, "/n/first/stream/media/…"),
        ("/%73tream/media/" + SECRET, "…"),
        ("/stream//media/" + SECRET, "/stream…"),
        ("/x/../stream/media/" + SECRET, "/x…"),
        ("//stream/media/" + SECRET, "…"),
        ("/stre%61m/media/" + SECRET, "/stre…"),
        ("/stream/media//" + SECRET, "/stream/media/…"),
        ("/stream/me%64ia/" + SECRET, "/stream/me…"),
        ("/n/first//stream/media/" + SECRET, "/n/first…"),
    ],
)
def test_paths_are_written_without_tokens_and_queries(front: Front, path: str, kept: str) -> None:
    # A path with dots and double slashes in it has to arrive as it is.
    line = http.client.HTTPConnection("127.0.0.1", front.edge.port, timeout=5)
    line.request("GET", path, headers={"Authorization": f"Bearer {SECRET}", "Cookie": f"centralita_session={SECRET}"})
    answer = line.getresponse()
    answer.read()
    line.close()
    assert logged(front.edge, answer.headers["X-Request-ID"])["path"] == kept
    _demand_no_secret(front.edge.folder / "logs")


def test_a_line_says_what_an_operator_asks_for(front: Front) -> None:
    answer = front.client.post("/webhook/telnyx", content=f'{{"text":"{SECRET}"}}', headers={"User-Agent": 'a "b" \\c'})
    line = logged(front.edge, answer.headers["x-request-id"])
    assert (line["method"], line["status"], line["from"], line["agent"]) == ("POST", 200, "127.0.0.1", 'a "b" \\c')
    assert line["upstream"] in {front.first.address, front.second.address}
    assert (line["upstream_status"], line["protocol"]) == ("200", "HTTP/1.1")
    assert line["seconds"] >= 0
    _demand_no_secret(front.edge.folder / "logs")


def test_faults_are_written_without_tokens_either(tmp_path_factory: pytest.TempPathFactory) -> None:
    edge = make_edge(tmp_path_factory.mktemp("dead"), control_planes={"main": "127.0.0.1:1"})
    with running(edge) as url:
        answer = httpx.get(f"{url}/blobs/a.wav?signature={SECRET}")
        with pytest.raises((InvalidStatus, ConnectionClosed)), connect(f"ws{url[4:]}/stream/media/{SECRET}"):
            pass
        httpx.get(f"{url}/assets/gone.js?x={SECRET}")
        line = logged(edge, answer.headers["x-request-id"])
        assert (line["status"], line["upstream"], line["upstream_status"]) == (502, "127.0.0.1:1", "502")
    _demand_no_secret(edge.folder / "logs")


def _demand_no_secret(folder: Path) -> None:
    for path in folder.iterdir():
        assert SECRET not in path.read_text(encoding="utf-8"), path.name
