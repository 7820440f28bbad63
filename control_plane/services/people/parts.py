"""What signing in works with, and what the installation has decided about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from control_plane.ports.infrastructure import Clock
from control_plane.ports.limits import Limit, Limiter, Verdict
from control_plane.ports.mail import MailSender
from control_plane.ports.people import AccessTokens, OneTimeCodes, PasswordHasher, Secrets
from control_plane.ports.sealing import Seals
from control_plane.ports.tenancy import TenantStore
from control_plane.services.cache.service import CacheService
from control_plane.services.supervisor import Supervisor

ACCESS_S: Final = 600
"""An access token is good for so long. The metrics sidecar looks at nothing else."""

REQUESTS: Final = Limit.per_minute(600, burst=200)
SIGN_INS: Final = Limit.per_minute(20, burst=20)
NEW_KEYS: Final = Limit.per_minute(60, burst=60)


class Locked(Exception):
    """Too many wrong passwords came for one account."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("too many attempts")
        self.wait_s = wait_s


class TooManyKeys(Exception):
    """Too many API keys that are not known to be good came from one address."""

    def __init__(self, limit: Limit, verdict: Verdict) -> None:
        super().__init__("too many unknown keys")
        self.limit = limit
        self.verdict = verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePolicy:
    """What the operator has decided."""

    registration_open: bool = False
    """Whether strangers may found companies of their own."""
    session_s: float = 30 * 86_400.0
    """A sign-in that is not used for so long ends."""
    base_url: str = "http://127.0.0.1:8080"
    """Where the pages are, for links in letters and on the terminal."""
    requests: Limit = REQUESTS
    """Of one user or key."""
    sign_ins: Limit = SIGN_INS
    """What changes anything below /api/auth/, by address."""
    new_keys: Limit = NEW_KEYS
    """API keys that this process does not know to be good, by address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleParts:
    """The tools."""

    store: TenantStore
    passwords: PasswordHasher
    tokens: AccessTokens
    secrets: Secrets
    codes: OneTimeCodes
    seals: Seals
    """Of the secrets of authenticators, about the user."""
    mail: MailSender
    limiter: Limiter
    cache: CacheService
    clock: Clock
    supervisor: Supervisor
    policy: PeoplePolicy
    show: Callable[[str], None]
    """Puts a text before whoever started the process."""
