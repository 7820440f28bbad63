"""How a letter to a person leaves the gateway."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One letter to one person."""

    to: str
    """A plain address: `ana@example.com`."""
    subject: str
    text: str
    html: str = ""
    """The same for readers that show pages; empty: text only."""


class MailSender(Protocol):
    async def send(self, mail: Mail) -> None:
        """Until it is handed over, some seconds at most. Raises ProviderError with provider `mail`: Rejected for an
        address or subject that cannot stand in a letter, Misconfigured, Unavailable, Timeout.

        Nobody who asks over HTTP should wait for it: hand it to the supervisor or to durable work.
        """
        ...
