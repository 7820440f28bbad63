"""Customers' addresses are asked, and our own networks are not."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import pytest

from control_plane.adapters.clock import SystemClock
from control_plane.adapters.outbound.client import KEPT_BYTES, GuardedHttp
from control_plane.adapters.outbound.pinned import SystemResolver
from control_plane.core.web_address import Allowed, IpAddress
from control_plane.ports.errors import ProviderError, Rejected, Timeout, Unavailable
from control_plane.ports.outbound import ForbiddenAddress, OutboundAnswer
from tests.certificates import server_and_trust

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
HERE = Allowed.parse("127.0.0.0/8")
NAME = "hooks.example.com"


class Receiver:
    """A web server that answers each request with the same bytes."""

    def __init__(self, answer: bytes = OK) -> None:
        self.answer = answer
        self.connections = 0
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heads.append(head)
            length = next(int(line[16:]) for line in head.split("\r\n") if line.startswith("content-length: "))
            self.bodies.append(await reader.readexactly(length))
            await self.reply(writer)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def reply(self, writer: asyncio.StreamWriter) -> None:
        writer.write(self.answer)
        await writer.drain()


@asynccontextmanager
async def receiver(it: Receiver | None = None, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    it = it or Receiver()
    server = await asyncio.start_server(it.talk, "127.0.0.1", 0, ssl=tls)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()


class Names:
    """A resolver that says something else each time, and the last thing from then on."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str) -> list[IpAddress]:
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ip_address(each) for each in answer]


def guarded(
    allowed: Allowed = HERE,
    resolve: Callable[[str], Awaitable[list[IpAddress]]] | None = None,
    trust: ssl.SSLContext | None = None,
) -> GuardedHttp:
    return GuardedHttp(SystemClock(), allowed=allowed, resolve=resolve, trust=trust)


async def posted(client: GuardedHttp, url: str, *, timeout_s: float = 10.0, **headers: str) -> OutboundAnswer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        return await client.post(url, headers=named, body=b'{"a": 1}', timeout_s=timeout_s)
    finally:
        await client.aclose()


async def test_an_address_is_asked_and_its_answer_told() -> None:
    async with receiver() as there:
        answer = await posted(guarded(), f"http://127.0.0.1:{there.port}/hook?x=1", webhook_id="msg_1")
    assert (answer.status, answer.body) == (200, b"ok")
    assert answer.took_s >= 0
    assert there.bodies == [b'{"a": 1}']
    assert there.heads[0].startswith("POST /hook?x=1 HTTP/1.1\r\n")
    assert "webhook-id: msg_1\r\n" in there.heads[0]


async def test_who_asks_cannot_say_where_it_goes_or_ends() -> None:
    async with receiver() as there:
        url = f"http://127.0.0.1:{there.port}/"
        await posted(guarded(), url, Host="metadata", content_length="0", Transfer_Encoding="chunked", user_agent="x")
    head = there.heads[0].lower()
    assert f"host: 127.0.0.1:{there.port}\r\n" in head
    assert head.count("host:") == head.count("content-length:") == head.count("user-agent:") == 1
    assert "chunked" not in head


async def test_the_connection_goes_to_the_checked_address_and_tls_is_for_the_name(tmp_path: Path) -> None:
    context, trust = server_and_trust(tmp_path, NAME)
    names = Names(("127.0.0.1",), ("10.0.0.1",))
    async with receiver(tls=context) as there:
        answer = await posted(guarded(resolve=names, trust=trust), f"https://{NAME}:{there.port}/")
    assert answer.status == 200
    assert names.asked == [NAME], "a name is looked up once: what it means later does not matter"
    assert f"host: {NAME}:{there.port}\r\n" in there.heads[0].lower()


async def test_a_certificate_for_another_name_is_not_believed(tmp_path: Path) -> None:
    context, trust = server_and_trust(tmp_path, "other.example.com")
    async with receiver(tls=context) as there:
        with pytest.raises(Unavailable):
            await posted(guarded(resolve=Names(("127.0.0.1",)), trust=trust), f"https://{NAME}:{there.port}/")
    assert there.heads == []


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), ("8.8.8.8", "127.0.0.1"), ("::ffff:127.0.0.1",), ("64:ff9b::7f00:1",)]
)
async def test_a_name_with_one_inner_address_is_not_asked(addresses: tuple[str, ...]) -> None:
    async with receiver() as there:
        with pytest.raises(ForbiddenAddress) as caught:
            await posted(guarded(Allowed(), Names(addresses)), f"https://{NAME}:{there.port}/")
    assert caught.value.code == "address_not_public"
    assert there.connections == 0


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://127.0.0.1:{port}/", "address_not_public"),
        ("https://[::ffff:127.0.0.1]:{port}/", "address_not_public"),
        ("https://169.254.169.254/latest/meta-data/", "address_not_public"),
        ("http://127.0.0.1:{port}/", "scheme_not_allowed"),
        ("https://localhost:{port}/", "local_name"),
        ("https://2130706433:{port}/", "unreadable_address"),
        ("https://x@example.com:{port}/", "credentials_in_address"),
    ],
)
async def test_inner_addresses_are_not_asked_by_any_name(url: str, code: str) -> None:
    async with receiver() as there:
        with pytest.raises(ForbiddenAddress) as caught:
            await posted(guarded(Allowed()), url.format(port=there.port))
    assert caught.value.code == code
    assert there.connections == 0
    assert not caught.value.retryable


async def test_a_redirect_is_an_answer() -> None:
    async with receiver(Receiver()) as inner, receiver() as there:
        there.answer = (
            f"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:{inner.port}/\r\ncontent-length: 0\r\n\r\n".encode()
        )
        answer = await posted(guarded(), f"http://127.0.0.1:{there.port}/")
    assert answer.status == 307
    assert inner.connections == 0


async def test_of_a_long_answer_the_beginning_is_read() -> None:
    class Endless(Receiver):
        async def reply(self, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 500 No\r\ncontent-length: 99999999999\r\n\r\n")
            while not writer.is_closing():
                writer.write(b"x" * 65536)
                await writer.drain()

    async with receiver(Endless()) as there:
        answer = await posted(guarded(), f"http://127.0.0.1:{there.port}/")
    assert (answer.status, answer.body) == (500, b"x" * KEPT_BYTES)


async def test_a_packed_answer_is_not_unpacked() -> None:
    async with receiver(Receiver(OK.replace(b"content-length", b"content-encoding: gzip\r\ncontent-length"))) as there:
        answer = await posted(guarded(), f"http://127.0.0.1:{there.port}/")
    assert answer.body == b"ok"
    assert "accept-encoding: identity\r\n" in there.heads[0]


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na"])
async def test_who_answers_slowly_is_not_waited_for(beginning: bytes) -> None:
    class Slow(Receiver):
        async def reply(self, writer: asyncio.StreamWriter) -> None:
            writer.write(beginning)
            await asyncio.get_running_loop().create_future()

    async with receiver(Slow()) as there:
        with pytest.raises(Timeout):
            await posted(guarded(), f"http://127.0.0.1:{there.port}/", timeout_s=0.2)


async def test_a_slow_resolver_is_not_waited_for() -> None:
    async def never(host: str) -> list[IpAddress]:
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    with pytest.raises(Timeout):
        await posted(guarded(resolve=never), f"https://{NAME}/", timeout_s=0.05)


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na"])
async def test_who_cannot_be_understood_is_unavailable(answer: bytes) -> None:
    async with receiver(Receiver(answer)) as there:
        with pytest.raises(Unavailable):
            await posted(guarded(), f"http://127.0.0.1:{there.port}/")


async def test_who_is_not_there_is_unavailable() -> None:
    async with receiver() as there:
        pass
    with pytest.raises(Unavailable):
        await posted(guarded(), f"http://127.0.0.1:{there.port}/")


async def test_the_next_address_of_a_name_is_tried(tmp_path: Path) -> None:
    context, trust = server_and_trust(tmp_path, NAME)
    async with receiver(tls=context) as there:
        client = guarded(resolve=Names(("127.0.0.2", "127.0.0.1")), trust=trust)
        assert (await posted(client, f"https://{NAME}:{there.port}/")).status == 200


@pytest.mark.parametrize("value", ["a\r\nx: y", "a\nb", "é", "\x00"])
async def test_a_header_with_a_line_of_its_own_is_not_sent(value: str) -> None:
    async with receiver() as there:
        with pytest.raises(Rejected):
            await posted(guarded(), f"http://127.0.0.1:{there.port}/", x_a=value)
    assert there.heads == []


async def test_a_name_without_address_is_unavailable() -> None:
    async def unknown(host: str) -> list[IpAddress]:
        raise OSError("no such name")

    async def empty(host: str) -> list[IpAddress]:
        return []

    for resolve in (unknown, empty):
        with pytest.raises(ProviderError) as caught:
            await posted(guarded(resolve=resolve), f"https://{NAME}/")
        assert type(caught.value) is Unavailable


async def test_the_system_knows_this_machine() -> None:
    resolver = SystemResolver()
    assert ip_address("127.0.0.1") in await resolver("localhost")
    resolver.close()
