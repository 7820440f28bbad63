"""Which way of sending mail an address names."""

from pathlib import Path
from typing import Final

from control_plane.adapters.mail.console import ConsoleMail
from control_plane.adapters.mail.file import FileMail
from control_plane.adapters.mail.letter import sender_of
from control_plane.adapters.mail.smtp import SmtpMail, server_of
from control_plane.ports.infrastructure import Clock
from control_plane.ports.mail import MailSender

WAYS: Final = ("console", "file", "smtp", "smtps")


def open_mail(address: str, sender: str, *, clock: Clock) -> MailSender:
    """`console:`, `file:<folder>`, `smtp://user:password@host:587`, `smtps://…`. Connects nothing.

    Raises ValueError, whose text holds neither address nor password.
    """
    who = sender_of(sender)
    match address.partition(":"):
        case "console", _, _:
            return ConsoleMail(who, clock=clock)
        case "file", _, folder if folder:
            return FileMail(Path(folder.removeprefix("//")), who, clock=clock)
        case "smtp" | "smtps", _, _:
            return SmtpMail(server_of(address), who, clock=clock)
    raise ValueError(f"mail leaves by one of: {', '.join(WAYS)}; file: names a folder")
