"""Letters shown to whoever started the gateway."""

import sys
from email.headerregistry import Address
from typing import Final, TextIO

from control_plane.adapters.mail.letter import letter
from control_plane.ports.infrastructure import Clock
from control_plane.ports.mail import Mail

LINE: Final = "-" * 72


class ConsoleMail:
    """The MailSender port for trying things out: the text, with its links, goes to standard error and nowhere else."""

    def __init__(self, sender: Address, *, clock: Clock, out: TextIO | None = None) -> None:
        self._sender, self._clock, self._out = sender, clock, out

    async def send(self, mail: Mail) -> None:
        message = letter(mail, self._sender, now=self._clock.wall())
        heads = [f"{name}: {message[name]}" for name in ("From", "To", "Subject")]
        shown = (LINE, "Mail (not sent: MAIL_URL is console:)", *heads, "", _shown(mail.text), LINE, "")
        out = self._out or sys.stderr
        encoding = out.encoding or "utf-8"
        out.write("\n".join(shown).encode(encoding, "backslashreplace").decode(encoding))
        out.flush()


def _shown(text: str) -> str:
    """Without what moves a terminal's cursor: names in letters come from outside."""
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "?" for letter in text.rstrip())
