"""Letters as files in a folder."""

import asyncio
import os
import tempfile
import uuid
from email.headerregistry import Address
from pathlib import Path
from typing import Final

from control_plane.adapters.mail.letter import PROVIDER, letter
from control_plane.ports.errors import Timeout, Unavailable
from control_plane.ports.infrastructure import Clock
from control_plane.ports.mail import Mail

TIMEOUT_S: Final = 10.0


class FileMail:
    """The MailSender port on a folder: one `.eml` a letter, in the order of time, complete or absent."""

    def __init__(self, folder: Path, sender: Address, *, clock: Clock) -> None:
        self._folder, self._sender, self._clock = folder, sender, clock

    async def send(self, mail: Mail) -> None:
        now = self._clock.wall()
        content = letter(mail, self._sender, now=now).as_bytes()
        path = self._folder / f"{now:017.6f}-{uuid.uuid4().hex[:8]}.eml"
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await asyncio.to_thread(_write, path, content)
        except TimeoutError as error:
            raise Timeout(PROVIDER, "the folder does not answer") from error
        except OSError as error:
            raise Unavailable(PROVIDER, "the letter cannot be written", code=type(error).__name__) from error


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")  # mode 0600: links in it sign people in
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
