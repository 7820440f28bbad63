"""Nothing that comes from outside becomes a header of its own."""

from email.headerregistry import Address

import pytest

from control_plane.adapters.mail.letter import letter, sender_of
from control_plane.ports.errors import Rejected
from control_plane.ports.mail import Mail

SENDER = sender_of("Centralita <no-reply@example.com>")


def written(to: str = "ana@example.com", subject: str = "a", text: str = "b", html: str = "") -> str:
    return letter(Mail(to=to, subject=subject, text=text, html=html), SENDER, now=1_795_280_075.6).as_string()


def test_a_letter_has_what_servers_expect() -> None:
    text = written(subject="¿Qué tal?", text="¡Hola!\n")
    heads = [line.partition(":")[0] for line in text.partition("\r\n\r\n")[0].split("\r\n") if line[0] != " "]
    assert heads == [
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
    ]
    assert "Date: Sun, 22 Nov 2026" in text or "Date: Sat, 21 Nov 2026" in text
    assert "@example.com>" in text


def test_with_a_page_the_text_comes_first() -> None:
    text = written(text="plain", html="<p>rich</p>")
    assert "multipart/alternative" in text
    assert text.index("plain") < text.index("<p>rich</p>")


@pytest.mark.parametrize(
    "end", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\ud800"]
)
def test_no_line_is_slipped_into_the_head(end: str) -> None:
    with pytest.raises(Rejected):
        written(subject=f"hello{end}Bcc: eve@example.com")
    with pytest.raises(Rejected):
        written(to=f"ana@example.com{end}Bcc: eve@example.com")
    with pytest.raises(ValueError):
        sender_of(f"Centralita{end}X: y <no-reply@example.com>")


@pytest.mark.parametrize(
    "to",
    [
        *("", "ana", "@example.com", "ana@", "ana@example.com, eve@example.com", "ana@example.com;eve@example.com"),
        *(
            "Ana <ana@example.com>",
            '"a b"@example.com',
            "ana@example.com (x)",
            "ana@[127.0.0.1]",
            "ana@-x",
            "ñ@example.com",
        ),
        *("a" * 65 + "@example.com", "ana@" + "a" * 254, "ana@exa mple.com", "ana@example.com ", "ana@é..é"),
    ],
)
def test_a_letter_goes_to_one_plain_address(to: str) -> None:
    with pytest.raises(Rejected):
        written(to=to)


def test_a_domain_of_any_script_is_written_for_servers() -> None:
    assert "To: ana@xn--and-6ma2c.example" in written(to="ana@ñandú.example")


def test_a_subject_has_an_end() -> None:
    with pytest.raises(Rejected):
        written(subject="x" * 301)


def test_a_text_that_cannot_be_written_is_told() -> None:
    with pytest.raises(Rejected):
        written(text="\ud800")


def test_senders_are_read() -> None:
    assert sender_of("no-reply@example.com") == Address("", "no-reply", "example.com")
    assert sender_of("Centralita <centralita@localhost>") == Address("Centralita", "centralita", "localhost")
    assert sender_of("Ñandú <a@ñandú.example>").domain == "xn--and-6ma2c.example"
    for text in ("", "nobody", "a <b>", "a@b, c@d"):
        with pytest.raises(ValueError):
            sender_of(text)
