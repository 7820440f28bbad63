"""What is written for a web server, without starting one."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from stack import edge as edges
from stack.edge import Edge
from stack.failures import StackFailed

TWO = {"main": "127.0.0.1:3008", "other": "10.0.0.7:3008"}


@pytest.fixture(autouse=True)
def _old_nginx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges, "version", lambda: (1, 22, 1))


def edge(folder: Path, control_planes: Mapping[str, str] = TWO, **more: object) -> Edge:
    known: dict = {"port": 8080, "sidecar": "127.0.0.1:3009", "dashboard": folder / "dist", **more}
    return Edge(folder=folder / "edge", control_planes=control_planes, **known)


def test_every_name_in_capitals_is_filled_in(tmp_path: Path) -> None:
    main = edges.write(edge(tmp_path, tls_port=8443))
    assert main == tmp_path / "edge" / "conf" / "hybrid.conf"
    for path in main.parent.rglob("*.conf"):
        assert "${" not in path.read_text().replace("${front}", ""), path


def test_each_control_plane_has_the_others_behind_it(tmp_path: Path) -> None:
    text = edges.write(edge(tmp_path)).read_text()
    _, _, block = text.partition("upstream node_other {")
    servers = [line.strip() for line in block.partition("}")[0].splitlines() if "server" in line]
    checked = "max_fails=2 fail_timeout=2s"
    assert servers == [f"server 10.0.0.7:3008 {checked};", f"server 127.0.0.1:3008 {checked} backup;"]
    assert '"~^/n/other/" node_other;' in text


def test_media_streams_go_to_a_port_of_their_own_where_there_is_one(tmp_path: Path) -> None:
    planes = {"a": "127.0.0.1:3008/3010", "b": "[::1]:3011/3012", "c": "old:3008"}
    text = edges.write(edge(tmp_path, planes)).read_text()
    assert servers(text, "control_plane") == ["127.0.0.1:3008", "[::1]:3011", "old:3008"]
    assert servers(text, "streams") == ["127.0.0.1:3010", "[::1]:3012", "old:3008"]
    assert servers(text, "node_b") == ["[::1]:3011", "127.0.0.1:3008 backup", "old:3008 backup"]
    assert servers(text, "stream_b") == ["[::1]:3012", "127.0.0.1:3010 backup", "old:3008 backup"]
    assert '"~^/n/b/" stream_b;' in text


def test_webhooks_go_to_a_port_of_their_own_where_there_is_one(tmp_path: Path) -> None:
    planes = {"a": "127.0.0.1:3008/3010/3012", "b": "[::1]:3018/3020/3022", "c": "old:3008/3010"}
    text = edges.write(edge(tmp_path, planes)).read_text()
    assert servers(text, "streams") == ["127.0.0.1:3010", "[::1]:3020", "old:3010"]
    assert servers(text, "webhooks") == ["127.0.0.1:3012", "[::1]:3022", "old:3008"]
    assert servers(text, "webhook_b") == ["[::1]:3022", "127.0.0.1:3012 backup", "old:3008 backup"]
    assert '"~^/n/b/" webhook_b;' in text


def servers(text: str, upstream: str) -> list[str]:
    block = text.partition(f"upstream {upstream} {{")[2].partition("}")[0]
    lines = (line.split() for line in block.splitlines())
    return [f"{words[1]}{' backup' * (words[-1] == 'backup;')}" for words in lines if words[:1] == ["server"]]


def test_writing_again_keeps_notes_and_certificate(tmp_path: Path) -> None:
    written = edge(tmp_path, tls_port=8443)
    edges.write(written)
    edges.callback_log(written).write_text("a note\n")
    before = (written.folder / "certificates" / "self-signed.pem").read_bytes()
    edges.write(written)
    assert edges.callback_log(written).read_text() == "a note\n"
    assert (written.folder / "certificates" / "self-signed.pem").read_bytes() == before


def test_a_certificate_of_ones_own_is_used(tmp_path: Path) -> None:
    own = {"certificate": tmp_path / "a.pem", "key": tmp_path / "a.key"}
    written = edge(tmp_path, tls_port=443, **own)
    text = (edges.write(written).parent / "servers" / "tls.conf").read_text()
    assert f'ssl_certificate_key "{tmp_path}/a.key";' in text
    assert "return 308 https://$host$request_uri;" in text
    assert not list((written.folder / "certificates").iterdir())


@pytest.mark.parametrize(("nginx", "old"), [((1, 22, 1), True), ((1, 25, 0), True), ((1, 25, 1), False)])
def test_http2_is_asked_for_as_the_version_has_it(
    tmp_path: Path, nginx: tuple[int, ...], old: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edges, "version", lambda: nginx)
    text = (edges.write(edge(tmp_path, tls_port=8443)).parent / "servers" / "tls.conf").read_text()
    assert ("ssl http2 " in text) is old
    assert ("http2 on;" in text) is not old


@pytest.mark.parametrize(
    ("planes", "more"),
    [
        ({}, {}),
        ({"Main": "a:1"}, {}),
        ({"a;b": "a:1"}, {}),
        ({"a": "nowhere"}, {}),
        ({"a": "a:1; evil on"}, {}),
        ({"a": "a:1/"}, {}),
        ({"a": "a:1//3"}, {}),
        ({"a": "a:1/2/"}, {}),
        ({"a": "a:1/2/3/4"}, {}),
        ({"a": "a:1/two"}, {}),
        (TWO, {"sidecar": "none"}),
        (TWO, {"sidecar": "a:1/2"}),
        (TWO, {"server_name": "a; b"}),
        (TWO, {"dashboard": Path('/a"b')}),
        (TWO, {"dashboard": Path("/a$b")}),
        (TWO, {"certificate": Path("/a")}),
        (TWO, {"key": Path("/a")}),
        (TWO, {"trusted_proxies": ("10.0.0.0/8; evil",)}),
        (TWO, {"trusted_proxies": ("balancer.example.com",)}),
    ],
)
def test_values_that_cannot_be_are_refused_before_anything_is_written(
    tmp_path: Path, planes: Mapping[str, str], more: dict[str, object]
) -> None:
    with pytest.raises(StackFailed):
        edges.write(edge(tmp_path, planes, **more))
    assert not (tmp_path / "edge" / "conf").exists()


def test_without_nginx_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges.shutil, "which", lambda name, path: None)
    with pytest.raises(StackFailed, match="apt-get install nginx-light"):
        edges.program()


def test_headers_that_do_not_come_to_an_end_cost_a_connection_for_five_seconds(tmp_path: Path) -> None:
    limits = edges.write(edge(tmp_path)).parent / "snippets" / "limits.conf"
    assert "client_header_timeout 5s;" in limits.read_text()
