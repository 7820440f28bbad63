"""How addresses look to strangers."""

import asyncio
import datetime
import ssl
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from control_plane.adapters.clock import SystemClock
from control_plane.adapters.probes.network import BODY_LIMIT, KEEP_S, NetworkProbe
from control_plane.ports.probes import Unreachable
from control_plane.testing.clock import FakeClock

UNTIL = datetime.datetime(2040, 1, 2, tzinfo=datetime.UTC)


def own_certificate(folder: Path) -> Path:
    """Key and certificate that nobody has signed, for `localhost`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(UNTIL)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def makers(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """The threads that read the certificates of authorities, one entry each time."""
    seen: list[threading.Thread] = []
    make = ssl.create_default_context

    def watched(*args: Any, **options: Any) -> ssl.SSLContext:
        seen.append(threading.current_thread())
        return make(*args, **options)

    monkeypatch.setattr(ssl, "create_default_context", watched)
    return seen


async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    asked = await reader.readuntil(b"\r\n\r\n")
    body = b"x" * (3 * BODY_LIMIT) if b"/large" in asked else b"hello"
    writer.write(b"HTTP/1.1 203 Fine\r\nX-Seen: Yes\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    writer.close()


@pytest.fixture
async def plain() -> AsyncIterator[str]:
    server = await asyncio.start_server(answers, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(own_certificate(tmp_path))
    server = await asyncio.start_server(answers, "localhost", 0, ssl=context)
    async with server:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}"


async def test_an_answer_is_told_with_its_headers_and_not_read_without_end(plain: str) -> None:
    probe = NetworkProbe(SystemClock())
    answer = await probe.fetch("GET", f"{plain}/")
    assert (answer.status, answer.body, answer.headers["x-seen"]) == (203, b"hello", "Yes")
    assert len((await probe.fetch("POST", f"{plain}/large", body=b"x")).body) == BODY_LIMIT


@pytest.mark.parametrize(
    ("url", "why"),
    [("http://127.0.0.1:9/", "connection refused"), ("http://nobody.invalid/", "name"), ("nonsense", "[a-zA-Z]")],
)
async def test_an_address_without_answer_is_told_without_the_address(url: str, why: str) -> None:
    with pytest.raises(Unreachable, match=why) as raised:
        await NetworkProbe(SystemClock()).fetch("GET", url)
    assert "127.0.0.1" not in str(raised.value)


async def test_a_certificate_that_nobody_signed_is_not_trusted_but_can_be_read(secured: str) -> None:
    strict = NetworkProbe(SystemClock())
    with pytest.raises(Unreachable, match="not trusted"):
        await strict.fetch("GET", secured)
    assert await strict.certificate_ends(secured) == UNTIL.timestamp()
    lenient = NetworkProbe(SystemClock(), lenient_host="localhost")
    assert (await lenient.fetch("GET", secured)).status == 203


async def test_a_certificate_that_is_not_there_is_told(plain: str) -> None:
    with pytest.raises(Unreachable):
        await NetworkProbe(SystemClock()).certificate_ends(plain.replace("http:", "https:"))
    with pytest.raises(Unreachable):
        await NetworkProbe(SystemClock()).certificate_ends("https://127.0.0.1:9")


async def test_a_media_socket_that_is_none_is_told(plain: str) -> None:
    for url in (plain.replace("http:", "ws:"), "ws://127.0.0.1:9/", "nonsense"):
        with pytest.raises(Unreachable):
            await NetworkProbe(SystemClock()).echo(url)


async def ask_everything_at_once(probe: NetworkProbe, url: str) -> None:
    asked = [*(probe.fetch("GET", url) for _ in range(10)), probe.certificate_ends(url)]
    asked.append(probe.echo(url.replace("http", "ws")))
    assert all(isinstance(each, Unreachable) for each in await asyncio.gather(*asked, return_exceptions=True))


async def test_checks_do_not_hold_the_event_loop_while_authorities_are_read(makers: list[threading.Thread]) -> None:
    clock = FakeClock()
    probe = NetworkProbe(clock)
    for _ in range(2):
        await ask_everything_at_once(probe, "https://127.0.0.1:9/")
    assert len(makers) == 1
    assert makers[0] is not threading.main_thread()
    clock.advance(KEEP_S)
    await ask_everything_at_once(probe, "https://127.0.0.1:9/")
    assert len(makers) == 2


async def test_an_address_without_encryption_needs_no_authorities(plain: str, makers: list[threading.Thread]) -> None:
    probe = NetworkProbe(SystemClock())
    assert (await probe.fetch("GET", plain)).status == 203
    with pytest.raises(Unreachable):
        await probe.echo(plain.replace("http", "ws"))
    assert makers == []
