"""Nginx takes every configuration that is written, and the container's is the same as that of one machine."""

import os
import socket
import ssl
import subprocess
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from scripts import system_parts
from stack import edge as edges
from stack.edge import TEMPLATES, Edge
from tests.nginx.edges import demand_nginx, make_edge, running
from tests.nginx.fakes import Fake
from tests.stack.running import free_port

ONE = {"main": "127.0.0.1:3008"}
THREE = {"main": "127.0.0.1:3008/3010", "b-2": "localhost:3018", "c": "127.0.0.1:3028/3030/3032"}


@pytest.fixture(autouse=True)
def _nginx() -> None:
    demand_nginx()


@pytest.mark.parametrize("planes", [ONE, THREE], ids=["one", "three"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("folder", ["here", "a folder; with {signs}"])
def test_nginx_takes_it(tmp_path: Path, planes: Mapping[str, str], tls: bool, folder: str) -> None:
    edge = make_edge(tmp_path / folder, control_planes=planes, tls_port=free_port() if tls else None)
    edges.write(edge)
    edges.check(edge)
    said = subprocess.run([*edges.command(edge), "-t"], capture_output=True, text=True, timeout=20, check=True).stderr
    assert "[warn]" not in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only the administrator can become somebody else")
def test_an_ordinary_user_can_run_it(tmp_path: Path) -> None:
    edge = make_edge(tmp_path, control_planes=ONE)
    main = edges.write(edge)
    main.write_text(main.read_text().replace("user root;", ""))
    for path in (tmp_path, *tmp_path.rglob("*")):
        os.chown(path, 65534, 65534)
    for parent in tmp_path.parents:
        if parent.stat().st_mode & 0o055 != 0o055:
            parent.chmod(0o755)
    said = subprocess.run(
        [*edges.command(edge), "-t"], capture_output=True, text=True, timeout=20, check=False, user=65534, group=65534
    )
    assert said.returncode == 0, said.stderr


def script(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The container's way, with its folders here."""
    nginx = Path(system_parts.find("nginx") or "").parent
    places = {
        "PATH": f"{os.environ['PATH']}:{nginx}",
        "TEMPLATES": str(TEMPLATES),
        "CONF": str(folder / "conf"),
        "RUN": str(folder / "run"),
        "CACHE": str(folder / "cache"),
        "LOGS": str(folder / "logs"),
        "ACME": str(folder / "acme"),
        "CERTIFICATES": str(folder / "certificates"),
        "NGINX_USER": "root",
        "ADDRESS": "127.0.0.1",
    }
    return subprocess.run(
        ["sh", str(TEMPLATES / "render.sh")],
        env={**places, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_the_container_has_the_same_configuration(tmp_path: Path, tls: bool) -> None:
    edge = make_edge(tmp_path, control_planes=THREE, tls_port=free_port() if tls else None, server_name="a.example")
    edge = replace(edge, trusted_proxies=("10.0.0.0/8", "::1"))
    edges.write(edge)
    folder = tmp_path / "container"
    logs = edge.folder / "logs"
    done = script(
        folder,
        RUN=str(edge.folder / "run"),
        CACHE=str(edge.folder / "cache"),
        ACME=str(edge.folder / "acme"),
        CERTIFICATES=str(edge.folder / "certificates"),
        DASHBOARD=str(edge.dashboard),
        ACCESS_LOG=f'"{logs}/access.log"',
        ERROR_LOG=f'"{logs}/error.log"',
        CALLBACK_LOG=f'"{logs}/callbacks.log"',
        CONTROL_PLANES=",".join(f"{name}={address}" for name, address in THREE.items()),
        SIDECAR=edge.sidecar,
        SERVER_NAME="a.example",
        TRUSTED_PROXIES="10.0.0.0/8 ::1",
        HTTP_PORT=str(edge.port),
        HTTPS_PORT=str(edge.tls_port or 443),
        TLS="on" if tls else "off",
    )
    assert done.returncode == 0, done.stderr
    ours, theirs = edge.folder / "conf", folder / "conf"
    names = sorted(path.relative_to(ours) for path in ours.rglob("*.conf"))
    assert names == sorted(path.relative_to(theirs) for path in theirs.rglob("*.conf"))
    skipped = {"tls.conf"} if not tls else set()  # says where a certificate would be
    for name in (name for name in names if name.name not in skipped):
        if not (os.geteuid() != 0 and name.name == "hybrid.conf"):
            assert (ours / name).read_text() == (theirs / name).read_text(), name


def test_the_container_makes_its_own_certificate_and_keeps_it(tmp_path: Path) -> None:
    plain = {"CONTROL_PLANES": "main=127.0.0.1:3008", "SIDECAR": "127.0.0.1:3009", "SERVER_NAME": "voz.example.com"}
    quiet = {"ERROR_LOG": "stderr", "ACCESS_LOG": "off", "HTTP_PORT": str(free_port())}
    first = script(tmp_path, **plain, **quiet, HTTPS_PORT=str(free_port()))
    assert "self-signed certificate for voz.example.com" in first.stderr
    key = tmp_path / "certificates" / "self-signed.key"
    assert key.stat().st_mode & 0o077 == 0
    made = key.read_bytes()
    assert "self-signed" not in script(tmp_path, **plain, **quiet, HTTPS_PORT=str(free_port())).stderr
    assert key.read_bytes() == made


@pytest.mark.parametrize(
    ("environment", "fault"),
    [
        ({"CONTROL_PLANES": "Main=a:1"}, "'Main' in CONTROL_PLANES cannot be a name"),
        ({"CONTROL_PLANES": "main=nowhere"}, "no host:port"),
        ({"CONTROL_PLANES": "main=a:1;evil"}, "no host:port"),
        ({"CONTROL_PLANES": "main=a:1/"}, "no host:port"),
        ({"CONTROL_PLANES": "main=a:1//3"}, "no host:port"),
        ({"CONTROL_PLANES": "main=a:1/2/"}, "no host:port"),
        ({"CONTROL_PLANES": "main=a:1/2/3/4"}, "no host:port"),
        ({"CONTROL_PLANES": "main=a:1/two"}, "no host:port, host:port/stream-port or host:port/stream-port/webhook"),
        ({"CONTROL_PLANES": "main=a/1:2"}, "no host:port"),
        ({"TRUSTED_PROXIES": "10.0.0.0/8; evil"}, "in TRUSTED_PROXIES is no address"),
        ({"TLS": "maybe"}, "TLS has to be on or off"),
        ({"CERTIFICATE": "/a.pem"}, "CERTIFICATE needs CERTIFICATE_KEY"),
    ],
)
def test_the_container_says_what_is_wrong(tmp_path: Path, environment: dict[str, str], fault: str) -> None:
    done = script(tmp_path, **environment)
    assert done.returncode == 78
    assert fault in done.stderr


def test_tls_serves_all_and_plain_http_leads_there(tmp_path: Path) -> None:
    plane = Fake("main")
    edge = make_edge(tmp_path, control_planes={"main": plane.address}, tls_port=free_port())
    (edge.folder / "acme" / ".well-known" / "acme-challenge").mkdir(parents=True)
    (edge.folder / "acme" / ".well-known" / "acme-challenge" / "proof").write_text("proof")
    try:
        with running(edge) as url:
            certificate = edge.folder / "certificates" / "self-signed.pem"
            trusted = ssl.create_default_context(cafile=str(certificate))
            secure = f"https://localhost:{edge.tls_port}"
            with httpx.Client(verify=trusted) as client:
                answer = client.get(f"{secure}/api/calls")
                assert answer.json()["headers"]["x-forwarded-proto"] == "https"
                assert answer.headers["strict-transport-security"] == "max-age=31536000"
                assert client.get(f"{secure}/gone.js").headers["strict-transport-security"] == "max-age=31536000"
            for method in ("GET", "POST"):
                led = httpx.request(method, f"{url}/webhook/telnyx?a=b", headers={"Host": "localhost"})
                assert led.status_code == 308
                assert led.headers["location"] == f"{secure}/webhook/telnyx?a=b"
                assert "strict-transport-security" not in led.headers
            mistaken = httpx.get(f"http://localhost:{edge.tls_port}/calls")
            assert (mistaken.status_code, mistaken.headers["location"]) == (308, f"{secure}/calls")
            assert httpx.get(f"{url}/.well-known/acme-challenge/proof").text == "proof"
            assert httpx.get(f"{url}/.well-known/acme-challenge/none").status_code == 404
            assert _protocols(edge) == {"h2", "http/1.1"}
            with pytest.raises(ssl.SSLError, match=r"(?i)alert protocol version"):
                _handshake(edge, old=True)
    finally:
        plane.stop()


def test_one_address_keeps_few_connections_to_the_port_that_only_leads_to_tls(tmp_path: Path) -> None:
    edge = make_edge(tmp_path, control_planes=ONE, tls_port=free_port())
    text = (edges.write(edge).parent / "servers" / "tls.conf").read_text()
    assert "limit_conn connections 50;" in text.partition("ssl_certificate")[0]
    assert "limit_conn" not in text.partition("ssl_certificate")[2], "carriers come there, from few addresses"


def _protocols(edge: Edge) -> set[str | None]:
    return {_handshake(edge, protocol) for protocol in ("h2", "http/1.1")}


def _handshake(edge: Edge, *protocols: str, old: bool = False) -> str | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if old:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    if protocols:
        context.set_alpn_protocols(list(protocols))
    with (
        socket.create_connection(("127.0.0.1", edge.tls_port or 0), timeout=5) as line,
        context.wrap_socket(line, server_hostname="localhost") as secure,
    ):
        return secure.selected_alpn_protocol()
