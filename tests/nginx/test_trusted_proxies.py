"""Behind another proxy the client's address and scheme come from that proxy, and from nobody else."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from stack.edge import Edge
from tests.nginx.conftest import Front
from tests.nginx.edges import access_log, make_edge, running
from tests.nginx.fakes import Fake
from tests.stack.running import eventually

PROXY, STRANGER = "127.0.0.2", "127.0.0.3"
"""Both are this machine, which is to be reached under every address of the loopback network."""
PATHS = ("/api/calls", "/health", "/webhook/telnyx", "/n/main/webhook/telnyx")


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    plane, sidecar = Fake("main"), Fake("sidecar")
    folder = tmp_path_factory.mktemp("trusting")
    trusted = ("127.0.0.2/32", "10.9.0.0/16", "fd00::/8")
    edge = make_edge(folder, control_planes={"main": plane.address}, sidecar=sidecar.address, trusted_proxies=trusted)
    try:
        with running(edge):
            yield edge
    finally:
        plane.stop()
        sidecar.stop()


def heard(edge: Edge, path: str, *, by: str, **headers: str) -> dict[str, Any]:
    """What the service behind it is told, when somebody with this address asks."""
    line = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=5, source_address=(by, 0))
    try:
        line.request("GET", f"{path}?{by}{hash(tuple(headers.items()))}", headers=headers)
        answer = line.getresponse()
        return {**json.loads(answer.read())["headers"], "request_id": answer.headers["X-Request-ID"]}
    finally:
        line.close()


CLAIM = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Real-IP": "6.6.6.6"}


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_can_claim_neither_address_nor_scheme(edge: Edge, front: Front, path: str) -> None:
    for each in (edge, front.edge):
        told = heard(each, path.replace("/n/main", ""), by=STRANGER, **CLAIM)
        assert told["x-forwarded-for"] == told["x-real-ip"] == STRANGER
        assert told["x-forwarded-proto"] == "http"


@pytest.mark.parametrize("path", PATHS)
def test_the_proxy_in_front_is_believed(edge: Edge, path: str) -> None:
    told = heard(edge, path, by=PROXY, **CLAIM)
    assert told["x-forwarded-for"] == told["x-real-ip"] == "203.0.113.9"
    assert told["x-forwarded-proto"] == "https"
    line = eventually(
        lambda: next((line for line in access_log(edge) if line["id"] == told["request_id"]), None),
        within_s=5,
        what="the line of a request",
    )
    assert line["from"] == "203.0.113.9"


def test_what_a_client_of_the_proxy_claims_is_not_believed(edge: Edge) -> None:
    told = heard(edge, PATHS[0], by=PROXY, **{**CLAIM, "X-Forwarded-For": "6.6.6.6, 203.0.113.9, 10.9.0.1"})
    assert told["x-forwarded-for"] == "203.0.113.9"


@pytest.mark.parametrize("scheme", ["ftp", "https, http", ""])
def test_a_scheme_that_is_none_is_the_own_one(edge: Edge, scheme: str) -> None:
    assert heard(edge, PATHS[0], by=PROXY, **{**CLAIM, "X-Forwarded-Proto": scheme})["x-forwarded-proto"] == "http"


def test_the_proxy_without_a_claim_is_a_client_itself(edge: Edge) -> None:
    told = heard(edge, PATHS[0], by=PROXY)
    assert (told["x-forwarded-for"], told["x-forwarded-proto"]) == (PROXY, "http")
