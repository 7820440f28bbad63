"""Which control plane is asked, and what happens when it is gone."""

import httpx
import pytest
from aiohttp import web
from websockets.sync.client import connect

from tests.nginx.conftest import Front
from tests.nginx.edges import make_edge, running
from tests.nginx.fakes import Fake
from tests.stack.running import eventually


@pytest.fixture(autouse=True)
def recovered(front: Front) -> None:
    """Nginx has forgotten what failed in other tests."""

    def both() -> bool:
        return all(who(front, f"/n/{node}/webhook/telnyx") == node for node in ("first", "second"))

    eventually(both, within_s=10, what="both control planes in use")
    front.first.asked.clear()
    front.second.asked.clear()


def who(front: Front, path: str, method: str = "POST") -> str:
    return str(front.client.request(method, path, content=b"{}").json()["who"])


@pytest.mark.parametrize("node", ["first", "second"])
@pytest.mark.parametrize("path", ["/webhook/telnyx", "/webhook/twilio/voice?a=b", "/blobs/a/b.wav?signature=1"])
def test_a_name_in_the_path_chooses_the_control_plane_and_is_taken_off(front: Front, node: str, path: str) -> None:
    told = front.client.post(f"/n/{node}{path}", content=b"{}").json()
    assert (told["who"], told["path"]) == (node, path)


def test_an_unknown_name_is_served_by_any(front: Front) -> None:
    assert who(front, "/n/third/webhook/telnyx") in {"first", "second"}


def test_without_a_name_the_work_is_shared(front: Front) -> None:
    assert {who(front, "/webhook/telnyx") for _ in range(8)} == {"first", "second"}


def test_the_others_stand_in_for_a_control_plane_that_is_gone(front: Front) -> None:
    front.first.stop()
    for path in ("/n/first/webhook/telnyx", "/n/first/webhook/twilio/voice", "/webhook/telnyx"):
        assert {who(front, path) for _ in range(4)} == {"second"}
    # Nothing was sent to the dead one, so an order that must not be doubled may go to the other.
    assert {who(front, "/api/call/initiate") for _ in range(4)} == {"second"}


def test_a_stream_of_a_control_plane_that_is_gone_reaches_the_port_for_streams_of_the_other(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    api, stream, other = fakes = Fake("api"), Fake("stream"), Fake("other")
    planes = {"a": f"{api.address}/{stream.port}", "b": f"{api.address}/{other.port}"}
    try:
        with running(make_edge(tmp_path_factory.mktemp("streams"), control_planes=planes)) as url:
            address = url.replace("http", "ws")

            def reached(path: str) -> str:
                with connect(address + path) as socket:
                    return str(socket.recv(timeout=5))

            assert reached("/n/a/stream/media/t") == "stream /stream/media/t"
            assert reached("/n/b/stream/media/t") == "other /stream/media/t"
            stream.stop()
            assert reached("/n/a/stream/media/t") == reached("/stream/media/t") == "other /stream/media/t"
            assert httpx.post(f"{url}/n/a/webhook/telnyx").json()["who"] == "api"
    finally:
        for fake in fakes:
            fake.stop()


def test_a_webhook_of_a_control_plane_that_is_gone_reaches_the_port_for_webhooks_of_the_other(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    api, own, other = fakes = Fake("api"), Fake("own"), Fake("other")
    planes = {"a": f"{api.address}/{api.port}/{own.port}", "b": f"{api.address}/{api.port}/{other.port}"}
    try:
        with running(make_edge(tmp_path_factory.mktemp("webhooks"), control_planes=planes)) as url:

            def reached(path: str) -> str:
                return str(httpx.post(url + path, content=b"{}").json()["who"])

            assert [reached(f"/n/{node}/webhook/telnyx") for node in "ab"] == ["own", "other"]
            assert {reached("/webhook/telnyx") for _ in range(8)} == {"own", "other"}
            own.answer = lambda request: web.Response(status=503)
            assert reached("/n/a/webhook/telnyx") == "other"
            own.stop()
            assert {reached(path) for path in ("/n/a/webhook/telnyx", "/webhook/telnyx")} == {"other"}
            # Whoever answers with markup, and everything else, is at the first port.
            for path in ("/webhook/twilio/voice", "/webhook/telnyx/texml", "/api/call/initiate"):
                assert reached(path) == "api"
    finally:
        for fake in fakes:
            fake.stop()


def test_a_webhook_goes_on_to_the_other_when_the_first_cannot_store_it(front: Front) -> None:
    front.first.answer = lambda request: web.Response(status=503)
    assert who(front, "/n/first/webhook/telnyx") == "second"
    assert front.first.asked == [("POST", "/webhook/telnyx")]


def test_an_order_that_a_control_plane_may_have_taken_is_never_sent_twice(front: Front) -> None:
    def dies(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    front.first.answer = front.second.answer = dies
    answer = front.client.post("/api/call/initiate", json={"name": "Laura"})
    assert (answer.status_code, answer.json()["code"]) == (502, "unavailable")
    assert len(front.first.asked) + len(front.second.asked) == 1


def test_a_refusal_of_a_service_passes_unchanged(front: Front) -> None:
    def refuses(request: web.Request) -> web.Response:
        return web.json_response({"code": "own"}, status=503, headers={"Retry-After": "10"})

    front.first.answer = front.second.answer = refuses
    answer = front.client.post("/api/call/initiate", json={})
    assert (answer.status_code, answer.json(), answer.headers["retry-after"]) == (503, {"code": "own"}, "10")


def test_a_single_control_plane_is_asked_again_as_soon_as_it_is_back(tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = Fake("main")
    edge = make_edge(tmp_path_factory.mktemp("single"), control_planes={"main": alone.address})
    try:
        with running(edge) as url:
            alone.stop()
            for _ in range(5):
                answer = httpx.post(f"{url}/n/main/webhook/telnyx")
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert httpx.get(f"{url}/api/calls").status_code == 502
            alone.start()
            assert httpx.post(f"{url}/n/main/webhook/telnyx").json()["who"] == "main"
    finally:
        alone.stop()
