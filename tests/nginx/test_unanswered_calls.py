"""A ringing call is answered, and noted for a call back, when no control plane can say what to do with it."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
from aiohttp import web

from stack.edge import Edge
from tests.nginx.edges import access_log, callbacks, make_edge, running
from tests.nginx.fakes import Fake
from tests.stack.running import eventually

CALL = {
    "CallSid": "CA1",
    "From": "+573001234567",
    "To": "+576015550100",
    "CallStatus": "ringing",
    "Name": 'José "Pepe"',
}

VOICE = [
    "/webhook/twilio/voice",
    "/webhook/twilio/voice/bot-7",
    "/webhook/telnyx/texml",
    "/webhook/telnyx/texml/bot-7",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lone:
    """One control plane behind an edge; what was noted during the test."""

    edge: Edge
    url: str
    plane: Fake
    before: int

    def noted(self, count: int = 1) -> list[dict]:
        """A line is written after its answer."""
        return eventually(
            lambda: found if len(found := self._lines()) >= count else None, within_s=5, what=f"{count} notes"
        )

    def nothing_noted(self, request_id: str) -> bool:
        """Both logs are written at the same moment, so the one tells that the other would have been."""
        eventually(lambda: any(line["id"] == request_id for line in access_log(self.edge)), within_s=5, what="a line")
        return self._lines() == []

    def _lines(self) -> list[dict]:
        return callbacks(self.edge)[self.before :]


@pytest.fixture(scope="module")
def edge_and_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Edge, str, Fake]]:
    folder: Path = tmp_path_factory.mktemp("voice")
    plane = Fake("main")
    edge = make_edge(folder, control_planes={"main": plane.address})
    try:
        with running(edge) as url:
            yield edge, url, plane
    finally:
        plane.stop()


@pytest.fixture
def lone(edge_and_plane: tuple[Edge, str, Fake]) -> Iterator[Lone]:
    edge, url, plane = edge_and_plane
    plane.fresh()
    yield Lone(edge=edge, url=url, plane=plane, before=len(callbacks(edge)))
    plane.fresh()


def demand_apology(answer: httpx.Response) -> None:
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.headers["cache-control"] == "no-store"
    document = ElementTree.fromstring(answer.content)
    assert [(verb.tag, verb.get("language")) for verb in document] == [
        ("Say", "es-MX"),
        ("Say", "en-US"),
        ("Hangup", None),
    ]
    spanish, english = (verb.text or "" for verb in document[:2])
    assert "devolveremos la llamada" in spanish
    assert "call you back" in english


@pytest.mark.parametrize("prefix", ["", "/n/main", "/n/other"])
@pytest.mark.parametrize("path", VOICE)
def test_a_dead_control_plane_is_apologised_for_and_the_caller_noted(lone: Lone, path: str, prefix: str) -> None:
    lone.plane.stop()
    signed = {"X-Twilio-Signature": "c2lnbmVk", "Telnyx-Signature-Ed25519": "ZWQ=", "Telnyx-Timestamp": "1700000000"}
    answer = httpx.post(lone.url + prefix + path, data=CALL, headers=signed)
    demand_apology(answer)
    [note] = lone.noted()
    assert note["uri"] == path
    assert note["id"] == answer.headers["x-request-id"]
    assert isinstance(note["at"], float)
    assert {name: value for name, [value] in parse_qs(note["body"]).items()} == CALL
    assert note["proof"] == {"twilio": "c2lnbmVk", "telnyx": "ZWQ=", "telnyx_at": "1700000000"}


def test_the_variant_with_get_is_noted_with_its_query(lone: Lone) -> None:
    lone.plane.stop()
    answer = httpx.get(f"{lone.url}/webhook/twilio/voice", params=CALL)
    demand_apology(answer)
    [note] = lone.noted()
    assert (note["uri"], note["body"]) == ("/webhook/twilio/voice", "")
    assert {name: value for name, [value] in parse_qs(note["query"]).items()} == CALL


def test_a_large_body_is_noted_whole(lone: Lone) -> None:
    lone.plane.stop()
    demand_apology(httpx.post(f"{lone.url}/webhook/twilio/voice", data={**CALL, "SpeechResult": "a" * 200_000}))
    [note] = lone.noted()
    assert len(note["body"]) > 200_000


@pytest.mark.parametrize("path", ["/webhook/twilio/voice", "/webhook/telnyx/texml"])
def test_a_control_plane_that_hangs_is_not_waited_for_longer_than_the_carrier_waits(lone: Lone, path: str) -> None:
    lone.plane.hangs = True
    demand_apology(httpx.post(lone.url + path, data=CALL, timeout=12))
    assert len(lone.noted()) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_control_plane_that_fails_is_apologised_for(lone: Lone, status: int) -> None:
    lone.plane.answer = lambda request: web.Response(status=status)
    demand_apology(httpx.post(f"{lone.url}/webhook/twilio/voice", data=CALL))
    assert len(lone.noted()) == 1


@pytest.mark.parametrize("status", [200, 401, 403, 404, 413, 422])
def test_any_other_answer_of_the_control_plane_passes_unchanged(lone: Lone, status: int) -> None:
    lone.plane.answer = lambda request: web.Response(status=status, text="<Response/>", content_type="text/xml")
    answer = httpx.post(f"{lone.url}/webhook/twilio/voice", data=CALL)
    assert (answer.status_code, answer.text) == (status, "<Response/>")
    assert lone.nothing_noted(answer.headers["x-request-id"])


@pytest.mark.parametrize(
    "progress", [{"CallStatus": "completed"}, {"CallbackSource": "call-progress-events"}, {"CallStatus": "no-answer"}]
)
def test_a_report_on_a_call_is_no_caller_and_is_sent_again(lone: Lone, progress: dict[str, str]) -> None:
    lone.plane.stop()
    answer = httpx.post(f"{lone.url}/webhook/twilio/voice/status", data={**CALL, **progress})
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "5")
    assert lone.nothing_noted(answer.headers["x-request-id"])


def test_a_request_that_names_nobody_is_not_noted(lone: Lone) -> None:
    lone.plane.stop()
    answer = httpx.get(f"{lone.url}/webhook/twilio/voice")
    demand_apology(answer)
    assert lone.nothing_noted(answer.headers["x-request-id"])


@pytest.mark.parametrize("path", ["/webhook/telnyx", "/webhook/twilio/status", "/webhook/twilio/voicemail"])
def test_all_other_webhooks_are_asked_to_come_again(lone: Lone, path: str) -> None:
    lone.plane.stop()
    answer = httpx.post(lone.url + path, data=CALL)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "5")
    assert lone.nothing_noted(answer.headers["x-request-id"])


def test_the_notes_are_for_their_owner_alone(lone: Lone) -> None:
    folder = lone.edge.folder / "logs"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "callbacks.log").stat().st_mode & 0o777 == 0o600
