"""Letters over a mail server, a real one in the same loop."""

import asyncio
import ssl
from email.headerregistry import Address
from pathlib import Path

import pytest

from control_plane.adapters.mail import smtp
from control_plane.adapters.mail.smtp import Server, SmtpMail, Tls, server_of
from control_plane.ports.errors import Misconfigured, ProviderError, Rejected, Timeout, Unavailable
from control_plane.ports.mail import Mail
from control_plane.testing.clock import FakeClock
from tests.certificates import server_and_trust
from tests.control_plane.adapters.mail.post_office import post_office

SENDER = Address("Centralita", "no-reply", "example.com")
MAIL = Mail(to="ana@example.com", subject="Contraseña nueva", text="¡Hola, Ana!\nhttps://x/y?z=1\n")


def sender(port: int, *, tls: Tls = Tls.NEVER, trust: ssl.SSLContext | None = None, password: str = "") -> SmtpMail:
    user = "ana@example.com" if password else ""
    server = Server(host="localhost", port=port, tls=tls, user=user, password=password)
    return SmtpMail(server, SENDER, clock=FakeClock(), trust=trust)


async def test_a_letter_arrives_as_it_was_written() -> None:
    async with post_office() as office:
        await sender(office.port).send(MAIL)
    (mail,) = office.mails
    assert office.envelopes == [("no-reply@example.com", ["ana@example.com"])]
    assert (mail["From"], mail["To"], mail["Subject"]) == (str(SENDER), "ana@example.com", "Contraseña nueva")
    assert mail.get_content() == MAIL.text.replace("\n", "\r\n") or mail.get_content() == MAIL.text


async def test_over_starttls_with_user_and_password(tmp_path: Path) -> None:
    context, trust = server_and_trust(tmp_path, "localhost")
    async with post_office(later=context) as office:
        await sender(office.port, tls=Tls.STARTTLS, trust=trust, password="p@ss:word/1").send(MAIL)
    assert office.secured == [True]
    assert office.users == ["ana@example.com"]


async def test_over_tls_from_the_first_byte(tmp_path: Path) -> None:
    context, trust = server_and_trust(tmp_path, "localhost")
    async with post_office(first=context) as office:
        await sender(office.port, tls=Tls.FIRST, trust=trust).send(MAIL)
    assert office.secured == [True]


async def test_a_server_that_offers_no_tls_gets_no_letter() -> None:
    async with post_office() as office:
        with pytest.raises(ProviderError):
            await sender(office.port, tls=Tls.STARTTLS, password="p@ss:word/1").send(MAIL)
    assert (office.mails, office.users) == ([], [])


@pytest.mark.parametrize("tls", [Tls.FIRST, Tls.STARTTLS])
async def test_a_certificate_that_is_not_believed_gets_no_letter(tmp_path: Path, tls: Tls) -> None:
    context, _ = server_and_trust(tmp_path, "localhost")
    first, later = (context, None) if tls is Tls.FIRST else (None, context)
    async with post_office(first=first, later=later) as office:
        with pytest.raises(Misconfigured):
            await sender(office.port, tls=tls).send(MAIL)
    assert office.mails == []


async def test_a_wrong_password_is_our_setting(tmp_path: Path) -> None:
    context, trust = server_and_trust(tmp_path, "localhost")
    async with post_office(later=context) as office:
        with pytest.raises(Misconfigured) as caught:
            await sender(office.port, tls=Tls.STARTTLS, trust=trust, password="wrong").send(MAIL)
    assert caught.value.code == "535"


@pytest.mark.parametrize(
    ("command", "answer", "kind"),
    [
        ("RCPT", "550 no ana@example.com here", Rejected),
        ("RCPT", "451 later", Unavailable),
        ("MAIL", "553 not you", Misconfigured),
        ("MAIL", "421 going down", Unavailable),
        ("DATA", "554 spam", Rejected),
        ("DATA", "452 full", Unavailable),
    ],
)
async def test_refusals_are_told_in_the_one_language(command: str, answer: str, kind: type[ProviderError]) -> None:
    async with post_office() as office:
        office.answers[command] = answer
        with pytest.raises(ProviderError) as caught:
            await sender(office.port).send(MAIL)
    assert type(caught.value) is kind
    assert caught.value.code == answer[:3]
    assert "ana@" not in str(caught.value)


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    async with post_office() as office:
        pass
    with pytest.raises(Unavailable):
        await sender(office.port).send(MAIL)


async def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "ANSWER_S", 0.05)
    silent = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    with pytest.raises(Timeout):
        await sender(silent.sockets[0].getsockname()[1]).send(MAIL)
    silent.close()


async def test_what_cannot_stand_in_a_letter_is_refused_before_anybody_is_asked() -> None:
    with pytest.raises(Rejected):
        await sender(9).send(Mail(to="ana@example.com\r\nBcc: eve@example.com", subject="a", text=""))


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://mail.example.com", Server(host="mail.example.com", port=587, tls=Tls.STARTTLS)),
        ("smtps://mail.example.com", Server(host="mail.example.com", port=465, tls=Tls.FIRST)),
        ("smtp://localhost:1025", Server(host="localhost", port=1025, tls=Tls.NEVER)),
        ("smtp://127.0.0.1:1025", Server(host="127.0.0.1", port=1025, tls=Tls.NEVER)),
        ("smtp://relay:25?tls=never", Server(host="relay", port=25, tls=Tls.NEVER)),
        (
            "smtp://ana%40example.com:p%40ss%3Aword%2F1@mail.example.com:2525",
            Server(
                host="mail.example.com", port=2525, tls=Tls.STARTTLS, user="ana@example.com", password="p@ss:word/1"
            ),
        ),
    ],
)
def test_addresses_are_read(address: str, server: Server) -> None:
    assert server_of(address) == server
    assert not server.password or server.password not in repr(server)


@pytest.mark.parametrize(
    "address",
    [
        *("smtp:", "smtp://", "smtp://:587", "smtp://host:x", "http://host", "smtp://host/path", "smtps://h?tls=never"),
        *("smtp://host?tls=maybe", "smtp://host?tls=never&tls=never", "smtp://host?tsl=never", "smtp://host?tls=first"),
    ],
)
def test_what_is_no_address_of_a_mail_server_is_told(address: str) -> None:
    with pytest.raises(ValueError):
        server_of(address)
