"""The whole installation when parts of it die or hang: what people, carriers and callers get meanwhile."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.installation.parts import demand
from tests.observability.server import prometheus_server
from tests.postgres import postgres_server
from tests.stack.installed import Installed
from tests.stack.running import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

MISSED = {"From": "+573005550111", "To": "+576015550100", "CallSid": "CA0123456789"}
CHATTY = "appointment"


@contextmanager
def receiver() -> Iterator[tuple[str, list[Any]]]:
    """An HTTP server that keeps what it is sent."""
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()


@pytest.fixture(scope="module")
def inbox() -> Iterator[tuple[str, list[Any]]]:
    """Where alerts go: an address, and what has come."""
    with receiver() as found:
        yield found


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory, inbox: tuple[str, list[Any]]) -> Iterator[Installed]:
    demand("nginx")
    settings = {"ALERT_INTERVAL_SECONDS": "1", "ALERT_CHANNELS": f"json://{inbox[0]}"}
    with Installed(tmp_path_factory.mktemp("one"), **settings) as running:
        yield running


def health(it: Installed) -> dict[str, Any]:
    """As anybody sees it through Nginx."""
    answer = httpx.get(f"{it.url}/api/health/combined", timeout=5)
    found: dict[str, Any] = answer.json()
    return {"code": answer.status_code, **found}


def reached(it: Installed, status: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found = health(it)
        return found if found["status"] == status else None

    found: dict[str, Any] = eventually(look, within_s=30, what=f"health {status}")
    return found


def test_a_control_plane_that_dies_is_said_to_be_down_and_comes_back(one: Installed) -> None:
    assert reached(one, "ok")["code"] == 200
    with one.unattended():
        one.kill("control_plane")
        down = reached(one, "down")
        assert down["code"] == 503
        assert down["reasons"]
        assert httpx.get(f"{one.url}/health", timeout=5).json()["status"] == "down"
    reached(one, "ok")


def test_a_control_plane_that_hangs_is_said_to_hang_and_comes_back(one: Installed) -> None:
    reached(one, "ok")
    with one.stopped("control_plane"):
        down = reached(one, "down")
        assert "hung" in json.dumps(down["reasons"])
        assert httpx.get(f"{one.url}/health", timeout=5).status_code == 503
    reached(one, "ok")


def test_who_calls_meanwhile_hears_an_apology_and_is_on_the_list_afterwards_once(one: Installed) -> None:
    reached(one, "ok")
    with one.stopped("control_plane"):
        for _ in range(2):  # the carrier asks again
            answer = httpx.post(f"{one.url}/webhook/twilio/voice", data=MISSED, timeout=15)
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/xml")
            assert 'language="es-' in answer.text
            assert 'language="en-' in answer.text
    reached(one, "ok")
    found = eventually(lambda: one.api("/api/callbacks?open=true")["items"], within_s=30, what="a callback")
    assert [(item["from"], item["to"]) for item in found] == [(MISSED["From"], MISSED["To"])]


def test_an_alert_goes_out_and_is_resolved(one: Installed, inbox: tuple[str, list[Any]]) -> None:
    reached(one, "ok")
    headers = {"Authorization": f"Bearer {one.token}"}
    rule = {
        "name": "Somebody is on the telephone",
        "metric": "gateway_calls_live",
        "aggregation": "value",
        "comparison": ">=",
        "threshold": 1,
        "for_s": 0,
        "severity": "critical",
    }
    made = httpx.post(f"{one.url}/api/alerts/rules", json=rule, headers=headers, timeout=5)
    assert made.status_code == 201, made.text
    call_id = one.call("Laura", "+573001234567", script=CHATTY)

    def mine(state: str) -> list[Any]:
        items = one.api("/api/alerts?state=all")["items"]
        return [item for item in items if item["rule_id"] == made.json()["id"] and item["state"] == state]

    eventually(lambda: mine("raised"), within_s=30, what="an alert")
    httpx.post(f"{one.url}/api/calls/{call_id}/hangup", headers=headers, timeout=5).raise_for_status()
    eventually(lambda: mine("resolved"), within_s=60, what="the end of the alert")
    eventually(lambda: len(told(inbox[1])) >= 2, within_s=30, what="two notices")
    about = told(inbox[1])
    assert "Somebody is on the telephone" in about[0]
    assert about[0] != about[-1]


def test_prometheus_gets_the_figures_of_every_process_through_the_sidecar(one: Installed, tmp_path: Path) -> None:
    reached(one, "ok")
    with prometheus_server(tmp_path, f"127.0.0.1:{one.port}", token=one.token) as prometheus:

        def value(expression: str) -> list[Any]:
            try:
                answer = httpx.get(f"{prometheus}/api/v1/query", params={"query": expression}, timeout=5)
            except httpx.TransportError:
                return []
            found: list[Any] = answer.json()["data"]["result"]
            return found

        eventually(lambda: value('up{job="centralita"} == 1'), within_s=60, what="a good scrape")
        [live] = eventually(lambda: value("gateway_calls_live"), within_s=60, what="figures of the control plane")
        assert live["metric"]["process"] == "main"
        assert value("gateway_host_memory_bytes"), "the sidecar's own"


def told(inbox: list[Any]) -> list[str]:
    """Titles and texts of the notices about the rule of the test."""
    texts = [f"{notice['title']}\n{notice['message']}" for notice in inbox]
    return [text for text in texts if "Somebody is on the telephone" in text]


def test_the_media_of_a_call_come_to_their_own_port_and_none_to_the_others(one: Installed) -> None:
    reached(one, "ok")
    call_id = one.call("Laura", "+573001234568", script=CHATTY)
    one.until(call_id, lambda found: len(found["turns"]) >= 2, within_s=40, what="a conversation")
    httpx.post(
        f"{one.url}/api/calls/{call_id}/hangup", headers={"Authorization": f"Bearer {one.token}"}, timeout=5
    ).raise_for_status()
    one.until(call_id, lambda found: found["state"] == "ended", within_s=30, what="the end")
    lines = eventually(one.streams, within_s=10, what="a stream in the log")
    assert {line["upstream"] for line in lines} == {one.place("main")}
    assert {line["status"] for line in lines} == {101}
    # The API's port takes them all the same, for installations with one port: with a ticket, which this is not.
    with connect(f"ws://{one.place('main', 'API_PORT')}/stream/media/none") as socket, pytest.raises(ConnectionClosed):
        socket.recv(timeout=10)


def test_the_webhooks_of_a_call_come_to_their_own_port_and_none_to_the_others(one: Installed) -> None:
    reached(one, "ok")
    before = len(one.passed("/webhook/telnyx"))
    call_id = one.call("Laura", "+573001234569", script=CHATTY)
    one.until(call_id, lambda found: len(found["turns"]) >= 1, within_s=40, what="a conversation")
    httpx.post(
        f"{one.url}/api/calls/{call_id}/hangup", headers={"Authorization": f"Bearer {one.token}"}, timeout=5
    ).raise_for_status()
    one.until(call_id, lambda found: found["state"] == "ended", within_s=30, what="the end")
    lines = one.passed("/webhook/telnyx")[before:]
    assert {line["upstream"] for line in lines} == {one.place("main", "WEBHOOK_PORT")}
    assert {line["status"] for line in lines} == {200}
    # The API's port takes them all the same, for installations with one port, and judges them alike.
    for port in ("API_PORT", "WEBHOOK_PORT"):
        answer = httpx.post(f"http://{one.place('main', port)}/webhook/telnyx", content=b"{}", timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")


def test_the_echo_call_of_the_doctor_goes_the_way_of_every_call(one: Installed) -> None:
    reached(one, "ok")
    before = len(one.streams())
    headers = {"Authorization": f"Bearer {one.token}"}
    httpx.post(f"{one.url}/api/doctor/run", headers=headers, timeout=5).raise_for_status()
    report = eventually(lambda: one.api("/api/doctor")["report"], within_s=60, what="a report of the doctor")
    codes = {check["name"]: check["code"] for check in report["checks"]}
    assert codes["echo call"] in ("echo.ok", "echo.slow", "echo.partly")
    lines = eventually(lambda: one.streams()[before:], within_s=10, what="the echo call in the log")
    assert [(line["upstream"], line["status"]) for line in lines] == [(one.place("main"), 101)]


def test_calls_of_a_node_that_is_killed_go_on_in_the_other(tmp_path: Path) -> None:
    demand("nginx")
    with postgres_server() as postgres:
        address = postgres.create("calls")
        with Installed(tmp_path, "--nodes", "2", DATABASE_URL=address) as pair:
            call_id = pair.call("Laura", "+573001234567", script=CHATTY)
            call = pair.until(call_id, lambda found: len(found["turns"]) >= 2, within_s=40, what="a conversation")
            home = str(call["node"])
            places = {node: pair.place(node) for node in ("a", "b")}
            [other] = places.keys() - {home}
            with pair.unattended():
                pair.process("control_plane", NODE_ID=home).kill()
                moved = pair.until(call_id, lambda found: found["node"] != home, within_s=40, what="another node")
                turns = len(moved["turns"])
                pair.until(call_id, lambda found: len(found["turns"]) > turns, within_s=60, what="more conversation")
                # A socket that is opened at the address of the dead one.
                address = f"ws://127.0.0.1:{pair.port}/n/{home}/stream/media/none"
                with connect(address) as socket, pytest.raises(ConnectionClosed):
                    socket.recv(timeout=10)
            ended = pair.until(call_id, lambda found: found["state"] == "ended", within_s=90, what="the end")
            assert ended["hangup_cause"]
            taken = [(line["upstream"], line["upstream_status"]) for line in pair.streams()]
            assert (places[home], "101") in taken, "the call began there"
            assert (f"{places[home]}, {places[other]}", "502, 101") in taken, "Nginx went on to the other"
            assert taken[-1] == (places[other], "101"), "the call ended there"
