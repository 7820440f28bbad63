"""How a mail becomes a letter as RFC 5322 has it."""

import re
import uuid
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final

from control_plane.ports.errors import Rejected
from control_plane.ports.mail import Mail

PROVIDER: Final = "mail"
LONGEST_SUBJECT: Final = 300

_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{1,253}$)[^\W_][\w.-]*[^\W_]")
"""One plain address: no names, lists, quotes, comments or letters that only some servers take before the @."""


def sender_of(text: str) -> Address:
    """`Centralita <no-reply@example.com>` or the bare address. Raises ValueError."""
    name, address = parseaddr(text)
    if not _ADDRESS.fullmatch(address) or not text.isprintable():
        raise ValueError("the sender of mail is no address")
    local, _, domain = address.partition("@")
    return Address(display_name=name, username=local, domain=_ascii(domain))


def letter(mail: Mail, sender: Address, *, now: float) -> EmailMessage:
    """Raises Rejected for what cannot stand in a header."""
    if not mail.subject.isprintable() or len(mail.subject) > LONGEST_SUBJECT:
        raise Rejected(PROVIDER, "the subject cannot stand in a letter")
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = sender
        message["To"] = _recipient(mail.to)
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
        message["Message-ID"] = f"<{uuid.uuid4().hex}@{sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # no notes of absence in return (RFC 3834)
        message.set_content(mail.text)
        if mail.html:
            message.add_alternative(mail.html, subtype="html")
    except (ValueError, MessageError) as error:
        raise Rejected(PROVIDER, "the letter cannot be written") from error
    return message


def _recipient(text: str) -> Address:
    """Raises Rejected, ValueError."""
    if not _ADDRESS.fullmatch(text):
        raise Rejected(PROVIDER, "the recipient is no address")
    local, _, domain = text.partition("@")
    return Address(username=local, domain=_ascii(domain))


def _ascii(domain: str) -> str:
    """Raises ValueError."""
    return domain if domain.isascii() else domain.encode("idna").decode("ascii")
