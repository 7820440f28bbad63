"""An address names the way, and the plain ways work."""

import email
import email.policy
import io
from pathlib import Path

import pytest

from control_plane.adapters.mail.console import ConsoleMail
from control_plane.adapters.mail.file import FileMail
from control_plane.adapters.mail.letter import sender_of
from control_plane.adapters.mail.opening import open_mail
from control_plane.adapters.mail.smtp import SmtpMail
from control_plane.ports.errors import Rejected, Unavailable
from control_plane.ports.mail import Mail
from control_plane.testing.clock import FakeClock

FROM = "Centralita <no-reply@example.com>"
MAIL = Mail(to="ana@example.com", subject="Contraseña nueva", text="¡Hola, Ana!\nhttps://x/y?z=1\n")


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("console:", ConsoleMail),
        ("file:var/mail", FileMail),
        ("smtp://localhost:1025", SmtpMail),
        ("smtps://u:p@h", SmtpMail),
    ],
)
def test_an_address_names_the_way(address: str, kind: type) -> None:
    assert isinstance(open_mail(address, FROM, clock=FakeClock()), kind)


@pytest.mark.parametrize("address", ["", "pigeon:", "smtp://u:secret@", "file:", "/var/mail", "smtp://u:secret@h:x"])
def test_what_names_no_way_is_told_without_its_password(address: str) -> None:
    with pytest.raises(ValueError) as caught:
        open_mail(address, FROM, clock=FakeClock())
    assert "secret" not in str(caught.value)


def test_a_sender_that_is_no_address_is_told() -> None:
    with pytest.raises(ValueError, match="sender"):
        open_mail("console:", "nobody", clock=FakeClock())


async def test_on_the_console_a_letter_can_be_read() -> None:
    out = io.StringIO()
    await ConsoleMail(sender_of(FROM), clock=FakeClock(), out=out).send(MAIL)
    assert "To: ana@example.com\nSubject: Contraseña nueva\n\n¡Hola, Ana!\nhttps://x/y?z=1\n" in out.getvalue()


async def test_a_console_that_knows_few_letters_and_a_name_with_tricks_are_no_trouble() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    await ConsoleMail(sender_of(FROM), clock=FakeClock(), out=out).send(
        Mail(to=MAIL.to, subject="é", text="\x1b[2J¡Hola!")
    )
    out.seek(0)
    assert "?[2J\\xa1Hola!" in out.read()


async def test_the_console_is_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    await open_mail("console:", FROM, clock=FakeClock()).send(MAIL)
    assert "ana@example.com" in capsys.readouterr().err


async def test_in_a_folder_a_letter_is_a_file_only_its_owner_reads(tmp_path: Path) -> None:
    clock = FakeClock()
    sender = open_mail(f"file:{tmp_path}/mail", FROM, clock=clock)
    await sender.send(MAIL)
    clock.advance(1)
    await sender.send(Mail(to="eva@example.com", subject="2", text="", html="<p>2</p>"))
    first, second = sorted((tmp_path / "mail").iterdir())
    assert first.suffix == ".eml"
    assert first.stat().st_mode & 0o777 == 0o600
    mail = email.message_from_bytes(first.read_bytes(), policy=email.policy.default)
    assert (mail["To"], mail["Subject"]) == ("ana@example.com", "Contraseña nueva")
    assert b"eva@example.com" in second.read_bytes()


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    with pytest.raises(Unavailable):
        await open_mail(f"file:{tmp_path}/mail", FROM, clock=FakeClock()).send(MAIL)


async def test_a_letter_that_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        await open_mail(f"file:{tmp_path}/mail", FROM, clock=FakeClock()).send(Mail(to="x", subject="", text=""))
    assert not (tmp_path / "mail").exists()
