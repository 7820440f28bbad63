"""What the proxy hands on."""

import httpx
import pytest

from metrics_sidecar.forwarding import request_headers, response_headers, target


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        (b"/api/proxy/control/api/calls", b"q=a%20b&x=/../", b"/api/calls?q=a%20b&x=/../"),
        (b"/api/proxy/node/api/calls/", b"", b"/api/calls/"),
        (b"/api/proxy/control/", b"", b"/"),
        (b"/api/proxy/control/a%C3%B1o@b:c", b"", b"/a%C3%B1o@b:c"),
    ],
)
def test_the_rest_of_the_path_is_asked_of_the_control_plane(path: bytes, query: bytes, expected: bytes) -> None:
    assert target(path, query) == expected


@pytest.mark.parametrize(
    "tail",
    [
        b"/evil.example/x",
        b"../secret",
        b"api/../../x",
        b"api/./x",
        b"api//x",
        b"%2e%2e/x",
        b"api/%2E%2e",
        b"api%2fx",
        b"%5c%5cevil.example",
        b"\\\\evil.example",
        b"api/%252e%252e/x",
        b"api/%0d%0aHost:%20evil",
        b"api/%00",
        b"api/x y",
        b"api/\xff",
        b"api/%zz",
        b"api/x#y",
        b"api/x?y",
    ],
)
def test_a_path_that_plays_tricks_is_refused(tail: bytes) -> None:
    assert target(b"/api/proxy/control/" + tail, b"") is None


@pytest.mark.parametrize(
    "path", [b"/api/proxy/other/x", b"/api/proxy/control", b"http://evil/api/proxy/control/x", b""]
)
def test_other_paths_are_not_the_proxys(path: bytes) -> None:
    assert target(path, b"") is None


@pytest.mark.parametrize("query", [b"a=\r\nHost: evil", b"a=b c", b"a=\xff", b"a#b"])
def test_a_query_that_no_client_sends_is_refused(query: bytes) -> None:
    assert target(b"/api/proxy/control/x", query) is None


@pytest.mark.parametrize("tail", [b"@evil.example/", b"evil.example:80/x", b"http:/evil.example", b";@evil"])
def test_the_host_is_always_the_one_of_the_settings(tail: bytes) -> None:
    path = target(b"/api/proxy/control/" + tail, b"")
    assert path is not None
    url = httpx.URL("http://10.0.0.1:3008").copy_with(raw_path=path)
    assert (url.host, url.port, url.scheme) == ("10.0.0.1", 3008, "http")
    assert httpx.Request("GET", url).headers["host"] == "10.0.0.1:3008"


def test_who_the_client_is_stays_here() -> None:
    given = {
        "Authorization": "Bearer x",
        "Cookie": "a=b",
        "Host": "x",
        "Connection": "keep-alive, X-Secret",
        "X-Secret": "1",
        "Transfer-Encoding": "chunked",
        "Upgrade": "h2c",
        "X-Forwarded-For": "1.2.3.4",
        "X-Real-IP": "1.2.3.4",
        "Origin": "http://a",
        "X-Control-Plane": "a",
        "Accept": "a/b",
        "Range": "bytes=0-1",
        "Content-Length": "3",
    }
    assert [name for name, _ in request_headers(given.items())] == ["accept", "range", "content-length"]


def test_a_control_plane_sets_no_cookies_through_the_proxy() -> None:
    given = [("Set-Cookie", "a=b"), ("Content-Type", "a/b"), ("Keep-Alive", "x"), ("ETag", "1")]
    assert [name for name, _ in response_headers(given)] == ["content-type", "etag"]


def test_what_control_planes_say_to_each_other_is_not_taken_from_clients() -> None:
    given = [("X-Centralita-Tenant", "other"), ("x-centralita-forwarded", "1"), ("accept", "a/b")]
    assert request_headers(given) == [("accept", "a/b")]
