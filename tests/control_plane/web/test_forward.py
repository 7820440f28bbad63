"""What is asked of a call that lives in another control plane."""

import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.gateways import assembled, served
from tests.servers import real_server
from tests.virtual_time import eventually


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def test_a_request_reaches_the_control_plane_of_its_call(tmp_path: Path, database_url: str) -> None:
    port = free_port()
    home = assembled(tmp_path, database_url, node_id="a", node_address=f"http://127.0.0.1:{port}")
    async with real_server(home.app, port), served(tmp_path, database_url, node_id="b") as other:
        await eventually(lambda: home.gateway.ready)
        call_id = await home.call()
        answer = await other.post(f"/api/calls/{call_id}/hangup")
        assert answer.status_code == 200
        assert await answer.get_json() == {"call_id": call_id, "asked": "hangup"}
        refused = await other.post(f"/api/calls/{call_id}/say", json={"text": ""})
        assert refused.status_code == 422
        assert other.gateway.desk.roster.find(call_id) is None


async def test_a_request_is_passed_on_once(tmp_path: Path, database_url: str) -> None:
    async with (
        served(tmp_path, database_url, node_id="a") as home,
        served(tmp_path, database_url, node_id="b") as other,
    ):
        call_id = await home.call()
        answer = await other.post(f"/api/calls/{call_id}/hangup", headers={"X-Centralita-Forwarded": "1"})
        assert answer.status_code == 503
        assert (await answer.get_json())["code"] == "call_elsewhere"
        assert answer.headers["Retry-After"] == "2"


async def test_a_control_plane_out_of_reach_is_said(tmp_path: Path, database_url: str) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    async with (
        served(tmp_path, database_url, node_id="a", node_address=address) as home,
        served(tmp_path, database_url, node_id="b") as other,
    ):
        call_id = await home.call()
        answer = await other.post(f"/api/calls/{call_id}/hangup")
        assert answer.status_code == 503
        assert (await answer.get_json())["code"] == "call_elsewhere"


@pytest.mark.parametrize(("scheme", "read"), [("http", 0), ("https", 1)])
async def test_passing_on_does_not_hold_the_event_loop_while_authorities_are_read(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, scheme: str, read: int
) -> None:
    readers: list[threading.Thread] = []
    make = ssl.create_default_context

    def watched(*args: Any, **options: Any) -> ssl.SSLContext:
        readers.append(threading.current_thread())
        return make(*args, **options)

    address = f"{scheme}://127.0.0.1:{free_port()}"
    async with (
        served(tmp_path, database_url, node_id="a", node_address=address) as home,
        served(tmp_path, database_url, node_id="b") as other,
    ):
        call_id = await home.call()
        monkeypatch.setattr(ssl, "create_default_context", watched)
        assert (await other.post(f"/api/calls/{call_id}/hangup")).status_code == 503
    assert len(readers) == read
    assert threading.main_thread() not in readers
